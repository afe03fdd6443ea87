"""What staff read of calendars elsewhere: why one could not be reached and what to do, how a run went."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from events.caldav import errors
from events.models import RemoteCalendar, SyncRun

Pause, Stop = RemoteCalendar.Pause, RemoteCalendar.Stop

UNKNOWN_NAME = _("No server has this name. Check the address letter by letter.")
CERTIFICATE = _(
    "The server’s certificate is not valid, so the password was not sent. Tell whoever runs the server; "
    "do not go on before it is mended."
)
NOT_PUBLIC = _(
    "This address belongs to an internal network. The portal calls public servers only; "
    "whoever runs the portal can allow a network."
)
NOT_SECURE = _("The address begins with http://: the password would travel unprotected. Write https://.")
ELSEWHERE = _(
    "The server leads to another server. The password goes only to the server you entered: "
    "write the address to which it leads, if you trust it."
)
NOTHING_HERE = _(
    "There is no calendar server (CalDAV) at this address. The help pages of your calendar give the right one: "
    "look there for “CalDAV”."
)
NO_CALENDAR = _("The server answers, but this user has no calendar there. Make one in your calendar, then try again.")
PASSWORD = _(
    "The server does not accept this user name and password. Many services want an app password, which is made in "
    "the security settings of the account, instead of the usual one."
)
REFUSED = _(
    "The server refuses to answer. Either there is no calendar server (CalDAV) at this address, or it does not accept "
    "this user name and password."
)
LATER = _("The server does not answer right now. Try again in some minutes.")
CONSENT = _("The service did not accept the consent. Begin again and allow the access to calendars.")

COPIES_LEAVE = _("If it is meant, allow one run: the copies leave the calendar. Otherwise look at the events.")
WHAT_TO_DO = {
    Pause.BY_STAFF: _("Nothing is read or written until you resume it."),
    Pause.UNAUTHORIZED: _(
        "Enter a new password, or give the consent again. Nothing is lost: the next run makes up for it."
    ),
    Pause.FORBIDDEN: _(
        "Ask the owner of the calendar for the right to write into it, then resume. Or connect another calendar."
    ),
    Stop.REMOTE_EMPTY: _(
        "Was it emptied by mistake? Put the entries back there, and the next run goes on by itself. If it was meant, "
        "allow one run: for each entry that is gone you are asked whether its event is to be cancelled."
    ),
    Stop.PORTAL_EMPTY: COPIES_LEAVE,
    Stop.REMOTE_MANY: _(
        "Was it a mistake? Put the entries back there, and the next run goes on by itself. If it was meant, allow one "
        "run: for each entry that is gone you are asked whether its event is to be cancelled."
    ),
    Stop.PORTAL_MANY: COPIES_LEAVE,
}


def what_to_do(reason: str) -> str:
    """The next step for a ``RemoteCalendar.Pause`` or ``Stop``."""
    return str(WHAT_TO_DO.get(reason, ""))  # type: ignore[call-overload]


def advice(error: errors.CalDavError, *, is_consent: bool = False) -> str:
    """Why a server could not be used and what to do, in one sentence or two."""
    said = error.said
    if isinstance(error, errors.Unauthorized) and error.status == 403 and not is_consent:
        return str(REFUSED)  # web servers that know no calendars answer so, too
    if isinstance(error, (errors.Unauthorized, errors.Forbidden)):
        return str(CONSENT if is_consent else PASSWORD)
    if isinstance(error, errors.NotAllowed):
        if "not-public" in said:
            return str(NOT_PUBLIC)
        if said == "http":
            return str(NOT_SECURE)
        return str(ELSEWHERE if said.startswith(("http://", "https://")) else NOTHING_HERE)
    if isinstance(error, errors.Unreachable):
        if "unknown-name" in said:
            return str(UNKNOWN_NAME)
        return str(CERTIFICATE if said.startswith("SSL") else LATER)
    if isinstance(error, (errors.Throttled, errors.TooLarge)):
        return " ".join(error.messages)
    return str(NOTHING_HERE)


COUNTS = {
    "created": pgettext_lazy("calendar run", "written"),
    "updated": pgettext_lazy("calendar run", "brought up to date"),
    "deleted": pgettext_lazy("calendar run", "taken away"),
    "taken": pgettext_lazy("calendar run", "taken over from the calendar"),
    "proposed": pgettext_lazy("calendar run", "proposals"),
    "conflicts": pgettext_lazy("calendar run", "conflicts"),
    "found": pgettext_lazy("calendar run", "entries of others"),
    "quarantined": pgettext_lazy("calendar run", "set apart"),
    "adopted": pgettext_lazy("calendar run", "found again"),
}


def counts_words(counts: dict) -> str:
    """«written 3 · proposals 1», or that nothing was to be done."""
    parts = [f"{label} {counts[name]}" for name, label in COUNTS.items() if counts.get(name)]
    return " · ".join(parts) or str(_("nothing to do"))


ERRORS = {
    "unauthorized": errors.Unauthorized.words,
    "secret_lost": errors.SecretLost.words,
    "forbidden": errors.Forbidden.words,
    "gone": errors.Gone.words,
    "throttled": errors.Throttled.words,
    "unreachable": errors.Unreachable.words,
    "too_large": errors.TooLarge.words,
    "not_allowed": errors.NotAllowed.words,
    "unreadable": errors.CalDavError.words,
    "caldav": errors.CalDavError.words,
    "lease": _("Another run took over."),
    **dict(Stop.choices),
}


def fault_words(run: SyncRun) -> str:
    """Why a run did not end well; "" where it did."""
    return str(ERRORS.get(run.error, errors.CalDavError.words)) if run.error else ""


def state_of(calendar: RemoteCalendar) -> tuple[str, str]:
    """In which of five states a calendar is, and the word for it."""
    if calendar.paused_because == Pause.BY_STAFF:
        return "paused", str(_("paused by hand"))
    if calendar.paused_because:
        return "refused", str(_("refused by the server"))
    if calendar.stopped_because:
        return "stopped", str(_("stopped by a guard"))
    if calendar.failures:
        return "failing", str(_("not reached"))
    return "running", str(_("running"))


def scope_words(calendar: RemoteCalendar) -> str:
    """«everything in one city: Torino»."""
    words = str(calendar.get_scope_display())
    return f"{words}: {calendar.city}" if calendar.city else words


@dataclass(frozen=True)
class Line:
    """A run as staff read it. ``is_cut``: it ended without a word, as when a machine stops."""

    run: SyncRun
    outcome: str
    counts: str
    fault: str
    is_cut: bool

    @property
    def seconds(self) -> int:
        return round((self.run.ended_at - self.run.started_at).total_seconds()) if self.run.ended_at else 0


def line_of(run: SyncRun, *, is_busy: bool) -> Line:
    is_open = run.outcome == SyncRun.Outcome.RUNNING
    is_cut = is_open and not is_busy
    outcome = str(pgettext_lazy("calendar run", "cut off")) if is_cut else str(run.get_outcome_display())
    return Line(run, outcome, "" if is_open else counts_words(run.counts), fault_words(run), is_cut)


def people_words(number: int) -> str:
    if not number:
        return str(_("Nobody will be mailed."))
    words = ngettext("%(n)s person will be told by e-mail.", "%(n)s people will be told by e-mail.", number)
    return words % {"n": number}
