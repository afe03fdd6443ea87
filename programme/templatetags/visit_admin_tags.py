"""What the staff's page of a visit needs to lay out its fields."""

from django import template

from iurc_portal.translation.languages import Language
from programme.services.releases import RELEASABLE
from programme.versions.freezing import fingerprint, freeze

register = template.Library()


@register.inclusion_tag("admin/programme/_languages.html")
def in_languages(form, field, label="", help_text=""):
    """A translated field as three columns, one for each language, under one label."""
    columns = [(code, name, form[f"{field}_{code}"]) for code, name in Language.choices]
    plain = label or columns[0][2].label
    return {"columns": columns, "label": str(plain).removesuffix(" [it]"), "help_text": help_text}


@register.inclusion_tag("admin/programme/_field.html")
def field(form, name, wide=False, quiet=False):
    """A field with its label, help and errors; ``quiet`` leaves the errors to ``errors_across``."""
    return {"field": form[name], "wide": wide, "quiet": quiet}


@register.inclusion_tag("admin/programme/_errors_across.html")
def errors_across(form, *names):
    """The errors of several narrow fields, in sentences as wide as their row."""
    return {"fields": [form[name] for name in names if form[name].errors]}


@register.simple_tag
def workplace_address(page, visit):
    """The address of one of a visit's pages (``programme.admin.workplaces``)."""
    return page.address(visit)


@register.simple_tag
def has_release_news(visit):
    """Whether a released agenda differs from what staff have planned since. Seven queries."""
    last = visit.versions.order_by("-number").first() if visit.state in RELEASABLE else None
    return last is not None and fingerprint(freeze(visit, held=last.snapshot)) != fingerprint(last.snapshot)
