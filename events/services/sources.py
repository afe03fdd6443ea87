"""Calendars of others: fetched when due, compared with what is known, guarded against the absurd (events spec 10)."""

import hashlib
import logging
import random
import re
from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import FeedFetch, FeedSource, ImportedItem
from events.services import imported, source_alarms
from events.sources import fetching, process, words
from events.sources.lines import Refused
from events.sources.reading import BLOCKING
from events.sources.zones import iana_name
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import day_bounds, shift_out_of_gap, validate_tzid
from iurc_portal.database import after_commit

log = logging.getLogger(__name__)
State = ImportedItem.State
KEPT_SECONDS = 600  # what was fetched while the address was typed is read from here
LOG_LINES = 60
LONGEST_WAIT = timedelta(days=1)
JITTER = 0.1  # of the interval, so that sources of one hour are not all asked in one minute
TAKEN = "too soon"
WALL_CLOCK = re.compile(r"\d{8}T\d{6}")


def limits() -> dict:
    return settings.IURC_EVENTS["feed_import"]


# --- Staff -----------------------------------------------------------------------------------------------------------


def check_address(text: str) -> str:
    """The address as it is kept, after it answered with a calendar. Raises ``ValidationError`` (its code the problem).

    What came is kept for the task that reads it, so that the server is asked once (10.4).
    """
    try:
        address = fetching.clean_address(text)
        fetched = fetching.fetch(address)
    except Refused as refusal:
        message = words.source_problem(refusal.code, refusal.params)
        raise ValidationError(message.replace("%", "%%"), code=refusal.code) from refusal
    cache.set(_kept_key(address), fetched, KEPT_SECONDS)
    return address


def read_soon(source: FeedSource) -> None:
    """A task reads ``source`` once the caller's transaction is committed."""
    from events.tasks import fetch_source

    after_commit(fetch_source.delay, source.pk)


