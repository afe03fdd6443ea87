"""What events keep of people and for how long (events spec 13.2), and what of it a person is shown (13.4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import (
    AccessToken,
    Answer,
    AttendanceInterval,
    FeedToken,
    ParticipantExport,
    Registration,
    RetentionHold,
)
from events.questions import in_words
from events.services import anonymising, exports, feeds, sources
from iurc_portal.accounts.names import NAME_FIELDS
from iurc_portal.audit.models import Transition
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Exemption, Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.translation.languages import Spoken

State = Registration.State
AFTER_ASKING = _("%(time)s after the link to confirm has ended")


def register() -> None:
    registry.register(
        Rule(
            "unproved",
            _("Registrations that nobody confirmed"),
            Span("unproved_days", AFTER_ASKING),
            words.DELETED,
            never_proved,
            anonymising.delete,
        ),
        Rule(
            "sensitive",
            _("Access needs and sensitive answers"),
            Span("sensitive_days", words.AFTER_EVENT),
            words.DELETED,
            with_sensitive_answers,
            anonymising.forget_sensitive,
        ),
        Rule(
            "without-place",
            _("Registrations that were cancelled, not accepted, or came to nothing"),
            Span("no_place_days", words.AFTER_EVENT),
            words.ANONYMISED,
            lambda before: over(before).exclude(state=State.CONFIRMED),
            anonymising.anonymise,
        ),
        Rule(
            "took-part",
            _("Confirmed registrations and attendance"),
            Span("took_part_months", words.AFTER_EVENT),
            words.ANONYMISED,
            lambda before: over(before).filter(~Exists(holds_of(OuterRef("event"))), state=State.CONFIRMED),
            anonymising.anonymise,
        ),
        Rule(
            "imported",
            _("Texts of calendars of others that were ignored, are gone, or are over"),
            Span("feed_import_days", _("%(time)s after the decision, or after the end")),
            words.DELETED,
            sources.over,
            sources.forget,
        ),
        Rule(
            "unmatched",
            _("Names in lists of those present that nobody was found for"),
            Span("unmatched_days", words.AFTER_EVENT),
            words.DELETED,
            lambda before: AttendanceInterval.objects.filter(registration=None, event__dtend__lte=before),
            registry.delete,
        ),
        Rule(
            "tokens",
            _("Links of registrations and invitations"),
            Span("token_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: AccessToken.objects.filter(expires_at__lte=before),
            registry.delete,
        ),
        Rule(
            "unused-calendars",
            _("Addresses of calendars that no program asks for"),
            Span("unused_days", words.AFTER_LAST_USE),
            words.REVOKED,
            feeds.unused_feeds,
            lambda rows, now: revoke(rows, now=now),
        ),
        Rule(
            "ended-calendars",
            _("Addresses of calendars that have ended"),
            Span("token_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: FeedToken.objects.filter(Q(revoked_at__lte=before) | Q(expires_at__lte=before)),
            registry.delete,
        ),
        Rule(
            "export-files",
            _("Files of participants that were made for staff"),
            Span("export_days", words.AFTER_WRITING),
            words.DELETED,
            exports.made_before,
            lambda rows, now: exports.forget_files(rows),
        ),
        Rule(
            "exports",
            _("By which words staff filtered lists of participants they exported"),
            Span("log_months", words.AFTER_WRITING),
            words.BLANKED,
            lambda before: ParticipantExport.objects.filter(at__lte=before).exclude(query=""),
            lambda rows, now: forget_queries(rows),
        ),
        Exemption(
            _("Events whose participants are kept longer"),
            RetentionHold.objects.standing,
            lambda: reverse("admin:events_retentionhold_changelist"),
            "events.view_retentionhold",
        ),
        Holder("events", 20, collect, anonymising.forget_person, before=anonymising.let_go_of_what_comes),
    )


# --- What is due -----------------------------------------------------------------------------------------------------


def never_proved(before: datetime) -> QuerySet[Registration]:
    """Requests of people who never confirmed one for this event, whose links have all ended at ``before``.

    Not those whom a lead named and nobody has asked yet: their party waits in line for its places.
    """
    asked_before = before - timedelta(hours=settings.IURC_EVENTS["proof_hours"])
    prove = AccessToken.Purpose.PROVE
    living = AccessToken.objects.filter(registration=OuterRef("pk"), purpose=prove, expires_at__gt=before)
    return Registration.objects.filter(
        ~Exists(living),
        ~Exists(Registration.objects.untold().filter(pk=OuterRef("pk"), group__lead__state__in=Registration.CURRENT)),
        Q(hold_until=None) | Q(hold_until__lte=before),
        state=State.UNPROVED,
        confirmed_at=None,
        joined_at__lte=asked_before,
    )


def with_sensitive_answers(before: datetime) -> QuerySet[Registration]:
    told = Answer.objects.filter(registration=OuterRef("pk"), question__is_sensitive=True)
    return Registration.objects.filter(Exists(told) | ~Q(access_needs=""), event__dtend__lte=before)


def over(before: datetime) -> QuerySet[Registration]:
    """Registrations that name somebody, of events that ended at ``before`` or earlier."""
    return Registration.objects.filter(anonymised_at=None, event__dtend__lte=before)


def holds_of(event) -> QuerySet[RetentionHold]:
    return RetentionHold.objects.standing().filter(event=event)


def revoke(rows: Iterable[FeedToken], *, now: datetime) -> None:
    for token in rows:
        feeds.revoke_feed(token, now=now)


def forget_queries(rows: Iterable[ParticipantExport]) -> None:
    ParticipantExport.objects.filter(pk__in=[row.pk for row in rows]).update(query="")


# --- What a person is shown ------------------------------------------------------------------------------------------


def collect(subject: Subject) -> Iterable[Section]:
    """Six queries, whatever there is."""
    rows = list(anonymising.of_person(subject))
    keys = [row.pk for row in rows]

    def field(name: str, path: str = ""):
        return name, Registration._meta.get_field(name).verbose_name, path or name

    yield Section(
        "registrations",
        _("Registrations"),
        columns(
            ("event", _("event"), _event_name),
            ("start", _("start"), "event.dtstart"),
            ("state", _("state"), lambda row: str(row.get_state_display())),
            *map(field, ("email", *NAME_FIELDS, "company", "job_title", "country", "language", "tzid")),
            *map(field, ("interpretation", "access_needs", "joined_at", "confirmed_at", "decision_note")),
            ("privacy_text", _("privacy text that was shown"), "consent_version"),
        ),
        rows,
        lambda row: words.line("{} – {}: {}", words.day(row.event.dtstart), _event_name(row), row.get_state_display()),
    )
    answers = Answer.objects.filter(registration__in=keys).select_related("registration__event", "question")
    yield Section(
        "answers",
        _("Your answers"),
        columns(
            ("event", _("event"), lambda answer: _event_name(answer.registration)),
            ("question", pgettext_lazy("of a form", "question"), lambda answer: str(answer.question.label)),
            ("answer", _("answer"), lambda answer: in_words(answer.question, answer.value)),
            ("answered", _("answered"), "answered_at"),
        ),
        list(answers.prefetch_related("question__choices")),
        lambda answer: words.line(
            "{} – {}", Spoken.of(answer.question, "label"), in_words(answer.question, answer.value)
        ),
    )
    presence = AttendanceInterval.objects.filter(
        Q(registration__in=keys) | (Q(registration=None) & subject.at("email"))
    )
    yield Section(
        "attendance",
        _("When you were present"),
        columns(
            ("event", _("event"), _event_name),
            ("came", _("came"), "joined_at"),
            ("left", _("left"), "left_at"),
            ("name", _("name in the list"), "name"),
            ("email", _("e-mail in the list"), "email"),
        ),
        list(presence.select_related("event")),
        lambda row: words.line(
            "{} – {}", date_format(localtime(row.joined_at), "SHORT_DATETIME_FORMAT"), _event_name(row)
        ),
    )
    calendars = FeedToken.objects.filter(subject.of(key="registration__email_key"))
    yield Section(
        "calendars",
        _("Addresses of calendars"),
        columns(
            ("device", pgettext_lazy("calendar address", "device"), "name"),
            ("made", _("made"), "created_at"),
            ("used", _("last used"), "last_used_at"),
        ),
        list(calendars),
        lambda token: f"{token.name} ({words.day(token.created_at)})",
    )
    remote = subject.user.remote_calendars.order_by("pk") if subject.user is not None else []
    yield Section(
        "connected-calendars",
        _("Connected calendars"),
        columns(
            ("name", _("name"), "display_name"),
            ("address", _("address of the calendar"), "url"),
            ("user", _("user name"), "username"),
            ("connected", _("connected"), "created_at"),
        ),
        list(remote),
        lambda calendar: f"{calendar.display_name} ({words.day(calendar.created_at)})",
    )
    log = Transition.objects.filter(
        model=Registration._meta.label_lower, object_id__in=[str(key) for key in keys]
    ).order_by("at", "pk")
    states = dict(State.choices)
    yield Section(
        "history",
        _("What happened to your registrations"),
        columns(
            ("at", _("at"), "at"),
            ("to", _("state"), lambda line: str(states.get(line.to_state, line.to_state))),
            ("comment", _("comment"), "comment"),
        ),
        list(log),
        lambda line: f"{words.day(line.at)} – {states.get(line.to_state, line.to_state)}",
    )


def _event_name(row) -> str:
    return Spoken.of(row.event, "name")
