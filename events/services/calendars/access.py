"""Getting into a connected calendar: a password is tried before it is stored, a consent given back when it is over."""

import logging
from datetime import datetime

from events.caldav import errors, oauth
from events.caldav.auth import Basic
from events.caldav.client import Client
from events.models import RemoteCalendar
from events.services.calendars import connecting
from iurc_portal.secret_fields import Unreadable

log = logging.getLogger(__name__)


def disconnect(calendar: RemoteCalendar, *, now: datetime, by) -> bool:
    """Forget the calendar, and give its consent back if no other calendar of this account lives by it.

    A service takes back the whole consent of an account, not a single token. False: it could not be given back, and
    the person has to do so in the account's settings. Network, after the row is gone.
    """
    is_oauth, account = calendar.auth == RemoteCalendar.Auth.OAUTH, calendar.username
    try:
        token = calendar.secret
    except Unreadable:
        token = ""
    connecting.disconnect(calendar, now=now, by=by)
    others = RemoteCalendar.objects.filter(auth=RemoteCalendar.Auth.OAUTH, username=account)
    if not is_oauth or others.exists():
        return True
    if not token:
        log.warning("consent not given back: its key is lost")
        return False
    try:
        oauth.revoke(token)
    except errors.CalDavError as error:
        log.warning("consent not given back: %s", error.code_word)
        return False
    return True


def try_password(calendar: RemoteCalendar, *, username: str, password: str) -> None:
    """Ask the calendar something small. Network. Raises the errors of ``events.caldav.errors``."""
    with Client(calendar.url, Basic(username, password)) as client:
        client.ctag()