def fetch_now(source: FeedSource, *, now: datetime) -> None:
    """By hand. Raises ``ValidationError``: ``paused``, or ``too_soon`` while the last fetch is too recent (10.4)."""
    if source.is_paused:
        raise ValidationError(_("This calendar is paused. Take the pause away first."), code="paused")
    free_at = source.may_fetch_at()
    if free_at is not None and free_at > now:
        minutes = int((free_at - now).total_seconds() // 60) + 1
        raise ValidationError(
            _("It was read a moment ago: try again in %(minutes)s minutes."),
            code="too_soon",
            params={"minutes": minutes},
        )
    read_soon(source)


@transaction.atomic
def set_zone(source: FeedSource, tzid: str, *, by, now: datetime) -> int:
    """Say once in which zone the times without one are. Items that waited for it become new. Returns how many."""
    validate_tzid(tzid)
    source.default_tzid, source.asks_zone = tzid, False
    source.etag = source.last_modified = ""  # whatever the answer says, the next one is read anew
    source.save(update_fields=["default_tzid", "asks_zone", "etag", "last_modified"])
    waiting = [item for item in source.items.filter(state=State.FAULTY).exclude(wall_start="") if _only_floats(item)]
    for item in waiting:
        item.dtstart, item.dtend = (_in(text, tzid) for text in (item.wall_start, item.wall_end))
        if item.dtend <= item.dtstart:  # the end fell into a gap
            item.dtend = item.dtstart + timedelta(hours=1)
        item.tzid, item.wall_start, item.wall_end = tzid, "", ""
        item.recurrence_id = _instant_of(item, tzid)
        item.problems = [problem for problem in item.problems if problem["code"] != "floating"]
        _judge(item)
        item.changed_at = now
        item.save()
    record_transition(source, from_state=source.state, to_state=source.state, now=now, actor=by, comment=tzid)
    return len(waiting)


@transaction.atomic
def allow_once(source: FeedSource, *, by, now: datetime) -> None:
    """What a guard stopped is right: the next fetch is believed. Raises ``ValidationError`` (``not_stopped``)."""
    if not FeedSource.objects.filter(pk=source.pk, state=FeedSource.State.STOPPED).update(
        allow_once=True, next_fetch_at=now
    ):
        raise ValidationError(_("Nothing was stopped: there is nothing to allow."), code="not_stopped")
    record_transition(source, from_state=source.state, to_state=source.state, now=now, actor=by, reason="allowed_once")
    read_soon(source)


def _only_floats(item: ImportedItem) -> bool:
    return {problem["code"] for problem in item.problems} & BLOCKING == {"floating"}


def _instant_of(item: ImportedItem, tzid: str) -> str:
    """The RECURRENCE-ID of an item whose clock is that of ``tzid``, in UTC.

    A mere date stays as it is, and so does what would be the same as another item of the series.
    """
    if not WALL_CLOCK.fullmatch(item.recurrence_id):
        return item.recurrence_id
    known = datetime.strptime(item.recurrence_id, "%Y%m%dT%H%M%S")  # noqa: DTZ007 – a wall clock
    instant = f"{shift_out_of_gap(known, tzid):%Y%m%dT%H%M%SZ}"
    same = item.source.items.filter(uid=item.uid, recurrence_id=instant).exclude(pk=item.pk)
    return item.recurrence_id if same.exists() else instant


def _in(text: str, tzid: str) -> datetime:
    return shift_out_of_gap(datetime.fromisoformat(text), tzid)


# --- Fetching --------------------------------------------------------------------------------------------------------


def fetch_due(*, now: datetime) -> dict[str, int]:
    """Hand each source whose time has come to a task of its own: one that fails or is slow stops no other."""
    from events.tasks import fetch_source

    due = list(FeedSource.objects.due(now=now).values_list("pk", flat=True))
    for pk in due:
        fetch_source.delay(pk)
    return {"due": len(due), "in trouble": FeedSource.objects.in_trouble().count()}


def fetch(source_id: int, *, now: datetime) -> str:
    """Fetch, read, compare. Safe to call twice and from two workers: the first claim wins. Returns a word for the log.

    The network and the reading stand outside of any transaction. Whatever goes wrong is a failure of this source.
    """
    source = _claim(source_id, now=now)
    if source is None:
        return TAKEN
    try:
        return _read(source, now=now)
    except Refused as refusal:
        return _failed(source, refusal, now=now)
    except Exception:
        log.exception("calendar of others %s", source.pk)
        return _failed(source, Refused("unexpected"), now=now)


def _read(source: FeedSource, *, now: datetime) -> str:
    answer = None
    fetched = cache.get(_kept_key(source.url))
    if fetched is None:
        fetched = fetching.fetch(source.url, etag=source.etag, last_modified=source.last_modified)
    cache.delete(_kept_key(source.url))
    if fetched.body is not None:
        answer = process.read(
            fetched.body,
            source=str(source.pk),
            charset=fetched.charset,
            default_tzid=source.default_tzid,
            now=now,
        )
    return _take(source.pk, fetched, answer, now=now)


def _claim(source_id: int, *, now: datetime) -> FeedSource | None:
    source = FeedSource.objects.filter(pk=source_id, is_paused=False).select_related("owner").first()
    if source is None:
        return None
    free_at = source.may_fetch_at()
    if free_at is not None and free_at > now:
        return None
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 – not a secret
    following = now + timedelta(minutes=source.interval * spread)
    claimed = FeedSource.objects.filter(pk=source_id, last_fetch_at=source.last_fetch_at).update(
        last_fetch_at=now, next_fetch_at=following
    )
    source.last_fetch_at, source.next_fetch_at = now, following
    return source if claimed else None


def _kept_key(address: str) -> str:
    return f"feed-source:{hashlib.sha256(address.encode()).hexdigest()}"


@transaction.atomic
def _failed(source: FeedSource, refusal: Refused, *, now: datetime) -> str:
    """Note why; nothing is believed of a fetch that failed (10.11). Each failure doubles the wait, a day at most."""
    wait = timedelta(minutes=source.interval) * 2 ** min(source.failures, 10)
    wait = min(max(wait, timedelta(seconds=refusal.params.get("retry_after", 0))), LONGEST_WAIT)
    FeedSource.objects.filter(pk=source.pk).update(
        state=FeedSource.State.FAILING,
        problem=refusal.code,
        problem_params=refusal.params,
        failures=min(source.failures + 1, 1000),
        next_fetch_at=now + wait,
    )
    _note(source, refusal.code, refusal.params, {}, now=now)
    source_alarms.note_trouble(source, now=now)
    log.warning("calendar of others %s: %s", source.pk, refusal.code)
    return refusal.code


def _note(source: FeedSource, outcome: str, params: dict, counts: dict, *, now: datetime) -> None:
    FeedFetch.objects.create(source=source, at=now, outcome=outcome, params=params, counts=counts)
    old = list(source.fetches.values_list("pk", flat=True)[LOG_LINES:])
    FeedFetch.objects.filter(pk__in=old).delete()


# --- Comparing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def _take(source_id: int, fetched: fetching.Fetched, answer: dict | None, *, now: datetime) -> str:
    source = FeedSource.objects.select_for_update(of=("self",)).select_related("owner").get(pk=source_id)
    known = {(item.uid, item.recurrence_id): item for item in source.items.defer("raw").select_related("event")}
    success = {"state": FeedSource.State.WORKING, "problem": "", "problem_params": {}, "failures": 0}
    success |= {"last_success_at": now, "trouble_since": None, "told_at": None}
    if answer is None:  # 304: what was missing is missing still
        lost = [item for item in known.values() if item.missing_since and _is_to_come(item, now)]
        counts = Counter(gone=_gone(lost, now=now))
        FeedSource.objects.filter(pk=source.pk).update(**success)
        _note(source, "unchanged", {}, dict(counts), now=now)
        return "unchanged"
    found = {(row["uid"], row["recurrence_id"]): row for row in answer["items"]}
    missing = [item for key, item in known.items() if key not in found and _is_to_come(item, now)]
    if answer["counts"].get("cut"):
        missing = []  # what lies beyond the limit is not gone
    stopped = _guard(known.values(), missing, bool(found), now=now) if not source.allow_once else None
    if stopped is not None:
        code, params = stopped
        FeedSource.objects.filter(pk=source.pk).update(
            state=FeedSource.State.STOPPED, problem=code, problem_params=params
        )
        _note(source, code, params, {}, now=now)
        source_alarms.note_trouble(source, now=now)
        return code
    source.header_tzid = iana_name(answer["tzid"])
    counts = _compare(source, known, found, now=now)
    for item in missing:
        if item.missing_since is None:
            item.missing_since = now
            item.save(update_fields=["missing_since"])
        else:
            counts["gone"] += _gone([item], now=now)
    counts |= {
        name: answer["counts"][name]
        for name in ("private", "older", "long_series", "cut")
        if answer["counts"].get(name)
    }
    floats = any(row["floating"] for row in found.values())
    FeedSource.objects.filter(pk=source.pk).update(
        **success,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        allow_once=False,
        header_tzid=source.header_tzid,
        asks_zone=floats and not source.default_tzid,
    )
    _note(source, "read", {}, {name: n for name, n in counts.items() if n}, now=now)
    return "read"


def _is_to_come(item: ImportedItem, now: datetime) -> bool:
    """What is over disappears from calendars as a matter of course."""
    return item.dtend is None or item.dtend > now


def _guard(known, missing: list[ImportedItem], has_items: bool, *, now: datetime) -> tuple[str, dict] | None:
    """Whether the calendar has lost so much at once that a person should look (9.18, 9.19, 10.11)."""
    standing = [item for item in known if item.missing_since is None and _is_to_come(item, now)]
    lost = [item for item in missing if item.missing_since is None]
    params = {"before": len(standing), "missing": len(lost)}
    if standing and not has_items:
        return "emptied", params
    own = limits()
    share = len(lost) * 100 > own["gone_share"] * len(standing)
    if len(lost) > own["gone_most"] or (len(lost) >= own["gone_least"] and share):
        return "shrunken", params
    return None


def _compare(source: FeedSource, known: dict, found: dict[tuple, dict], *, now: datetime) -> Counter:
    counts: Counter = Counter()
    fresh, changed = [], []
    for key, row in found.items():
        item = known.get(key)
        if item is None:
            if row["cancelled"]:
                continue  # nobody here knew of it
            item = ImportedItem(source=source, uid=key[0], recurrence_id=key[1], found_at=now)
            _write(item, row, source, now=now)
            fresh.append(item)
            counts["faulty" if item.state == State.FAULTY else "new"] += 1
        elif item.content_hash != row["hash"] or item.missing_since or item.state == State.GONE:
            _write(item, row, source, now=now)
            changed.append(item)
            if item.state in {State.CHANGED, State.FAULTY}:
                counts[str(item.state)] += 1
        else:
            counts["same"] += 1
    ImportedItem.objects.bulk_create(fresh, batch_size=500)
    ImportedItem.objects.bulk_update(changed, WRITTEN, batch_size=200)
    if source.auto_apply:
        counts["applied"] = sum(imported.apply_by_itself(item, now=now) for item in changed)
    return counts


TEXTS = ("name", "description", "location", "url")
WRITTEN = [
    *TEXTS,
    *("content_hash", "raw", "state", "problems", "dtstart", "dtend", "tzid", "all_day", "wall_start", "wall_end"),
    *("cancelled", "missing_since", "changed_at"),
]


def _write(item: ImportedItem, row: dict, source: FeedSource, *, now: datetime) -> None:
    """What the file says now; ``item`` is not saved yet."""
    for name in TEXTS:
        setattr(item, name, row[name])
    item.content_hash, item.raw, item.problems = row["hash"], row["raw"], row["problems"]
    item.cancelled, item.all_day = row["cancelled"], row["all_day"]
    item.dtstart = item.dtend = None
    item.wall_start = item.wall_end = ""
    item.tzid = row["tzid"] or source.home_tzid
    if row["all_day"]:
        last = date.fromisoformat(row["end"]) - timedelta(days=1)
        item.dtstart, item.dtend = day_bounds(date.fromisoformat(row["start"]), last, item.tzid)
    elif row["floating"]:
        item.wall_start, item.wall_end = row["start"], row["end"]
    elif row["start"]:
        item.dtstart, item.dtend = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])
    item.missing_since = None
    item.changed_at = now
    _judge(item)


