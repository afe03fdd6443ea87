"""Lists of the ecosystem that other pages borrow, and how its records read."""

from datetime import date

from babel.numbers import format_decimal, get_currency_name
from django import template
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext

from ecosystem.models import GoodPractice, Initiative, ProfileRevision, Testbed
from ecosystem.models.freshness import is_overdue
from ecosystem.models.vocabulary import themes_in_use
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language, best_text
from iurc_portal.translation.times import LOCALES, date_words

register = template.Library()


@register.inclusion_tag("ecosystem/_initiative_cards.html")
def initiative_cards():
    """The four initiatives as cards. One query."""
    return {"initiatives": Initiative.objects.all()}


@register.inclusion_tag("ecosystem/_practice_cards.html", takes_context=True)
def latest_practices(context, number=2):
    """The latest good practices as cards. Two queries."""
    found = GoodPractice.objects.visible_to(context["user"]).select_related("city").prefetch_related(themes_in_use())
    return {"practices": found[:number]}


@register.inclusion_tag("ecosystem/_freshness.html")
def freshness(organisation, form="short"):
    """When a profile was last confirmed, or since when it has not been; ``form`` "day" gives a date by itself."""
    overdue = is_overdue(organisation, today=timezone.localdate())
    return {"organisation": organisation, "is_overdue": overdue, "is_short": form == "short"}


@register.inclusion_tag("ecosystem/_my_organisations.html", takes_context=True)
def my_organisations(context):
    """For whom the reader speaks, and whom they have asked to speak for. Two queries."""
    user = context["request"].user
    proposed = ProfileRevision.objects.open().filter(organisation=OuterRef("organisation"))
    public = Q(organisation__state__in=["published", "unlisted"], organisation__merged_into=None)
    return {
        "memberships": user.memberships.select_related("organisation").annotate(
            proposed=Exists(proposed), is_public=ExpressionWrapper(public, output_field=BooleanField())
        ),
        "claims": user.claims.open(now=timezone.now()).select_related("organisation"),
    }


@register.inclusion_tag("ecosystem/_testbeds_of.html")
def testbeds_of(record):
    """The testbeds in use of an organisation (its own) or an initiative, as rows. One query."""
    return {"testbeds": record.testbeds.filter(state__in=Testbed.LISTED).select_related("city")}


@register.simple_tag
def other_names(organisation):
    """Names to stand below the one shown, as pairs (text, language): in Japanese, and in the organisation's own.

    On a Japanese page the organisation's own name helps to recognise it; elsewhere the Japanese one does. Each once.
    """
    text, shown = best_text(organisation, "name")
    own = Language.JAPANESE if organisation.side == PartnerSide.NAGOYA else Language.ITALIAN
    names, seen = [], {text.casefold()}
    for code in dict.fromkeys([own, Language.JAPANESE, *([Language.ENGLISH] if shown == Language.JAPANESE else [])]):
        name = getattr(organisation, f"name_{code}") or ""
        if name.strip() and name.casefold() not in seen and len(names) < 2:
            names.append((name, str(code)))
            seen.add(name.casefold())
    return names[:1] if shown == Language.JAPANESE else names


@register.filter
def year_words(year):
    """A year as the page's language writes it: 1859, 1859年."""
    return date_words(date(int(year), 1, 1), "year") if year else ""


@register.filter
def capital_words(organisation):
    """The capital with its currency as the page's language writes it: 50.000 euro, 50,000 euros, 5万ユーロ."""
    code = (get_language() or "en")[:2]
    amount, locale = organisation.capital, LOCALES[code]
    name = get_currency_name(organisation.capital_currency, count=amount, locale=locale)
    if code != Language.JAPANESE:
        return f"{format_decimal(amount, locale=locale)} {name}"
    return f"{_in_myriads(amount)}{name}"


def _in_myriads(amount: int) -> str:
    """A number as Japanese business writes it: 5万, 12億3,400万; as it is where it does not end in ten thousands."""
    if not amount or amount % 10_000:
        return format_decimal(amount, locale="ja")
    hundred_millions, rest = divmod(amount, 100_000_000)
    parts = ((hundred_millions, "億"), (rest // 10_000, "万"))
    return "".join(f"{format_decimal(number, locale='ja')}{unit}" for number, unit in parts if number)


@register.filter
def started_words(initiative):
    """The day, the month or the year in which an initiative started, as far as it is known."""
    if not initiative.started_year:
        return ""
    form = "day" if initiative.started_day else "month" if initiative.started_month else "year"
    return date_words(date(initiative.started_year, initiative.started_month or 1, initiative.started_day or 1), form)


@register.filter
def since_words(initiative):
    """«dal 2018», «da novembre 2017», «dal 18 novembre 2024»: Italian has an article where there is no month."""
    when = {"when": started_words(initiative)}
    if initiative.started_month and not initiative.started_day:
        return pgettext("a month", "since %(when)s") % when
    return pgettext("a year or a day", "since %(when)s") % when


@register.filter
def as_of_words(text):
    """A day, month or year written 2024-11-18, 2024-11 or 2024 in words; anything else as it stands."""
    form = {1: "year", 2: "month", 3: "day"}
    parts = str(text).split("-")
    try:
        day = date(*[int(part) for part in [*parts, "1", "1"][:3]])
    except ValueError:
        return text
    return date_words(day, form[len(parts)]) if len(parts) in form else text


@register.filter
def steps_done(steps):
    """How many of the steps of a mirror pair are done."""
    return sum(step.done_on is not None for step in steps)


@register.filter
def own_name(code):
    """A language of the portal in its own words: Italiano, English, 日本語."""
    return Language(code).label


@register.filter
def label_in(concept, code):
    """The preferred word of a concept in one language, or "" where it has none."""
    return getattr(concept, f"pref_label_{code}") or ""
