"""The queries of P27. Each says in words what it counts; the figures of the two cities leave clusters out (P30).

What hangs on an exchange counts for the edition of that exchange; without an exchange it counts for none. Practices,
organisations and tests belong to no edition: of them the stock at the end of a day counts, or what began within the
edition's days.
"""

from django.db.models import (
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ecosystem.helix import OF_KIND, Helix
from ecosystem.models import GoodPractice, Organisation, TestRun, Transfer
from events.models import Event
from iurc_portal.audit.models import Transition
from iurc_portal.clock import PartnerSide, day_of
from iurc_portal.translation.languages import Spoken
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import kind_of
from programme.indicators.counting import Query, Row, Scope, Split
from programme.models import (
    Attendance,
    Delegate,
    FollowUp,
    HostConfirmation,
    Meeting,
    StaffExchange,
    StudyVisit,
    Webinar,
)
from programme.models.staff_exchanges import OVER as STAYS_OVER
from programme.models.visits import OVER

PEOPLE = pgettext_lazy("unit of an indicator", "people")


def two_cities(scope: Scope, path: str = "exchange") -> Q:
    """Of this edition, without the activities of clusters. ``path`` leads to the exchange."""
    return Q(**{f"{path}__edition": scope.edition.pk, f"{path}__cluster": None})


def with_other_cities(scope: Scope, path: str = "exchange") -> Q:
    return Q(**{f"{path}__edition": scope.edition.pk, f"{path}__cluster__isnull": False})


def moved(model, states) -> Subquery:
    """When a record of ``model`` first became one of ``states``, by the log."""
    lines = Transition.objects.filter(
        model=model._meta.label_lower, object_id=Cast(OuterRef("pk"), CharField()), to_state__in=states
    )
    return Subquery(lines.order_by("at").values("at")[:1])


def since(rows, model, states, scope: Scope):
    """Those of ``rows`` that became one of ``states`` by the end of the scope; without a log they were so before."""
    return rows.annotate(moved_at=moved(model, states)).filter(Q(moved_at=None) | Q(moved_at__lt=scope.end))


def on_day(instant):
    return day_of(instant) if instant else None


# --- Visits ----------------------------------------------------------------------------------------------------------


def visits_completed(scope: Scope):
    return StudyVisit.objects.filter(two_cities(scope), state__in=OVER, last_day__lte=scope.until).order_by(
        "last_day", "pk"
    )


def visit_row(visit: StudyVisit) -> Row:
    title = Spoken.of(visit, "title")
    return Row(visit.pk, title, visit.last_day, visit.get_state_display(), 1, visit.get_absolute_url())


def delegates(scope: Scope):
    """Whoever was ticked at one item at least of a completed visit: attending is never presumed (P21)."""
    was_there = Attendance.objects.filter(delegate=OuterRef("pk"), state__in=["present", "part"])
    helix = Case(
        *(When(person__organisation__kind=kind, then=Value(str(strand))) for kind, strand in OF_KIND.items()),
        default=Value(str(Helix.UNKNOWN)),
        output_field=CharField(),
    )
    return (
        Delegate.objects.filter(Exists(was_there), visit__in=visits_completed(scope).order_by().values("pk"))
        .annotate(side=F("visit__guest_city__slug"), helix=helix)
        .order_by("visit__last_day", "visit", "rank", "pk")
    )


def delegate_row(delegate: Delegate) -> Row:
    """By role and organisation: names of delegates stand on no list (P29)."""
    visit = delegate.visit
    organisation = delegate.person.organisation
    title = " · ".join(str(part) for part in (delegate.get_role_display(), organisation, visit) if part)
    return Row(delegate.pk, title, visit.last_day, visit.get_state_display(), 1, visit.get_absolute_url())


def hosts_confirmed(scope: Scope):
    return (
        HostConfirmation.objects.filter(
            two_cities(scope, "item__day__visit__exchange"),
            answer=HostConfirmation.Answer.ACCEPTED,
            answered_at__lt=scope.end,
        )
        .exclude(item__event__status=Event.Status.CANCELLED)
        .exclude(item__day__visit__state=StudyVisit.State.CANCELLED)
        .order_by("answered_at", "pk")
    )


def host_row(host: HostConfirmation) -> Row:
    """By the item they receive at, not by name."""
    visit = host.item.day.visit
    title = f"{host.item.event} · {visit}"
    return Row(host.pk, title, on_day(host.answered_at), host.get_answer_display(), 1, visit.get_absolute_url())


# --- Webinars --------------------------------------------------------------------------------------------------------


def held(scope: Scope, which: Q):
    return (
        Webinar.objects.filter(which, event__status=Event.Status.CONFIRMED, event__dtend__lt=scope.end)
        .exclude(event__published_at=None)
        .annotate(amount=Coalesce("attended", 0))
        .order_by("event__dtstart", "pk")
    )


def webinars_held(scope: Scope):
    return held(scope, two_cities(scope))


def cluster_webinars_held(scope: Scope):
    return held(scope, with_other_cities(scope))


def _webinar_row(webinar: Webinar, amount: int) -> Row:
    event = webinar.event
    cities = ", ".join(city.name(get_language() or "en") for city in event.further)
    name = Spoken.of(event, "name")
    title = Spoken.written_in(f"{name} ({cities})", name.language) if cities else name
    link = event.get_absolute_url() if event.access != Event.Access.PARTICIPANTS else ""
    return Row(webinar.pk, title, on_day(event.dtstart), event.get_status_display(), amount, link)


def webinar_row(webinar: Webinar) -> Row:
    return _webinar_row(webinar, 1)


def attendance_row(webinar: Webinar) -> Row:
    return _webinar_row(webinar, webinar.amount)  # type: ignore[attr-defined]


# --- Organisations, meetings, stays ----------------------------------------------------------------------------------


def organisations_published(scope: Scope):
    published = Organisation.objects.told().filter(created_at__lt=scope.end)
    return since(published, Organisation, ["published"], scope).order_by("slug")


def organisations_in_japanese(scope: Scope):
    """With each deciding text in Japanese: written so first, or reviewed by the end of the scope."""
    rows = organisations_published(scope)
    kind = kind_of(Organisation)
    for name in kind.required if kind is not None else ():
        reviewed = TextRecord.objects.of(Organisation).filter(
            object_id=OuterRef("pk"), field=name, language="ja", reviewed_at__lt=scope.end
        )
        written = {f"{name}_ja__isnull": False}
        rows = rows.filter(Q(source_language="ja") | Exists(reviewed), **written).exclude(**{f"{name}_ja": ""})
    return rows


def organisation_row(organisation: Organisation) -> Row:
    day = on_day(organisation.moved_at or organisation.created_at)  # type: ignore[attr-defined]
    state = organisation.get_state_display()
    return Row(organisation.pk, Spoken.of(organisation, "name"), day, state, 1, organisation.get_absolute_url())


def introductions(scope: Scope):
    known = Case(When(outcome_on__lte=scope.until, then=F("outcome")), default=Value(""), output_field=CharField())
    return (
        Meeting.objects.filter(two_cities(scope), event__dtend__lt=scope.end)
        .exclude(event__status=Event.Status.CANCELLED)
        .annotate(known=known)
        .order_by("event__dtstart", "pk")
    )


def settlements(scope: Scope):
    return introductions(scope).filter(known=Meeting.Outcome.SETTLED)


def meeting_row(meeting: Meeting) -> Row:
    state = str(Meeting.Outcome(meeting.known).label)  # type: ignore[attr-defined]
    return Row(meeting.pk, str(meeting), on_day(meeting.event.dtstart), state, 1)


def stays_completed(scope: Scope):
    return StaffExchange.objects.filter(two_cities(scope), state__in=STAYS_OVER, last_day__lte=scope.until).order_by(
        "last_day", "pk"
    )


def stay_row(stay: StaffExchange) -> Row:
    return Row(stay.pk, stay.called, stay.last_day, stay.get_state_display(), 1)


# --- Tests, practices, transfers -------------------------------------------------------------------------------------


def _within(scope: Scope, column: str) -> Q:
    within = Q(**{f"{column}__lte": scope.until})
    return within & Q(**{f"{column}__gte": scope.edition.first_day}) if scope.edition.first_day else within


def tests_started(scope: Scope):
    return (
        TestRun.objects.filter(_within(scope, "start"), city__is_partner=True)
        .exclude(state=TestRun.State.PLANNED)
        .order_by("start", "pk")
    )


def test_row(run: TestRun) -> Row:
    title = Spoken.of(run, "title")
    return Row(run.pk, title, run.start, run.get_state_display(), 1, run.get_absolute_url())


def trl_gain(scope: Scope):
    gain = ExpressionWrapper(
        Cast("trl_out", IntegerField()) - Cast("trl_in", IntegerField()), output_field=IntegerField()
    )
    known = TestRun.objects.filter(
        _within(scope, "end"), city__is_partner=True, state="completed", trl_in__isnull=False, trl_out__isnull=False
    )
    return known.annotate(amount=gain).order_by("end", "pk")


def trl_row(run: TestRun) -> Row:
    amount: int = run.amount  # type: ignore[attr-defined]
    title = Spoken.of(run, "title")
    return Row(run.pk, title, run.end, run.get_state_display(), amount, run.get_absolute_url())


def practices_validated(scope: Scope):
    valid = GoodPractice.objects.public().filter(city__is_partner=True)
    return since(valid, GoodPractice, GoodPractice.PUBLIC, scope).order_by("slug")


def practice_row(practice: GoodPractice) -> Row:
    day = on_day(practice.moved_at)  # type: ignore[attr-defined]
    title = Spoken.of(practice, "title")
    return Row(practice.pk, title, day, practice.get_state_display(), 1, practice.get_absolute_url())


def transfers_confirmed(scope: Scope):
    """Between the two cities: what a third city took over counts for its cluster."""
    received = Q(organisation__isnull=False) | Q(city__is_partner=True)
    confirmed = Transfer.objects.filter(received, state="confirmed", practice__city__is_partner=True)
    rows = since(confirmed, Transfer, ["confirmed"], scope)
    if scope.start is not None:
        rows = rows.filter(Q(moved_at=None) | Q(moved_at__gte=scope.start))
    return rows.order_by("pk")


def transfer_row(transfer: Transfer) -> Row:
    day = on_day(transfer.moved_at) or transfer.in_use_since or transfer.started  # type: ignore[attr-defined]
    link = transfer.practice.get_absolute_url()
    title = Spoken.written_in(str(transfer), Spoken.of(transfer.practice, "title").language)
    return Row(transfer.pk, title, day, transfer.get_state_display(), 1, link)


def follow_ups_on_time(scope: Scope):
    ours = two_cities(scope, "visit__exchange") | two_cities(scope, "webinar__exchange")
    ours |= two_cities(scope, "stay__exchange")
    return (
        FollowUp.objects.filter(ours, state=FollowUp.State.DONE, finished_on__lte=F("due_on"))
        .filter(finished_on__lte=scope.until)
        .order_by("finished_on", "pk")
    )


def follow_up_row(follow_up: FollowUp) -> Row:
    title = f"{follow_up} · {follow_up.comes_from}"
    return Row(follow_up.pk, title, follow_up.finished_on, follow_up.get_state_display(), 1)


# --- The table -------------------------------------------------------------------------------------------------------


def _side_words(side: str):
    return PartnerSide(side).label


def _helix_words(strand: str):
    return Helix(strand).label


_WEBINARS_DEFINITION = _(
    "Published webinars of the two cities' exchanges that are over at the end of the period and were not cancelled."
)
_ATTENDANCE_DEFINITION = _(
    "People who were there, webinar by webinar: seen by staff, or in the room for the minutes or the share set on the "
    "event. Whoever came to two webinars counts twice; registrations alone do not count."
)

TABLE = (
    Query(
        "visits_completed",
        _("Study visits completed"),
        _("visits"),
        _(
            "Visits of the edition that are completed, reported or closed, and whose last day is in the period "
            "or before."
        ),
        visits_completed,
        visit_row,
    ),
    Query(
        "delegates",
        _("Delegates who came"),
        PEOPLE,
        _(
            "Delegates of completed visits who were ticked as present at one item at least, by the city they came "
            "from and by the kind of their organisation. A person on two visits counts twice."
        ),
        delegates,
        delegate_row,
        along=("visit", "person__organisation"),
        splits=(
            Split("side", pgettext_lazy("split", "city"), "side", _side_words),
            Split("helix", pgettext_lazy("split", "kind of organisation"), "helix", _helix_words),
        ),
    ),
    Query(
        "hosts_confirmed",
        _("Hosts who confirmed"),
        _("confirmations"),
        _(
            "Hosts of agenda items who have accepted by the end of the period; cancelled items and visits do not "
            "count."
        ),
        hosts_confirmed,
        host_row,
        along=("item__event", "item__day__visit"),
    ),
    Query(
        "webinars_held",
        _("Webinars held"),
        _("webinars"),
        _WEBINARS_DEFINITION,
        webinars_held,
        webinar_row,
        along=("event",),
    ),
    Query(
        "webinar_attendance",
        _("Attendance at webinars"),
        _("attendances"),
        _ATTENDANCE_DEFINITION,
        webinars_held,
        attendance_row,
        along=("event",),
        how="sum",
    ),
    Query(
        "cluster_webinars_held",
        _("Cluster webinars held with other cities"),
        _("webinars"),
        _(
            "As webinars held, of exchanges that belong to a thematic cluster. They are in no figure of the two "
            "cities."
        ),
        cluster_webinars_held,
        webinar_row,
        along=("event",),
    ),
    Query(
        "cluster_attendance",
        _("Attendance at cluster webinars"),
        _("attendances"),
        _("As attendance at webinars, of exchanges that belong to a thematic cluster."),
        cluster_webinars_held,
        attendance_row,
        along=("event",),
        how="sum",
    ),
    Query(
        "organisations_published",
        _("Organisations in the directory"),
        _("organisations"),
        _("Profiles that are published at the end of the period, of both cities, whichever edition they came with."),
        organisations_published,
        organisation_row,
    ),
    Query(
        "organisations_in_japanese",
        _("Organisations presented in Japanese"),
        _("organisations"),
        _(
            "Published profiles whose text in Japanese was reviewed by the end of the period, or was written in "
            "Japanese in the first place. A later change of the original does not undo it."
        ),
        organisations_in_japanese,
        organisation_row,
    ),
    Query(
        "introductions",
        _("Introductions made"),
        _("meetings"),
        _(
            "Meetings between an organisation of each city that were held by the end of the period, by what came of "
            "them as far as it was known then."
        ),
        introductions,
        meeting_row,
        along=("event", "organisation_torino", "organisation_nagoya"),
        splits=(Split("outcome", _("outcome"), "known", lambda code: Meeting.Outcome(code).label),),
    ),
    Query(
        "settlements",
        _("Settlements"),
        _("organisations"),
        _("Introductions whose outcome, known by the end of the period, is that somebody settled in the other city."),
        settlements,
        meeting_row,
        along=("event", "organisation_torino", "organisation_nagoya"),
    ),
    Query(
        "tests_started",
        _("Tests started"),
        _("tests"),
        _(
            "Tests in the two cities that began within the edition, by the end of the period; planned ones do "
            "not count."
        ),
        tests_started,
        test_row,
    ),
    Query(
        "trl_gain",
        _("Gain in technology readiness"),
        _("levels of TRL"),
        _(
            "Mean of the level at the end less the level at the start, over tests completed within the edition of "
            "which both are known."
        ),
        trl_gain,
        trl_row,
        how="mean",
    ),
    Query(
        "practices_validated",
        _("Good practices validated"),
        _("practices"),
        _("Good practices of the two cities that are validated or featured and were so at the end of the period."),
        practices_validated,
        practice_row,
    ),
    Query(
        "transfers_confirmed",
        _("Practices taken over by the other city"),
        _("transfers"),
        _(
            "Transfers that the receiving side has reported, confirmed within the edition by the end of the period. "
            "The city that gives a practice cannot count it."
        ),
        transfers_confirmed,
        transfer_row,
        along=("practice", "organisation", "city"),
    ),
    Query(
        "follow_ups_on_time",
        _("Follow-ups closed on time"),
        _("follow-ups"),
        _(
            "Follow-ups of visits, webinars and staff exchanges that were done by their day and by the end of the "
            "period."
        ),
        follow_ups_on_time,
        follow_up_row,
        along=("visit", "webinar__event", "stay__sending", "stay__hosting"),
    ),
    Query(
        "stays_completed",
        _("Staff exchanges completed"),
        _("stays"),
        _("Staff exchanges that are completed or reported, and whose last day is in the period or before."),
        stays_completed,
        stay_row,
        along=("sending", "hosting"),
    ),
)
_by_key = {query.key: query for query in TABLE}


def query_of(key: str) -> Query | None:
    return _by_key.get(key)


def key_choices() -> list[tuple[str, str]]:
    """What an indicator may count, for forms."""
    return [(query.key, str(query.name)) for query in TABLE]
