"""Pages and cards kept for readers: what is the same for everybody is rendered once (performance spec, 1).

A view says so with ``@kept_for_visitors()``. Its copy is given to visitors without a session as long as nothing that
readers see has been saved since, and for a short time at most, since some pages speak of "now". Signed-in people
always get a page of their own. Cards of a list are kept one by one (``kept_parts``), for everybody and in every list:
a page that nobody asked for before is put together from them.
"""

import gzip
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language, get_language_from_path

from iurc_portal.database import after_commit, awaits_commit

log = logging.getLogger(__name__)
Part = TypeVar("Part")
VERSION, PLACES = "version", "places"
SEEN_APPS = {"ecosystem", "events", "programme", "pages", "translation"}  # whose records stand on public pages …
SEEN_TOO = {"privacy.consenttext"}  # … and this one on their forms …
UNSEEN = {  # … but these on none
    "events.accesstoken",
    "events.answer",
    "events.attendanceinterval",
    "events.certificate",
    "events.checkin",
    "events.delivery",
    "events.exportfile",
    "events.feedtoken",
    "events.joinclick",
    "events.participantexport",
    "pages.pagerating",
    "programme.surveyanswer",
    "programme.surveyinvitation",
    "programme.surveytoken",
}
# People who register change nothing but how many places are left. A rush would leave no copy alive: these change pages
# at the next full moment of so many seconds, for all of them together.
SEEN_SOON = {"events.registration", "events.registrationgroup", "events.seat", "events.offer"}
SOON_SECONDS = 3
AGAIN = ":again"
NEVER = (0.0, 0.0)
LONGEST_QUERY = 200
PART_SECONDS = 600
FILTERED_SECONDS = 60  # filters make many addresses of one page: each copy stays a short time only
HTMX = ("HX-Request", "HX-Boosted")  # "true" is the one value that views go by
PERSONAL = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
OF_ONE_ANSWER = {"Content-Length", "Content-Encoding", "ETag"}
ANSWER_POLICIES = ("_csp_config", "_csp_exempt", "_csp_exempt_ro", "_csp_replace", "_csp_update")


def kept_for_visitors(seconds: int = 600):
    """Keep the answers of a view that are the same for every visitor, ``seconds`` at most. Searches are not kept."""

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            if not request.GET.get("q"):
                response.keep_seconds = min(seconds, FILTERED_SECONDS) if request.GET else seconds
            return response

        return wrapped

    return decorate


@dataclass(frozen=True)
class Copy:
    """An answer as it is kept. It holds no secret of anybody, so that compressing it once for all is safe."""

    version: int
    made: float  # seconds since 1970
    until: float
    body: bytes  # gzip
    etag: str
    headers: dict[str, str]

    @classmethod
    def of(cls, response: HttpResponse, *, version: int, made: float, seconds: int) -> "Copy":
        """``made`` is when the page was begun: what changed meanwhile it may not show."""
        body = gzip.compress(response.content, compresslevel=6, mtime=0)
        headers = {name: value for name, value in response.items() if name not in OF_ONE_ANSWER}
        etag = f'W/"{sha256(body).hexdigest()[:32]}"'
        return cls(version, made, made + seconds, body, etag, headers)

    def counts_places(self, changes: tuple[float, float], *, now: float) -> bool:
        """Whether it was made since places became others. ``changes``: the last two moments at which they did."""
        return self.made >= max((moment for moment in changes if moment <= now), default=0.0)

    def answer(self, request) -> HttpResponse:
        if self.etag in parse_etags(request.headers.get("If-None-Match", "")):
            response: HttpResponse = HttpResponseNotModified()
        elif "gzip" in request.headers.get("Accept-Encoding", ""):
            response = HttpResponse(self.body, headers={"Content-Encoding": "gzip"})
        else:
            response = HttpResponse(gzip.decompress(self.body))
        for name, value in self.headers.items():
            response[name] = value
        response["ETag"] = self.etag
        patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
        return response


