"""Links of faceted lists."""

from django import template

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
    return [value for value in values if value in beyond or value in empty]


@register.filter
def outright(values, facet):
    """The values that are shown without unfolding."""
    behind = _behind(values, facet)
    return [value for value in values if value not in behind]


@register.filter
def folded(values, facet):
    """The values behind "more"."""
    return _behind(values, facet)


@register.filter
def words(text):
    """The words of a text, for a loop over names that stand in the template."""
    return text.split()


@register.filter
def any_selected(values):
    return any(value.selected for value in values)
