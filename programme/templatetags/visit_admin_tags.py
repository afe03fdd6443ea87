"""What the staff's page of a visit needs to lay out its fields."""

from zoneinfo import ZoneInfo

from django import template

from iurc_portal.translation.languages import Language
from iurc_portal.translation.times import clock, range_dash

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


@register.filter
def hours_minutes(minutes):
    """«6:30» for 390 minutes, a dash for none."""
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else "–"


@register.simple_tag
def hours_between(start, end, tzid):
    """Two instants on the clocks of ``tzid``: 09:00–09:45."""
    zone = ZoneInfo(tzid)
    return f"{clock(start.astimezone(zone))}{range_dash()}{clock(end.astimezone(zone))}"
