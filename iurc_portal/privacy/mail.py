"""Letters about one's own data. Clear tokens are made here and stand in the letter alone."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _
from iurc_portal.privacy import links
from iurc_portal.privacy.models import DataRequest

GONE = gettext_noop("the file is deleted already")


def register_kinds() -> None:
    """Tell the outbox how our letters read. The first may go to an address that bounced: only its answer proves it."""
    registry.register(
        "privacy.link",
        title=pgettext_lazy("letter", "link to one's own data"),
        render=link,
        asks_for_proof=True,
        placeholders={"hours": gettext_lazy("how many hours the link works")},
        specimen=lambda language: Message(kind="privacy.link", to="name@company.example"),
    )
    registry.register(
        "privacy.copy",
        title=pgettext_lazy("letter", "copy of the data"),
        render=copy,
        refusal=not_there,
        placeholders={"hours": gettext_lazy("how many hours the link works")},
        specimen=lambda language: Message(kind="privacy.copy", to="name@company.example"),
    )


def link(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    clear = links.PREVIEW_LINK
    if not preview:
        clear = links.issue(message.to, language=message.language, now=timezone.now())
    words = Words(
        subject=_("Your data on the Torino–Nagoya portal"),
        opening=[
            _("This address was entered on our portal by somebody who wants to see what we hold about it."),
            _("Open it to read, to take a copy, or to have everything erased. The link works for %(hours)s hours.")
            % {"hours": settings.IURC_PRIVACY["link_hours"]},
        ],
        button=_("See my data"),
        link=links.address_of("own_data", clear),
        closing=[
            _("If it was not you, do nothing and pass this message on to nobody: whoever has the link can use it.")
        ],
    )
    return compose(message, words, template="plain", context={})


def copy(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    clear = links.PREVIEW_LINK
    if not preview:
        clear = links.issue_file(DataRequest.objects.get(pk=message.subject_id))
    words = Words(
        subject=_("The copy of your data is ready"),
        opening=[
            _("The file holds everything that the portal knows of this address, as a spreadsheet and as JSON."),
            _("The link works for %(hours)s hours; then the file is deleted.")
            % {"hours": settings.IURC_PRIVACY["file_hours"]},
        ],
        button=_("Download the copy"),
        link=links.address_of("own_data_file", clear),
        closing=[_("Pass this message on to nobody: whoever has the link can use it.")],
    )
    return compose(message, words, template="plain", context={})


def not_there(message: Message) -> str:
    there = DataRequest.objects.filter(pk=message.subject_id or 0, content__isnull=False).exists()
    return "" if there else GONE
