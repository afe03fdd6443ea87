"""What the staff's page of a visit needs to lay out its fields."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.languages import Language, order_for
from iurc_portal.translation.times import clock, date_words, range_dash
from programme.conflicts.grouping import grouped
from programme.models import FollowUp, LearningQuestion, Survey
from programme.money import money_words
from programme.services.releases import RELEASABLE
from programme.versions.freezing import fingerprint, freeze
from programme.wishes import remarks_on_size, wishes_with_remarks

register = template.Library()
MENDED_ON = {"#questions": _("Questions"), "#delegation": _("Delegation"), "interpreters": _("Interpreters")}


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


@register.inclusion_tag("admin/programme/studyvisit/_wishes.html")
def wishes_of(visit):
    """The dates a proposal wishes for with what is to be known of them, and when its answer is promised."""
    if not visit or not visit.pk:
        return {"visit": None}
    remarks = remarks_on_size(visit.expected_size, visit.size_limit)
    return {"visit": visit, "wishes": wishes_with_remarks(visit, now=timezone.now()), "remarks": remarks}


@register.filter
def by_kind(conflicts):
    """The conflicts of a long list in groups, which open one by one; nothing where a few are told as they are."""
    return grouped(conflicts)


@register.filter
def money(amount, currency):
    """An amount with its currency, as readers of the active language write it."""
    return money_words(amount, currency)


@register.filter
def euros(text):
    """An amount in euro that was kept as text."""
    return money_words(Decimal(text), "EUR")


@register.filter
def kept(facts, name):
    """The entry ``name`` of kept facts: for names that are methods of a dict as well."""
    return facts[name]


@register.filter
def own_text(texts):
    """Of a text kept in several languages the one for this reader, marked with its language where it is another."""
    order = order_for()
    code = next((code for code in order if texts.get(code)), "")
    text = texts.get(code, "")
    return text if code in {"", order[0]} else format_html('<span lang="{}">{}</span>', code, text)


@register.filter
def iso_day(text):
    """A kept date in words."""
    return date_words(date.fromisoformat(text), "day")


@register.filter
def answer_words(answer):
    return dict(LearningQuestion.Answer.choices)[answer]


@register.filter
def survey_audience(audience):
    """Who was asked after a visit, by the word that a report keeps."""
    return Survey.Audience(audience).of_a_visit


@register.filter
def follow_up_words(state):
    return dict(FollowUp.State.choices)[state]


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


@register.simple_tag
def mend_page(told, visit):
    """Address and title of the page or tab on which a conflict is mended, nothing where there is none."""
    title = MENDED_ON.get(told.page)
    if title is None:
        return None
    if told.page.startswith("#"):
        tab = told.page[1:]
        editor = reverse("admin:programme_studyvisit_change", args=[visit.pk])
        return {"address": f"{editor}#tab-{tab}", "title": title, "tab": tab}
    return {"address": reverse("admin:programme_studyvisit_workplace", args=[visit.pk, told.page]), "title": title}


@register.simple_tag
def has_release_news(visit):
    """Whether a released agenda differs from what staff have planned since. Seven queries."""
    last = visit.versions.order_by("-number").first() if visit.state in RELEASABLE else None
    return last is not None and fingerprint(freeze(visit, held=last.snapshot)) != fingerprint(last.snapshot)