def _judge(item: ImportedItem) -> None:
    """The state that follows from the facts, from what was accepted or ignored, and from what is wrong."""
    former = item.state
    if item.dtstart is None or {problem["code"] for problem in item.problems} & BLOCKING:
        state = State.FAULTY
    elif not item.base:
        state = State.NEW
    elif not item.differences:
        state = State.ACCEPTED if item.event_id else State.IGNORED
    else:
        state = State.CHANGED if item.event_id else State.NEW
    if state != former:
        item.move_to(state)


def _gone(items: list[ImportedItem], *, now: datetime) -> int:
    """A second fetch without them (10.11): of what staff accepted they decide, what nobody accepted is forgotten."""
    number = 0
    for item in items:
        if item.event_id and item.state != State.GONE and not item.base.get("kept"):
            item.move_to(State.GONE)
            item.changed_at = now
            item.save(update_fields=["state", "changed_at"])
            number += 1
        elif not item.event_id and item.state != State.IGNORED:
            item.delete()
    return number


# --- Forgetting ------------------------------------------------------------------------------------------------------


def over(before: datetime):
    """Items that nobody needs any more (13.2): ignored or gone since ``before``, or over by then and not accepted."""
    has_texts = ~(Q(raw="") & Q(description=""))
    ignored = Q(state=State.IGNORED, decided_at__lte=before) & has_texts
    gone = Q(state=State.GONE, changed_at__lte=before) & has_texts
    undecided = Q(event=None, dtend__lte=before) & ~Q(state=State.IGNORED)
    return ImportedItem.objects.filter(ignored | gone | undecided)


def forget(items, now: datetime) -> None:
    """Of what was ignored the mark stays, so that it is not asked about again; what is over goes as a whole."""
    keys = [item.pk for item in items]
    kept = ImportedItem.objects.filter(pk__in=keys, state__in=[State.IGNORED, State.GONE])
    kept.update(raw="", description="")
    ImportedItem.objects.filter(pk__in=keys, event=None).exclude(state=State.IGNORED).delete()