class KeptPagesMiddleware:
    """Answer with the copy of a page, or keep one. Stands outside of sessions, inside of the choice of language."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.pages = caches["pages"]

    def __call__(self, request):
        if not self._is_for_any_visitor(request):
            return self.get_response(request)
        key, now = self._key(request), time.time()
        version, copy, is_good = self._look_up(key, now=now)
        if copy is not None and (is_good or not self._renews(key)):
            return copy.answer(request)
        response = self.get_response(request)
        if version and self._is_same_for_all(response):
            self._keep(key, Copy.of(response, version=version, made=now, seconds=response.keep_seconds))
        return response

    @staticmethod
    def _is_for_any_visitor(request) -> bool:
        return (
            settings.KEEP_PAGES
            and request.method == "GET"
            and get_language_from_path(request.path_info) is not None
            and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
            and not PERSONAL & request.COOKIES.keys()
        )

    @staticmethod
    def _is_same_for_all(response) -> bool:
        return (
            getattr(response, "keep_seconds", 0) > 0
            and response.status_code == 200
            and not response.streaming
            and not response.cookies
            and not any(hasattr(response, policy) for policy in ANSWER_POLICIES)
        )

    @staticmethod
    def _key(request) -> str:
        """One for each address on each of our hosts, and for each way in which htmx asks for it."""
        asked = [str(request.headers.get(name) == "true") for name in HTMX]
        return sha256("\0".join([*asked, request.get_host(), request.get_full_path()]).encode()).hexdigest()

    def _look_up(self, key: str, *, now: float) -> tuple[int, Copy | None, bool]:
        """The version of now; the copy, if only how many places are left may be another; whether not even that is.

        Version 0: nothing can be kept.
        """
        try:
            found = self.pages.get_many([VERSION, PLACES, key])
            version, copy = found.get(VERSION) or raise_version(), found.get(key)
            if copy is None or copy.version != version or now >= copy.until:
                return version, None, False
            return version, copy, copy.counts_places(found.get(PLACES, NEVER), now=now)
        except Exception:  # any cache's any trouble: the page matters more than its copy
            log.exception("the cache does not answer; no page is kept")
            return 0, None, False

    def _renews(self, key: str) -> bool:
        """Whether this request makes the page anew: one does, and the others of a rush get the former copy meanwhile.

        Should that one come to nothing, the next may after a few seconds.
        """
        try:
            return self.pages.add(key + AGAIN, True, timeout=SOON_SECONDS)
        except Exception:  # any cache's any trouble: the page matters more than its copy
            log.exception("the cache does not answer; the page is made anew")
            return True

    def _keep(self, key: str, copy: Copy) -> None:
        try:
            self.pages.set(key, copy, timeout=max(1, int(copy.until - time.time())))
            self.pages.delete(key + AGAIN)
        except Exception:  # as above
            log.exception("the cache does not take a page")


def kept_parts(name: str, ids: Sequence[int], make: Callable[[list[int]], dict[int, Part]]) -> dict[int, Part]:
    """What ``make`` gives for each of ``ids`` in the reader's language, by id; what is gone is left out.

    ``make`` is asked for those that are not kept. What it gives depends on record and language and nothing else, and
    can be pickled. ``name`` tells one sort of part from another.
    """
    version = _version() if settings.KEEP_PAGES else 0
    if not version:
        return make(list(ids))
    sort = sha256(f"{name}\0{get_language()}\0{version}".encode()).hexdigest()
    keys = {pk: f"part:{sort}:{pk}" for pk in ids}
    found = _read_parts(list(keys.values()))
    parts = {pk: found[key] for pk, key in keys.items() if key in found}
    if missing := [pk for pk in ids if pk not in parts]:
        made = make(missing)
        parts |= made
        _keep_parts({keys[pk]: part for pk, part in made.items()})
    return parts


def kept_while(state: tuple, make: Callable[[], Part]) -> Part:
    """What ``make`` gives, made once as long as ``state`` is the same: plain values that name all it depends on.

    For what costs much and is asked for on many pages; whoever changes what it comes from changes the state.
    """
    if not settings.KEEP_PAGES:
        return make()
    key = "while:" + sha256(repr(state).encode()).hexdigest()
    found = _read_parts([key])
    if key in found:
        return found[key]
    made = make()
    _keep_parts({key: made})
    return made


def _version() -> int:
    """The version of what readers see; 0 where the cache does not say."""
    try:
        return caches["pages"].get(VERSION) or raise_version()
    except Exception:  # any cache's any trouble: the page matters more than its speed
        log.exception("the cache does not answer; nothing is kept")
        return 0


def _read_parts(keys: list[str]) -> dict[str, Any]:
    try:
        return caches["parts"].get_many(keys)
    except Exception:  # as above
        log.exception("the cache does not answer; no part of a page is kept")
        return {}


def _keep_parts(parts: dict[str, Any]) -> None:
    try:
        caches["parts"].set_many(parts, timeout=PART_SECONDS)
    except Exception:  # as above
        log.exception("the cache does not take a part of a page")


def raise_version() -> int:
    """Say that something has changed that readers see: every copy is void. Returns the new version."""
    version = time.time_ns()
    caches["pages"].set(VERSION, version, timeout=None)
    return version


def connect() -> None:
    """Whatever saves a record of what visitors see, copies are void once it is committed.

    A page that was rendered meanwhile was begun under the former version, and is void as well. Bulk writes that no
    signal tells of call ``changed()``, as the search index does; what is missed lives for minutes at most.
    """
    for signal in (post_save, post_delete, m2m_changed):
        signal.connect(_follow, dispatch_uid="kept.follow")


def changed() -> None:
    """Something that readers see changes: once it is committed, every copy is void."""
    if settings.KEEP_PAGES:
        after_commit(raise_version)


def places_changed() -> None:
    """Somebody has registered or left: copies made until the next full moment are void from then on."""
    now = time.time()
    _former, latest = caches["pages"].get(PLACES, NEVER)
    if latest <= now:
        caches["pages"].set(PLACES, (latest, (now // SOON_SECONDS + 1) * SOON_SECONDS), timeout=None)


def _follow(sender, **_more) -> None:
    name = sender._meta.label_lower
    if name in SEEN_SOON:
        if settings.KEEP_PAGES and not awaits_commit(places_changed):
            after_commit(places_changed)
    elif name in SEEN_TOO or (sender._meta.app_label in SEEN_APPS and name not in UNSEEN):
        changed()
