"""What the table of retention says again and again: from when on a time counts, and what becomes of things then."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from iurc_portal.templatetags.portal_tags import spoken

AFTER_EVENT = _("%(time)s after the end of the event")
AFTER_LINK = _("%(time)s after the end of the link")
AFTER_ITS_END = _("%(time)s after its end")
AFTER_SENDING = _("%(time)s after it was sent")
AFTER_LAST_USE = _("%(time)s after the last use")
AFTER_ANSWER = _("%(time)s after the answer")
AFTER_WRITING = _("%(time)s after it was written")

DELETED, ANONYMISED, BLANKED, REVOKED = _("deleted"), _("anonymised"), _("blanked"), _("switched off")


def day(instant: datetime | None) -> str:
    """The day of ``instant`` in the active zone and language, "–" for none."""
    return date_format(localtime(instant), "SHORT_DATE_FORMAT") if instant is not None else "–"


def line(shape: str, *parts) -> str:
    """A line of a page; a text of a record, given as ``Spoken``, says its language where that is not the page's."""
    return format_html(shape, *(spoken(part) for part in parts))
