"""What our letters say to members of a group and to their lead (events spec 2.18). The shell is ``events.mail``'s."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from events import mail
from events.mail import Words
from events.models import AccessToken, Registration
from events.services import tokens
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.translation.times import both_cities_lines


def register_kinds() -> None:
    registry.register(
        "events.member",
        title=pgettext_lazy("letter", "registered by somebody else: confirm or decline"),
        render=member,
        refusal=mail.not_unproved,
        asks_for_proof=True,
    )
    registry.register(
        "events.members_gone",
        title=pgettext_lazy("letter", "places of a group free again"),
        render=members_gone,
        refusal=mail.not_taking_part,
        read=mail.read_registrations,
    )


def member(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Says who has registered the reader. The link works as long as the seat is held."""
    registration = _with_group(message)
    lead = registration.group.lead if registration.group is not None else None
    who = {
        "lead": lead.display_name(message.language) or lead.email if lead is not None else "",
        "event": mail.name_of(registration.event),
    }
    held = registration.hold_until
    if held is None and "hold_until" in message.payload:
        held = datetime.fromisoformat(message.payload["hold_until"])
    lines = both_cities_lines(held, None, message.language, tzid=message.tzid) if held else []
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("%(lead)s has registered you: %(event)s") % who,
            opening=[
                _("%(lead)s has registered you for this event and gave us your name and address.") % who,
                _("Open the page and confirm: only then is your place certain. We keep it for you until:"),
                *lines,
            ],
            button=_("Confirm or decline"),
            link=_member_page(registration, held, preview=preview),
            closing=[
                _("If you do not wish to take part, decline on the same page, or do nothing: the place is then free.")
            ],
        ),
    )


def members_gone(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Tells the lead whose places are free again."""
    registration = mail.registration_of(message)
    names = pgettext("between names", ", ").join(message.payload["names"])
    told = (
        _("These people do not take part; their places are free again: %(names)s")
        if message.payload["declined"]
        else _("These people did not confirm in time; their places are free again: %(names)s")
    )
    return mail.letter(
        message,
        registration,
        Words(
            subject=_("Places of your group are free again: %(event)s") % {"event": mail.name_of(registration.event)},
            opening=[told % {"names": names}, _("Your own place is certain; nothing has changed.")],
            button=_("Open my registration"),
            link=mail.own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[_("On the same page you can name somebody else, as long as there are places.")],
        ),
    )


def _with_group(message: Message) -> Registration:
    found = Registration.objects.select_related("event__organizer", "event__place__city", "group__lead")
    return found.get(pk=message.subject_id)


def _member_page(registration: Registration, held: datetime | None, *, preview: bool) -> str:
    token = (
        mail.PREVIEW_LINK
        if preview
        else tokens.issue(registration, AccessToken.Purpose.PROVE, now=timezone.now(), expires_at=held)
    )
    return settings.SITE_URL + reverse("registration", args=[token])
