"""What our letters about requests, the waiting list and offers say (events spec 2.13, 3.6, 3.8).

None of them carries a calendar part but the one to who is confirmed (6.1). A renderer runs with the reader's language
and zone active; see ``events.mail`` for the parts of a letter.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from events import mail
from events.mail import Words
from events.models import AccessToken, Event, Offer, Registration
from events.services import tokens
from iurc_portal.accounts.addresses import email_key
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.translation.times import both_cities_lines

State = Registration.State
Purpose = AccessToken.Purpose
OFFER_OVER = gettext_noop("the offer is over")
CLOSED = gettext_noop("registration is closed")


def register_kinds() -> None:
    for name, title, render, refusal in (
        ("pending", pgettext_lazy("letter", "request received"), pending, unless(State.PENDING)),
        ("waiting", pgettext_lazy("letter", "on the waiting list"), waiting, unless(State.WAITING)),
        ("offered", pgettext_lazy("letter", "place offered"), offered, offer_is_over),
        ("missed", pgettext_lazy("letter", "offer missed"), missed, unless(State.EXPIRED)),
        ("rejected", pgettext_lazy("letter", "request not accepted"), rejected, unless(State.REJECTED)),
        ("left", pgettext_lazy("letter", "request withdrawn"), left, unless(State.CANCELLED)),
        ("promoted", pgettext_lazy("letter", "place given"), promoted, unless(State.CONFIRMED)),
        ("extra", pgettext_lazy("letter", "headset kept"), extra, unless(State.CONFIRMED)),
    ):
        registry.register(f"events.{name}", title=title, render=render, refusal=refusal, read=mail.read_registrations)
    registry.register(
        "events.invitation",
        title=pgettext_lazy("letter", "invitation to register"),
        render=invitation,
        refusal=not_to_be_invited,
    )


# --- What they say ---------------------------------------------------------------------------------------------------


def pending(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return _to_own_page(
        message,
        subject=_("We have received your request: %(event)s"),
        opening=[
            _("Thank you for your request. Your place is not certain yet."),
            _("The organisers look at every request and write to you as soon as they have decided."),
        ],
        closing=[_("If you no longer wish to come, take your request back on the same page.")],
        preview=preview,
    )


def waiting(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    again = message.payload.get("offer_closed", False)
    return _to_own_page(
        message,
        subject=_("You are on the waiting list: %(event)s"),
        opening=[
            _("The event has changed, so the place that we offered you is no longer kept. It was not your doing.")
            if again
            else _("All places are taken at the moment. You are on the waiting list."),
            *([_("You keep your former position on the waiting list.")] if again else []),
            *_together(message),
            _("When a place becomes free and it is your turn, we write to you and keep it for you for some time."),
        ],
        closing=[_("Your page shows your position; there you can also leave the list.")],
        preview=preview,
    )


def offered(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = mail.registration_of(message)
    expires_at = datetime.fromisoformat(message.payload["expires_at"])
    until = both_cities_lines(expires_at, None, message.language, tzid=message.tzid)
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("A place is free for you: %(event)s") % {"event": mail.name_of(registration.event)},
            opening=[
                _("A place has become free and we keep it for you. Accept it before this time:"),
                *until,
                _("After that it goes to the next person, and your registration does not count."),
                *_together(message),
            ],
            button=_("Accept or decline the place"),
            link=mail.own_page(registration, Purpose.OFFER, preview=preview),
            closing=[_("If you cannot come, please decline: the next person need not wait.")],
        ),
    )


def missed(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return _to_own_page(
        message,
        subject=_("Your offer has ended: %(event)s"),
        opening=[
            _("The time to accept the place has passed, and it has gone to the next person."),
            _("If you still wish to come, you can join the waiting list again, at its end."),
        ],
        closing=[],
        preview=preview,
    )


def rejected(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = mail.registration_of(message)
    note = message.payload.get("note", "")
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("About your request: %(event)s") % {"event": mail.name_of(registration.event)},
            opening=[
                _("Thank you for your interest. We are sorry that we cannot offer you a place at this event."),
                *([_("Reason: %(reason)s") % {"reason": note}] if note else []),
            ],
            button=_("See the upcoming events"),
            link=settings.SITE_URL + reverse("events:list"),
            closing=[],
        ),
    )


def left(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = mail.registration_of(message)
    by_approval = message.payload.get("former") == State.PENDING
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("Request withdrawn: %(event)s") % {"event": mail.name_of(registration.event)},
            opening=[
                _("Your request for a place at this event has been taken back.")
                if by_approval
                else _("You are no longer on the waiting list of this event.")
            ],
            button=_("Open the event's page"),
            link=mail.event_page(registration.event),
            closing=[_("Should you change your mind, register again on the event's page.")],
        ),
    )


def promoted(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = mail.registration_of(message)
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("You have a place: %(event)s") % {"event": mail.name_of(registration.event)},
            opening=[
                _("Good news: there is a place for you, and it is confirmed. You need not do anything else."),
                *mail.way_in(registration),
            ],
            button=_("Open my registration"),
            link=mail.own_page(registration, Purpose.MANAGE, preview=preview),
            closing=[
                _("The attached file puts the event into your calendar, at the right hour wherever you are."),
                _("If you cannot come, cancel on the same page: somebody else can then take your place."),
            ],
        ),
        join=mail.join_page(registration, preview=preview),
    )


def extra(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return _to_own_page(
        message,
        subject=_("A headset is kept for you: %(event)s"),
        opening=[_("A headset for the interpretation has become free and is kept for you. You need not do anything.")],
        closing=[],
        preview=preview,
    )


def invitation(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    event = Event.objects.select_related("organizer", "place__city").get(pk=message.subject_id)
    bound = message.payload["bound"]
    token = mail.PREVIEW_LINK
    if not preview:
        token = tokens.issue_invitation(event, email_key=email_key(message.to) if bound else "")
    guest = Registration(event=event, email=message.to, language=message.language, tzid=message.tzid)
    return mail.letter(
        message,
        guest,
        Words(
            subject=_("Invitation: %(event)s") % {"event": mail.name_of(event)},
            opening=[
                _("You are invited to this event. Register with the link below; it works once."),
                *([_("The invitation is for this e-mail address.")] if bound else []),
            ],
            button=_("Register"),
            link=settings.SITE_URL + reverse("invitation", args=[token]),
            closing=[_("If you do not wish to come, you need not do anything.")],
        ),
    )


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def unless(state: str):
    """Wanted only as long as the registration is still in ``state`` and its event is on."""

    def refusal(message: Message) -> str:
        return mail.refusal(message, states={state}, status=Event.Status.CONFIRMED)

    return refusal


def offer_is_over(message: Message) -> str:
    if not Offer.objects.filter(pk=message.payload["offer"], outcome=Offer.Outcome.OPEN).exists():
        return OFFER_OVER
    return mail.refusal(message, states={State.OFFERED}, status=Event.Status.CONFIRMED)


def not_to_be_invited(message: Message) -> str:
    event = Event.objects.filter(pk=message.subject_id).first()
    if event is None:
        return mail.GONE
    if event.status != Event.Status.CONFIRMED:
        return mail.EVENT_IS[event.status]
    return "" if event.registration_open else CLOSED


def _together(message: Message) -> list[str]:
    """For the lead of a group that waits: that all get their places at once. One query."""
    found = Registration.objects.filter(pk=message.subject_id or 0).with_party()
    party = found.values_list("party", flat=True).first() or 1
    if party == 1:
        return []
    words = _("You asked for %(n)s people together: the place is offered to all of you at once, or to nobody.")
    return [words % {"n": party}]


def _to_own_page(message: Message, *, subject: str, opening, closing, preview: bool) -> EmailMultiAlternatives:
    """A letter whose button leads to the person's own page. ``subject`` has the place ``%(event)s``."""
    registration = mail.registration_of(message)
    return mail.letter(
        message,
        registration,
        Words(
            subject=subject % {"event": mail.name_of(registration.event)},
            opening=opening,
            button=_("Open my registration"),
            link=mail.own_page(registration, Purpose.MANAGE, preview=preview),
            closing=closing,
        ),
    )
