"""What the letters about proposals say: to the applicant, and to the staff of the host city (programme spec P1–P3).

A renderer runs with the reader's language and zone active. Reasons are those of the log, as somebody wrote them.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop, pgettext_lazy

from iurc_portal.audit.words import reason_words
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import date_range, date_words
from programme.models import StudyVisit
from programme.wishes import is_large, remarks_on_size, wishes_with_remarks

State = StudyVisit.State
GONE = gettext_noop("the proposal is gone")
ELSEWHERE = gettext_noop("the proposal has gone on since")


def register_kinds() -> None:
    for name, title, render, state in (
        ("received", pgettext_lazy("letter", "proposal of a visit received"), received, State.PROPOSED),
        ("to_answer", pgettext_lazy("letter", "proposal of a visit to answer"), to_answer, State.PROPOSED),
        ("returned", pgettext_lazy("letter", "proposal of a visit sent back"), returned, State.RETURNED),
        ("declined", pgettext_lazy("letter", "proposal of a visit declined"), declined, State.DECLINED),
        ("accepted", pgettext_lazy("letter", "proposal of a visit accepted"), accepted, ""),
    ):
        registry.register(f"programme.proposal_{name}", title=title, render=render, refusal=unwanted_unless(state))


def received(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """The receipt: the number, and the day of the answer."""
    visit = _visit(message)
    facts = {"number": visit.number, "date": _day(visit.answer_by)}
    return _letter(
        message,
        Words(
            name=visit.contact_name,
            subject=_("We have your proposal of a visit, number %(number)s") % {"number": visit.number},
            opening=[
                _("Thank you. Your proposal has reached %(city)s under the number %(number)s: %(title)s.")
                % {"city": best_text(visit.host_city, "name")[0], "number": visit.number, "title": _title(visit)},
                _("You will have an answer by %(date)s.") % facts,
            ],
            **_way_in(visit, _("Open the proposal")),
        ),
    )


def to_answer(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """To the staff of the host city: what is asked, until when to answer, what to watch."""
    visit = _visit(message)
    wishes = wishes_with_remarks(visit, now=timezone.now())
    lines = [
        _("%(place)s: %(days)s")
        % {"place": wish.order, "days": " – ".join([date_range(wish.first_day, wish.last_day), *remarks])}
        for wish, remarks in wishes
    ] or _dates(visit)
    people = remarks_on_size(visit.expected_size, visit.size_limit)
    facts = {
        "organisation": best_text(visit.applicant, "name")[0] if visit.applicant else visit.applicant_contact,
        "title": _title(visit),
        "size": visit.expected_size,
        "post": visit.head_post,
    }
    if is_large(visit):
        people.append(_("Interpreters, or more than ten people: 60 days of notice are wanted."))
    return _letter(
        message,
        Words(
            subject=_("A proposal to answer by %(date)s: %(title)s")
            % {"date": _day(visit.answer_by), "title": _title(visit)},
            opening=[
                _("%(organisation)s proposes a study visit: %(title)s.") % facts,
                _("People: %(size)s. Head of the delegation: %(post)s.") % facts,
                *([_("Dates wished:"), *lines] if lines else []),
                *people,
                _("Please answer by %(date)s: accept, send back with what is missing, or decline with an alternative.")
                % {"date": _day(visit.answer_by)},
            ],
            button=_("Open the proposal"),
            link=settings.SITE_URL + reverse("admin:programme_studyvisit_change", args=[visit.pk]),
        ),
    )


def returned(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    visit = _visit(message)
    return _letter(
        message,
        Words(
            name=visit.contact_name,
            subject=_("Your proposal %(number)s: something is missing") % {"number": visit.number},
            opening=[
                _("%(city)s has read your proposal and asks you to complete it.")
                % {"city": best_text(visit.host_city, "name")[0]},
                *_reason(message),
                _("Nothing is lost: open it, change what is asked, and send it again."),
            ],
            **_way_in(visit, _("Complete the proposal")),
        ),
    )


def declined(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    visit = _visit(message)
    code = message.payload.get("code", "")
    why = [_("The reason: %(kind)s.") % {"kind": reason_words(code)}] if code and code != "other" else []
    return _letter(
        message,
        Words(
            name=visit.contact_name,
            subject=_("Your proposal %(number)s") % {"number": visit.number},
            opening=[
                _("Thank you for your proposal. %(city)s is sorry that it cannot receive this visit.")
                % {"city": best_text(visit.host_city, "name")[0]},
                *why,
                *_reason(message),
            ],
            **_way_in(visit, _("Open the proposal")),
            closing=[_("If the alternative suits you, begin a new proposal or answer this message.")],
        ),
    )


def accepted(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    visit = _visit(message)
    lead = visit.lead.display_name(message.language) if visit.lead else ""
    return _letter(
        message,
        Words(
            name=visit.contact_name,
            subject=_("Your proposal %(number)s is accepted") % {"number": visit.number},
            opening=[
                _("%(city)s looks forward to your visit: %(title)s, %(days)s.")
                % {
                    "city": best_text(visit.host_city, "name")[0],
                    "title": _title(visit),
                    "days": date_range(visit.first_day, visit.last_day),
                },
                _("Your contact is %(lead)s. The official letter, the name list and the itinerary follow.")
                % {"lead": lead},
                *_reason(message),
            ],
            button=_("Open the visit"),
            link=settings.SITE_URL + visit.get_absolute_url(),
        ),
    )


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def unwanted_unless(state: str):
    """A guard: the proposal still exists and, where a ``state`` is named, is still in it."""

    def refusal(message: Message) -> str:
        now = StudyVisit.objects.filter(pk=message.subject_id).values_list("state", flat=True).first()
        if now is None:
            return GONE
        return "" if not state or now == state else ELSEWHERE

    return refusal


# --- The parts -------------------------------------------------------------------------------------------------------


def _visit(message: Message) -> StudyVisit:
    return StudyVisit.objects.select_related("host_city", "guest_city", "applicant", "lead").get(pk=message.subject_id)


def _title(visit: StudyVisit) -> str:
    return best_text(visit, "title")[0]


def _day(day) -> str:
    return date_words(day, "full") if day else "–"


def _dates(visit: StudyVisit) -> list[str]:
    """What is known of the dates where nobody wished for some by the steps of the form."""
    if visit.wished_dates:
        return [str(visit.wished_dates)]
    return [date_range(visit.first_day, visit.last_day)] if visit.first_day and visit.last_day else []


def _way_in(visit: StudyVisit, label) -> dict:
    """The button to the proposal; where staff wrote it down from an e-mail, nobody could open it: to all visits."""
    if visit.proposed_by_id is None:
        return {"button": _("Study visits of the two cities"), "link": settings.SITE_URL + reverse("programme:visits")}
    return {"button": label, "link": settings.SITE_URL + reverse("programme:proposal", args=[visit.number])}


def _reason(message: Message) -> list[str]:
    reason = message.payload.get("reason", "")
    return [named("reason", _("The host city writes: %(reason)s") % {"reason": reason})] if reason else []


def _letter(message: Message, words: Words) -> EmailMultiAlternatives:
    return compose(message, words, template="plain", context={})
