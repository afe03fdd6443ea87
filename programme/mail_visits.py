"""What the letters about a visit say: an agenda is out or has changed, the visit is off, the day runs late (P12, P20).

Each carries its reader's own changes alone. Calendars get one attachment: an invitation or a cancellation, or, for
several items, a stream of them (RFC 5545 §3.4), since RFC 5546 §3.2 lets one object speak of one item alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext, pgettext_lazy

from ecosystem.models import Person
from events import ical
from events.models import Event
from events.when import When
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import LetterMail, compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.templatetags.portal_tags import language_name
from iurc_portal.translation.languages import Spoken
from iurc_portal.translation.times import clock
from programme.models import AgendaItem, AgendaVersion, DelayNotice, StudyVisit
from programme.services.day import DELAY, items_hosted, last_held
from programme.services.release_letters import CALLED_OFF, RELEASED
from programme.versions.difference import Change, Kind, difference
from programme.versions.held import Shelf, own_items
from programme.versions.words import label_of

GONE = gettext_noop("the agenda or the person is gone")
OFF = gettext_noop("the visit has been called off")
ON = gettext_noop("the visit takes place again")
HELD = frozenset({StudyVisit.State.RELEASED, StudyVisit.State.RUNNING})


@dataclass(frozen=True)
class News:
    """What a letter about a release is about. ``snapshot`` is what its reader holds from then on."""

    visit: StudyVisit
    number: int
    note: Spoken
    snapshot: dict
    person: Person
    changes: Sequence[Change]

    @property
    def is_guest(self) -> bool:
        return any(one["person"] == self.person.pk for one in self.snapshot["people"])

    @property
    def is_host(self) -> bool:
        return any(self.person.pk in item["hosts"] for item in self.snapshot["items"])


@dataclass(frozen=True)
class Line:
    """One change in the box of a letter: what became of it, the item's name, when and where, between which languages
    its reader interprets, what was before.
    """

    label: str
    name: str
    language: str
    when: tuple[str, ...]
    where: str = ""
    before: tuple[str, ...] = ()
    interpreting: str = ""


def register_kinds() -> None:
    for name, title, render, refusal in (
        (RELEASED, pgettext_lazy("letter", "agenda of a visit"), agenda, not_held),
        (CALLED_OFF, pgettext_lazy("letter", "visit called off"), called_off, not_off),
        (DELAY, pgettext_lazy("letter", "delay on the day of a visit"), delay, not_late),
    ):
        registry.register(name, title=title, render=render, refusal=refusal, read=read)


# --- What they say ---------------------------------------------------------------------------------------------------


def agenda(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    news = _subject(message)
    facts = {"visit": Spoken.of(news.visit, "title")}
    is_first = all(change.kind == Kind.ADDED for change in news.changes)
    if is_first and not news.is_guest and not news.is_host:
        subject, opening = (
            _("You interpret at a study visit: %(visit)s"),
            _("These are your hours as an interpreter; the time in the other city stands beside them."),
        )
    elif is_first and not news.is_guest:
        subject, opening = (
            _("Your part in a study visit: %(visit)s"),
            _("You receive a delegation. This is when and where; the time in the other city stands beside it."),
        )
    elif is_first:
        subject, opening = _("Your agenda: %(visit)s"), _("Your agenda is ready. These are its items, in both times.")
    else:
        subject, opening = (
            _("The agenda has changed: %(visit)s"),
            _("Something has changed in the agenda of the visit. Here is only what concerns you."),
        )
    closing = [_("The attached file brings your calendar up to date.")]
    words = Words(
        subject=subject % facts,
        opening=[opening, *([named("note", news.note)] if news.note else [])],
        button=_("Open the agenda") if news.is_guest else _("Open the page of the visit"),
        link=_page(news),
        closing=closing,
        name=news.person.display_name(message.language),
    )
    return _with_changes(message, words, news)


def called_off(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    news = _subject(message)
    postponed = message.payload["state"] == StudyVisit.State.POSTPONED
    facts = {"visit": Spoken.of(news.visit, "title")}
    subject = _("Postponed: %(visit)s") if postponed else _("Cancelled: %(visit)s")
    opening = (
        _("The visit has been postponed. We will write to you as soon as the new agenda is ready.")
        if postponed
        else _("We are sorry: the visit will not take place.")
    )
    words = Words(
        subject=subject % facts,
        opening=[opening],
        button=_("Open the page of the visit"),
        link=settings.SITE_URL + news.visit.get_absolute_url(),
        closing=[_("You need not do anything. Your calendar is updated by the attached file.")],
        name=news.person.display_name(message.language),
    )
    return _with_changes(message, words, news)


def delay(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """To a host: when the delegation is expected now."""
    notice, person, items = _subject(message)
    visit, minutes = notice.visit, message.payload["minutes"]
    facts = {"visit": Spoken.of(visit, "title")}
    if minutes > 0:
        said = ngettext(
            "The delegation is running %(n)s minute late.", "The delegation is running %(n)s minutes late.", minutes
        ) % {"n": minutes}
        subject = _("Running late: %(visit)s")
    elif minutes < 0:
        said = ngettext(
            "The delegation is %(n)s minute ahead of time.", "The delegation is %(n)s minutes ahead of time.", -minutes
        ) % {"n": -minutes}
        subject = _("Ahead of time: %(visit)s")
    else:
        said, subject = _("The delegation is on time again."), _("On time again: %(visit)s")
    words = Words(
        subject=subject % facts,
        opening=[said],
        button=_("Open the page of the visit"),
        link=settings.SITE_URL + visit.get_absolute_url(),
        closing=[named("phone", _("Questions now: %(phone)s") % {"phone": visit.duty_phone})]
        if visit.duty_phone
        else [],
        name=person.display_name(message.language),
    )
    lines = []
    for item in items:
        expected = item.event.dtstart + timedelta(minutes=minutes)
        local = expected.astimezone(timezone.get_current_timezone())
        lines.append(
            Line(
                label=str(_("Expected at %(time)s") % {"time": clock(local)}),
                name=str(Spoken.of(item.event, "name")),
                language=Spoken.of(item.event, "name").language,
                when=tuple(item.event.when.lines(message.language, tzid=message.tzid)),
                where=ical.where(item.event, language=message.language),
            )
        )
    return _compose(message, words, visit, lines)


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def not_held(message: Message) -> str:
    news = _subject(message, or_none=True)
    if news is None:
        return GONE
    return "" if news.visit.state in {*HELD, *StudyVisit.objects.all().RELEASED_STATES} else OFF


def not_off(message: Message) -> str:
    news = _subject(message, or_none=True)
    if news is None:
        return GONE
    return "" if news.visit.state == message.payload["state"] else ON


def not_late(message: Message) -> str:
    found = _subject(message, or_none=True)
    return GONE if found is None or not found[2] else ""


# --- The parts -------------------------------------------------------------------------------------------------------


def read(messages: list[Message]) -> None:
    """What letters are about. A version is read once, however many letters speak of it."""
    versions: dict[int, AgendaVersion | None] = {}
    people = Person.objects.in_bulk({message.payload["person"] for message in messages if "person" in message.payload})
    for message in messages:
        person = people.get(message.payload.get("person"))
        if message.kind == DELAY:
            message.subject = _delay_of(message, person)
            continue
        number = message.payload.get("version")
        if number not in versions:
            found = AgendaVersion.objects.select_related("visit__host_city", "visit__guest_city")
            versions[number] = found.filter(pk=number).first()
        version = versions[number]
        message.subject = _news_of(message, version, person) if version is not None and person is not None else None


def _news_of(message: Message, version: AgendaVersion, person: Person) -> News:
    own = own_items(version.snapshot, person.pk)
    if message.kind == CALLED_OFF:
        changes = [Change(Kind.CANCELLED, item, None) for item in own.values() if item["status"] != "CANCELLED"]
        changes.sort(key=lambda change: (change.item["start"], change.item["pk"]))
    else:
        former = None
        if not message.payload.get("anew"):
            former = AgendaVersion.objects.filter(visit=version.visit, number=version.number - 1).first()
        before = own_items(former.snapshot, person.pk).values() if former else ()
        changes = [change for change in difference(before, own.values()) if change.is_material or change.has_new_texts]
    note = Spoken.of(version, "note", message.language)
    return News(version.visit, version.number, note, version.snapshot, person, changes)


def _delay_of(message: Message, person: Person | None) -> tuple[DelayNotice, Person, list[AgendaItem]] | None:
    notice = DelayNotice.objects.select_related("visit__host_city").filter(pk=message.payload.get("notice")).first()
    held = last_held(notice.visit) if notice is not None else None
    if notice is None or held is None or person is None:
        return None
    return notice, person, items_hosted(notice, held, person.pk, now=timezone.now())


def _subject(message: Message, *, or_none: bool = False):
    if message.subject is None:
        read([message])
    if message.subject is None and not or_none:
        raise AgendaVersion.DoesNotExist(f"message {message.pk} is about an agenda that is gone")
    return message.subject


def _with_changes(message: Message, words: Words, news: News) -> LetterMail:
    """The letter with its box of changes, and what calendars are told of them."""
    shelf = Shelf(item for change in news.changes for item in (change.before, change.after) if item is not None)
    email = _compose(message, words, news.visit, [_line(change, news, shelf, message) for change in news.changes])
    _attach(email, [_entry(change, news, shelf, message) for change in news.changes if change.method], news.visit)
    return email


def _page(news: News) -> str:
    if news.is_guest:
        return settings.SITE_URL + reverse("programme:visit_agenda", args=[news.visit.slug])
    return settings.SITE_URL + news.visit.get_absolute_url()


def _compose(message: Message, words: Words, visit: StudyVisit, lines: list[Line]) -> LetterMail:
    title = Spoken.of(visit, "title", message.language)
    context = {"visit": (str(title), title.language), "lines": tuple(lines)}
    return compose(message, words, template="agenda", context=context)


def _line(change: Change, news: News, shelf: Shelf, message: Message) -> Line:
    event = shelf.event(news.visit, change.item)
    name = Spoken.of(event, "name", message.language)
    before: list[str] = []
    if change.kind == Kind.MOVED and change.before is not None:
        former = shelf.event(news.visit, change.before)
        if "time" in change.has_moved_in:
            before += former.when.lines(message.language, tzid=message.tzid)
        if "place" in change.has_moved_in:
            before.append(ical.where(former, language=message.language))
    return Line(
        label=label_of(change),
        name=str(name),
        language=name.language,
        when=tuple(event.when.lines(message.language, tzid=message.tzid)),
        where=ical.where(event, language=message.language),
        before=tuple(filter(None, before)),
        interpreting=_interpreting(change),
    )


def _interpreting(change: Change) -> str:
    """«Interpreting: Japanese → Italian», for whoever interprets at the item."""
    pairs = [f"{language_name(one)} → {language_name(other)}" for one, other in change.item.get("duties", ())]
    return str(_("Interpreting: %(pairs)s") % {"pairs": ", ".join(pairs)}) if pairs else ""


def _entry(change: Change, news: News, shelf: Shelf, message: Message) -> tuple[str, bytes]:
    """The method and the calendar object for one item. SEQUENCE is that of the version which tells it."""
    now_held = next((item for item in news.snapshot["items"] if item["pk"] == change.item["pk"]), change.item)
    event = shelf.event(news.visit, change.item)
    sequences = message.payload.get("sequences", {})
    octets = ical.invitation(
        event,
        attendee=message.to,
        language=message.language,
        tzid=message.tzid,
        method=change.method,
        sequence=sequences.get(str(event.pk), now_held["sequence"]),
        when=When(event.dtstart, event.dtend, event.tzid),
        now=timezone.now(),
        event_is_off=change.is_off or message.kind == CALLED_OFF,
        mode=Event.AttendanceMode.OFFLINE,
        url=_page(news),
    )
    return change.method, octets


def _attach(email: LetterMail, entries: list[tuple[str, bytes]], visit: StudyVisit) -> None:
    """One file; a single item also stands as the last alternative, where mail programs look for it (6.10)."""
    if not entries:
        return
    if len(entries) == 1:
        method, octets = entries[0]
        email.attach_alternative(octets.decode(), f"text/calendar; method={method}; component=VEVENT")
    email.attach(f"{visit.slug}.ics", b"".join(octets for _method, octets in entries), "application/ics")
