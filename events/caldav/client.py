"""What we ask of a calendar on a server, in the words of RFC 4791 and 6578. No database, no decision."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils import timezone

from events.caldav import errors, multistatus
from events.caldav.auth import Credentials
from events.caldav.hrefs import href_of
from events.caldav.multistatus import CALDAV, DAV, SERVER
from events.caldav.wire import Answer, Limits, Session, Wire
from iurc_portal.patience import retry_after

AT_ONCE = 50  # entries fetched with one question
PAGES = 1000  # of one report; more is a server that never ends
ETAG = f"{{{DAV}}}getetag"
XML = {"Content-Type": "application/xml; charset=utf-8"}
CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


@dataclass(frozen=True)
class Listing:
    """What is there (``is_full``) or what changed since a token: ETags by href, and what is gone. ``token`` is ""
    where the server knows none.
    """

    etags: dict[str, str]
    gone: frozenset[str] = frozenset()
    token: str = ""
    ctag: str = ""
    is_full: bool = True


@dataclass(frozen=True)
class Resource:
    """One entry as it stands on the server; ``problem`` instead of ``data`` where it could not be had."""

    href: str
    etag: str
    data: bytes = b""
    schedule_tag: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Written:
    """What the server said to a write: no ETag means that it must be read back (9.16)."""

    etag: str = ""
    schedule_tag: str = ""


@dataclass
class Client:
    """One calendar collection. Every method may raise the errors of ``events.caldav.errors``."""

    url: str
    credentials: Credentials
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self):
        self.wire = Wire(self.url, self.credentials, self.limits)
        self.path = href_of(self.url)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    def again(self) -> "Client":
        """The same calendar over another connection, for another thread."""
        return Client(self.url, self.credentials, self.limits)

    @property
    def requests(self) -> int:
        return self.wire.requests

    # --- Looking -----------------------------------------------------------------------------------------------------

    def changes(self, token: str) -> Listing:
        """What changed since ``token``, or with "" everything (RFC 6578 §3.2), page by page (§3.6).

        Raises ``TokenLost`` for whatever is neither an answer nor a fault that passes (9.9).
        """
        etags: dict[str, str] = {}
        gone: set[str] = set()
        latest = token
        for _page in range(PAGES):
            answer = self._send("REPORT", self.url, multistatus.sync_collection(latest), {**XML, "Depth": "0"})
            if answer.status != 207:
                self._refuse_token(answer)
            found = multistatus.read(answer)
            is_cut = False
            for row in found.rows:
                if row.status == 507 and row.href.rstrip("/") == self.path.rstrip("/"):
                    is_cut = True
                elif row.status in (404, 410):
                    gone.add(row.href)
                    etags.pop(row.href, None)
                elif row.href.rstrip("/") != self.path.rstrip("/") and not row.is_collection:
                    etags[row.href] = row.props.get(ETAG, "")
                    gone.discard(row.href)
            if not found.sync_token:
                raise errors.TokenLost("no token in the answer", status=answer.status)
            if not is_cut:
                return Listing(etags, frozenset(gone), found.sync_token, is_full=not token)
            if found.sync_token == latest:
                raise errors.Unreadable("pages without end")
            latest = found.sync_token
        raise errors.Unreadable("pages without end")

    def listing(self) -> Listing:
        """Everything there, with the token of a moment before where the server tells one."""
        wanted = multistatus.propfind("D:getetag", "D:resourcetype", "D:sync-token", "S:getctag")
        answer = self._send("PROPFIND", self.url, wanted, {**XML, "Depth": "1"})
        self._expect_multistatus(answer)
        etags, token, ctag = {}, "", ""
        for row in multistatus.read(answer).rows:
            if row.href.rstrip("/") == self.path.rstrip("/"):
                token = row.props.get(f"{{{DAV}}}sync-token", "").strip()
                ctag = row.props.get(f"{{{SERVER}}}getctag", "").strip()
            elif not row.is_collection and row.status == 200:
                etags[row.href] = row.props.get(ETAG, "")
        return Listing(etags, token=token, ctag=ctag)

    def ctag(self) -> str:
        """The mark that changes with anything in the calendar; "" where the server has none."""
        answer = self._send("PROPFIND", self.url, multistatus.propfind("S:getctag"), {**XML, "Depth": "0"})
        self._expect_multistatus(answer)
        rows = multistatus.read(answer).rows
        return rows[0].props.get(f"{{{SERVER}}}getctag", "").strip() if rows else ""

    def fetch(self, hrefs: Iterable[str]) -> Iterator[Resource]:
        """The entries at ``hrefs``; those that are not there any more are left out."""
        hrefs = list(hrefs)
        for start in range(0, len(hrefs), AT_ONCE):
            yield from self._fetch(hrefs[start : start + AT_ONCE])

    def _fetch(self, hrefs: list[str]) -> Iterator[Resource]:
        answer = None
        if len(hrefs) > 1:
            try:
                answer = self._send("REPORT", self.url, multistatus.multiget(hrefs), {**XML, "Depth": "0"})
            except errors.TooLarge:
                answer = None
        if answer is None or answer.status in (400, 404, 405, 501):
            for href in hrefs:  # one by one: one entry, an answer too large, or a server that cannot do more
                resource = self.get(href)
                if resource is not None:
                    yield resource
            return
        self._expect_multistatus(answer)
        for row in multistatus.read(answer).rows:
            data = row.props.get(f"{{{CALDAV}}}calendar-data")
            if row.status == 200 and data is not None:
                tag = row.props.get(f"{{{CALDAV}}}schedule-tag", "")
                yield Resource(row.href, row.props.get(ETAG, ""), data.encode(), tag)
            elif row.status not in (404, 410) and row.href in hrefs:
                yield Resource(row.href, "", problem=f"HTTP {row.status}")

    def get(self, href: str) -> Resource | None:
        """One entry, or None if it is not there."""
        try:
            answer = self._send("GET", href)
        except errors.TooLarge:
            return Resource(href, "", problem="too large")
        if answer.status in (404, 410):
            return None
        if not answer.ok:
            raise self._refusal(answer)
        return Resource(href, answer.headers.get("etag", ""), answer.body, answer.headers.get("schedule-tag", ""))

    # --- Writing: always under a condition (9.13) ------------------------------------------------------------------

    def create(self, href: str, data: bytes) -> Written:
        """Write a new entry. Raises ``Precondition`` if something is there, ``Rejected`` if the server will not."""
        return self._written(self._send("PUT", href, data, {**CALENDAR, "If-None-Match": "*"}))

    def update(self, href: str, data: bytes, *, etag: str, schedule_tag: str = "") -> Written:
        """Replace the version we know. Raises ``Precondition`` if it is another one or gone."""
        return self._written(self._send("PUT", href, data, {**CALENDAR, **_if_match(etag, schedule_tag)}))

    def delete(self, href: str, *, etag: str, schedule_tag: str = "") -> None:
        """Take away the version we know; one that is gone already is fine."""
        answer = self._send("DELETE", href, headers=_if_match(etag, schedule_tag))
        if answer.status not in (404, 410):
            self._written(answer)

    def _written(self, answer: Answer) -> Written:
        if answer.ok:
            return Written(answer.headers.get("etag", ""), answer.headers.get("schedule-tag", ""))
        if answer.status == 412 or answer.status in (404, 410):  # gone is another version, too
            raise errors.Precondition(answer.reason, status=answer.status)
        if answer.status in (401, 429) or answer.status >= 500:
            raise self._refusal(answer)
        raise errors.Rejected(multistatus.precondition(answer) or answer.reason, status=answer.status)

    # --- What an answer means ----------------------------------------------------------------------------------------

    def _send(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        return self.wire.request(method, url, body, headers)

    def _expect_multistatus(self, answer: Answer) -> None:
        if answer.status != 207:
            raise self._refusal(answer)

    def _refuse_token(self, answer: Answer) -> None:
        passes = answer.status in (401, 404, 429) or (answer.status >= 500 and answer.status != 507)
        if passes or (answer.status == 403 and multistatus.precondition(answer) != "valid-sync-token"):
            raise self._refusal(answer)
        raise errors.TokenLost(multistatus.precondition(answer) or answer.reason, status=answer.status)

    def _refusal(self, answer: Answer) -> errors.CalDavError:
        said = multistatus.precondition(answer) or answer.reason
        if answer.status == 401:
            return errors.Unauthorized(said, status=401)
        if answer.status == 403:
            return errors.Forbidden(said, status=403)
        if answer.status in (404, 410):
            return errors.Gone(said, status=answer.status)
        if answer.status in (429, 503):
            after = retry_after(answer.headers.get("retry-after", ""), now=timezone.now())
            return errors.Throttled(said, status=answer.status, retry_after=after)
        if answer.status >= 500:
            return errors.Unreachable(said, status=answer.status)
        return errors.CalDavError(said, status=answer.status)


def _if_match(etag: str, schedule_tag: str) -> dict[str, str]:
    """RFC 6638 §8.3 lets a schedule tag stand for an ETag that we do not have."""
    if etag:
        return {"If-Match": etag}
    if schedule_tag:
        return {"If-Schedule-Tag-Match": schedule_tag}
    raise ValueError("a write without a known version is a bug (9.13)")


def find_calendars(address: str, credentials: Credentials, limits: Limits | None = None) -> list[tuple[str, str]]:
    """Address and name of every calendar for events that can be reached from ``address``, through the library.

    ``address`` may be that of a server, a user, a home or one calendar.
    """
    from caldav.davclient import DAVClient  # heavy, and needed when somebody connects a calendar only
    from caldav.lib import error as library

    limits = limits or Limits()
    with Wire(address, credentials, limits) as wire:
        client = DAVClient(url=address, enable_rfc6764=False, timeout=int(limits.silence))
        client.session.close()
        client.session = Session(wire)  # type: ignore[assignment]  # the names that the library reads
        start = _best_start(wire, address)
        try:
            found = client.get_calendars(client.principal() if start == address else client.principal(url=start))
        except library.AuthorizationError as error:
            raise errors.Unauthorized(str(error)) from error
        except library.RateLimitError as error:
            raise errors.Throttled(str(error)) from error
        except library.NotFoundError as error:
            raise errors.Gone(str(error)) from error
        except (library.DAVError, ValueError, AttributeError, KeyError) as error:
            raise errors.Unreadable(f"{type(error).__name__}: {error}") from error
        home = urlsplit(address)
        listed = [(str(calendar.url), str(calendar.get_display_name() or "")) for calendar in found]
        here = [(url, name) for url, name in listed if urlsplit(url).netloc == home.netloc]
        return [(url, name) for url, name in here if _takes_events(wire, url)]


def _best_start(wire: Wire, address: str) -> str:
    """The user's own address, as the server tells it; also asked at the well-known place (RFC 6764 §5)."""
    for place in (address, "/.well-known/caldav"):
        wanted = multistatus.propfind("D:current-user-principal")
        answer = wire.request("PROPFIND", place, wanted, {**XML, "Depth": "0"})
        if answer.status in (401, 403):
            raise errors.Unauthorized(answer.reason, status=answer.status)
        if answer.status == 207:
            return address if place == address else answer.url
    return address


def _takes_events(wire: Wire, url: str) -> bool:
    """Whether entries with a time may be written there: lists of tasks are calendars, too (RFC 4791 §5.2.3)."""
    wanted = multistatus.propfind("C:supported-calendar-component-set")
    answer = wire.request("PROPFIND", url, wanted, {**XML, "Depth": "0"})
    return answer.status != 207 or b"VEVENT" in answer.body or b"comp " not in answer.body
