"""What we write to the owner of a connected calendar that does not let us in any more (events spec 9.21)."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from events.models import RemoteCalendar
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words

SETTLED = gettext_noop("the calendar is connected again")


def register_kinds() -> None:
    registry.register(
        "events.calendar_refused",
        title=pgettext_lazy("letter", "connected calendar that refuses us"),
        render=refused,
        refusal=settled,
    )


def refused(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    calendar = RemoteCalendar.objects.get(pk=message.payload["calendar"])
    opening = [
        _("The portal cannot keep your calendar “%(calendar)s” in step any more: %(reason)s.")
        % {"calendar": calendar.display_name, "reason": RemoteCalendar.Pause(message.payload["pause"]).label},
        _("Nothing is lost or deleted. What changes meanwhile is brought into step once you connect again."),
    ]
    words = Words(
        subject=_("Your calendar “%(calendar)s” is not in step any more") % {"calendar": calendar.display_name},
        opening=opening,
        button=_("Open the staff pages"),
        link=settings.SITE_URL + reverse("admin:events_remotecalendar_change", args=[calendar.pk]),
    )
    return compose(message, words, template="plain", context={})


def settled(message: Message) -> str:
    is_paused = RemoteCalendar.objects.filter(pk=message.payload["calendar"]).exclude(paused_because="").exists()
    return "" if is_paused else SETTLED
