"""What we write to staff whose file of participants is made, or could not be (events spec 11.4)."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from events.models import ParticipantExport
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words

FORGOTTEN = gettext_noop("the file is deleted")


def register_kinds() -> None:
    registry.register(
        "events.export", title=pgettext_lazy("letter", "file of participants"), render=made, refusal=forgotten
    )


def made(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """The file itself never travels by mail: who fetches it is signed in."""
    days = {"days": settings.IURC_PRIVACY["export_days"]}
    if message.payload["state"] == ParticipantExport.State.READY:
        subject = _("The file of participants is ready")
        opening = [_("The export that you asked for is made. Only you can download it, for %(days)s days.") % days]
    else:
        subject = _("The file of participants could not be made")
        opening = [_("Please ask for the export again; if that does not help, write to the programme office.")]
    link = settings.SITE_URL + reverse("admin:events_participantexport_changelist")
    words = Words(subject=subject, opening=opening, button=_("Open my exports"), link=link)
    return compose(message, words, template="plain", context={})


def forgotten(message: Message) -> str:
    state = ParticipantExport.objects.filter(pk=message.payload["export"]).values_list("state", flat=True).first()
    return "" if state == message.payload["state"] else FORGOTTEN
