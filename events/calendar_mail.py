"""What we write to staff about calendars that do not let us in, or bring nothing (events spec 9.21, 10.11)."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from events.models import FeedSource, RemoteCalendar
from events.services.source_alarms import KIND as SILENT
from events.sources.words import source_problem
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words

SETTLED = gettext_noop("the calendar is connected again")
READ_AGAIN = gettext_noop("the calendar is read again, or paused")


def register_kinds() -> None:
    registry.register(
        "events.calendar_refused",
        title=pgettext_lazy("letter", "connected calendar that refuses us"),
        render=refused,
        refusal=settled,
    )
    registry.register(
        SILENT,
        title=pgettext_lazy("letter", "calendar of others that cannot be read"),
        render=silent,
        refusal=read_again,
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


def silent(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    source = FeedSource.objects.get(pk=message.payload["source"])
    since = date_format(localtime(source.trouble_since), "DATE_FORMAT") if source.trouble_since else ""
    is_stopped = source.state == FeedSource.State.STOPPED
    opening = [
        _("Nothing has come from the calendar “%(calendar)s” since %(since)s.")
        % {"calendar": source.name, "since": since},
        source_problem(source.problem, source.problem_params),
        _("The next step is yours: say on its page whether this is right.")
        if is_stopped
        else _("The portal goes on trying by itself. Nothing is lost: events made of it stay as they are."),
    ]
    words = Words(
        subject=_("The calendar “%(calendar)s” cannot be read") % {"calendar": source.name},
        opening=[line for line in opening if line],
        button=_("Open the staff pages"),
        link=settings.SITE_URL + reverse("admin:events_feedsource_change", args=[source.pk]),
    )
    return compose(message, words, template="plain", context={})


def read_again(message: Message) -> str:
    sources = FeedSource.objects.filter(pk=message.payload["source"], is_paused=False)
    return "" if sources.exclude(trouble_since=None).exists() else READ_AGAIN
