"""Links of faceted lists."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from iurc_portal.templatetags.portal_tags import spoken

register = template.Library()
FEW_EMPTY = 3  # up to so many empty values stand among the others: a line to unfold would save little


@register.simple_tag(takes_context=True)
def query_without(context, name, value):
    """The present query string with one value of one facet taken out, from the first page."""
    query = context["request"].GET.copy()
    query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
    query.pop("page", None)
    return f"?{query.urlencode()}" if query else "?"


def _behind(values, facet) -> list:
    """The values behind "more": those beyond the first ``facet.shown`` and, where they are many, the empty ones."""
    empty = [value for value in values if value.disabled]
    if not FEW_EMPTY < len(empty) < len(values):  # where nothing can be chosen, that is to be seen
        empty = []
    beyond = values[facet.shown :] if facet.shown else []
    behind = {value.key for value in (*beyond, *empty)}
    return [value for value in values if value.key in behind]


@register.filter
def outright(values, facet):
    """The values that are shown without unfolding."""
    behind = {value.key for value in _behind(values, facet)}
    return [value for value in values if value.key not in behind]


@register.filter
def folded(values, facet):
    """The values behind "more"."""
    return _behind(values, facet)


@register.simple_tag
def facet_boxes(facet, values) -> SafeString:
    """A box to tick for each of ``values``, with its label and count, as items of a list.

    Written here and not in a template of its own: a page has a hundred of them, and as includes they were a fifth of
    the time it took.
    """
    return format_html_join("", _BOX, ((facet.name, value.key, *_box(value)) for value in values))


_BOX = (
    '<li><label><input type="checkbox" id="f-{0}-{1}" name="{0}" value="{1}"{2}>'
    '<span>{3}</span><span class="tn-facet__count">{4}</span></label></li>'
)


def _box(value) -> tuple[SafeString, str, int]:
    state = format_html("{}{}", " checked" if value.selected else "", " disabled" if value.disabled else "")
    return state, spoken(value.label), value.count


@register.filter
def words(text):
    """The words of a text, for a loop over names that stand in the template."""
    return text.split()


@register.filter
def any_selected(values):
    return any(value.selected for value in values)
