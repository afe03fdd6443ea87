"""What the staff's page of a visit needs to lay out its fields."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html

from iurc_portal.translation.languages import Language, order_for
from iurc_portal.translation.times import date_words
from programme.models import FollowUp, LearningQuestion
from programme.money import money_words
from programme.wishes import remarks_on_size, wishes_with_remarks

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


@register.inclusion_tag("admin/programme/studyvisit/_wishes.html")
def wishes_of(visit):
    """The dates a proposal wishes for with what is to be known of them, and when its answer is promised."""
    if not visit or not visit.pk:
        return {"visit": None}
    remarks = remarks_on_size(visit.expected_size, visit.size_limit)
    return {"visit": visit, "wishes": wishes_with_remarks(visit, now=timezone.now()), "remarks": remarks}


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
def follow_up_words(state):
    return dict(FollowUp.State.choices)[state]


@register.simple_tag
def workplace_address(page, visit):
    """The address of one of a visit's pages (``programme.admin.workplaces``)."""
    return page.address(visit)
