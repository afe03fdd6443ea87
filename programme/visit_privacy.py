"""How long what a visit knows of its people is kept (programme spec section 6). Values go; that they went stays.

Days count from midnight after the last day, in the host city, or from the cancellation. A postponed visit has no last
day until it gets a new one; one that runs late keeps its own.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Person
from iurc_portal.audit.models import Transition
from iurc_portal.clock import ROME, ZONES
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Rule, Span, months_before
from iurc_portal.privacy.traces import blank_traces
from programme.models import (
    Delegate,
    DelegateLink,
    DelegateSensitive,
    Edition,
    HostConfirmation,
    HostLink,
    SensitiveAccess,
    StudyVisit,
)
from programme.models.sensitive import CARE_FIELDS, PASSPORT_FIELDS
from programme.services import people_counts, sensitive

AFTER_VISIT = _("%(time)s after the last day of the visit")
AFTER_CANCELLING = _("%(time)s after the visit was cancelled")
AFTER_REPORT = _("%(time)s after the report of the visit")
AFTER_EDITION = _("%(time)s after the last day of the edition, or as many years as the edition says")
State = StudyVisit.State


def ended_by(before: datetime) -> QuerySet[StudyVisit]:
    """Visits whose last day was over at ``before`` in their host city."""
    over = Q()
    for side, zone in ZONES.items():
        over |= Q(host_city__slug=side, last_day__lt=before.astimezone(zone).date())
    return StudyVisit.objects.filter(over).exclude(state=State.POSTPONED)


def moved_by(state: str) -> Callable[[datetime], QuerySet[StudyVisit]]:
    """Visits that are in ``state`` since ``before`` or longer, as the log has it."""

    def found(before: datetime) -> QuerySet[StudyVisit]:
        lines = Transition.objects.filter(
            model=StudyVisit._meta.label_lower, object_id=OuterRef("key"), to_state=state, at__lte=before
        )
        visits = StudyVisit.objects.annotate(key=Cast("pk", CharField()))
        return visits.filter(Exists(lines))

    return found


def cancelled_by(before: datetime) -> QuerySet[StudyVisit]:
    return moved_by(State.CANCELLED)(before).filter(state=State.CANCELLED)


def filled(names: Iterable[str]) -> Q:
    """At least one of the columns holds something."""
    something = Q()
    for name in names:
        something |= ~Q(**{name: [] if name == "diet" else ""})
    return something


def with_passport(visits: QuerySet[StudyVisit]) -> QuerySet[DelegateSensitive]:
    return DelegateSensitive.objects.filter(filled(PASSPORT_FIELDS), delegate__visit__in=visits.values("pk"))


def with_care(visits: QuerySet[StudyVisit]) -> QuerySet[DelegateSensitive]:
    return DelegateSensitive.objects.filter(
        filled(CARE_FIELDS) | Q(consent_at__isnull=False), delegate__visit__in=visits.values("pk")
    )


def forget_journeys(rows: Sequence[Delegate], now: datetime) -> None:
    Delegate.objects.filter(pk__in=[row.pk for row in rows]).update(arrives_at=None, leaves_at=None)


def with_answers(before: datetime) -> QuerySet[HostConfirmation]:
    """What hosts wrote in their own words, of visits reported by ``before``."""
    visits = moved_by(State.REPORTED)(before)
    return HostConfirmation.objects.filter(~Q(needs="") | ~Q(reason=""), item__day__visit__in=visits.values("pk"))


def forget_answers(rows: Sequence[HostConfirmation], now: datetime) -> None:
    HostConfirmation.objects.filter(pk__in=[row.pk for row in rows]).update(needs="", reason="")


def with_addresses(before: datetime) -> QuerySet[Person]:
    """Former delegates without an account, who are in no later visit and receive nobody, with e-mail or telephone."""
    later = Delegate.objects.filter(person=OuterRef("pk")).exclude(visit__in=ended_by(before).values("pk"))
    former = Delegate.objects.filter(person=OuterRef("pk"), visit__in=ended_by(before).values("pk"))
    hosting = HostConfirmation.objects.filter(person=OuterRef("pk"))
    return Person.objects.filter(Q(email__gt="") | Q(phone__gt=""), user=None).filter(
        Exists(former), ~Exists(later), ~Exists(hosting)
    )


def forget_addresses(rows: Sequence[Person], now: datetime) -> None:
    keys = [row.pk for row in rows]
    Person.objects.filter(pk__in=keys).update(email="", phone="")
    blank_traces(Person, keys)


def with_host_contacts(before: datetime) -> QuerySet[Person]:
    """Hosts without an account, all of whose visits were reported by ``before``, with e-mail or telephone."""
    reported = moved_by(State.REPORTED)(before).values("pk")
    hosting = HostConfirmation.objects.filter(person=OuterRef("pk"))
    guest = Delegate.objects.filter(person=OuterRef("pk")).exclude(visit__in=reported)
    return Person.objects.filter(Q(email__gt="") | Q(phone__gt=""), user=None).filter(
        Exists(hosting.filter(item__day__visit__in=reported)),
        ~Exists(hosting.exclude(item__day__visit__in=reported)),
        ~Exists(guest),
    )


def with_names_over(before: datetime) -> QuerySet[StudyVisit]:
    """Visits that name people, of editions whose own term was over when the usual one was over at ``before``.

    A visit of no edition counts from its own last day.
    """
    over = Q(exchange=None, pk__in=ended_by(before).values("pk"))
    for years in Edition.objects.order_by().values_list("archive_years", flat=True).distinct():
        instant = months_before(before, 12 * years - settings.IURC_PRIVACY["visit_names_months"])
        day = instant.astimezone(ROME).date()
        over |= Q(exchange__edition__archive_years=years, exchange__edition__last_day__lt=day)
    return people_counts.with_names(StudyVisit.objects.filter(over))


def register() -> None:
    registry.register(
        Rule(
            "visit-passports",
            _("Passport data of delegations"),
            Span("passport_days", AFTER_VISIT),
            words.BLANKED,
            lambda before: with_passport(ended_by(before)),
            sensitive.forget_passports,
        ),
        Rule(
            "visit-passports-cancelled",
            _("Passport data of delegations whose visit was cancelled"),
            Span("visit_cancelled_days", AFTER_CANCELLING),
            words.BLANKED,
            lambda before: with_passport(cancelled_by(before)),
            sensitive.forget_passports,
        ),
        Rule(
            "visit-care",
            _("Diet, health and emergency contacts of delegations"),
            Span("visit_care_days", AFTER_VISIT),
            words.BLANKED,
            lambda before: with_care(ended_by(before)),
            sensitive.forget_care,
        ),
        Rule(
            "visit-care-cancelled",
            _("Diet, health and emergency contacts where the visit was cancelled"),
            Span("visit_cancelled_days", AFTER_CANCELLING),
            words.BLANKED,
            lambda before: with_care(cancelled_by(before)),
            sensitive.forget_care,
        ),
        Rule(
            "visit-journeys",
            _("Arrival and departure of delegates"),
            Span("visit_journey_days", AFTER_VISIT),
            words.BLANKED,
            lambda before: Delegate.objects.filter(
                Q(arrives_at__isnull=False) | Q(leaves_at__isnull=False), visit__in=ended_by(before).values("pk")
            ),
            forget_journeys,
        ),
        Rule(
            "visit-contacts",
            _("E-mail and telephone of delegates without an account"),
            Span("visit_contact_months", AFTER_VISIT),
            words.BLANKED,
            with_addresses,
            forget_addresses,
        ),
        Rule(
            "visit-host-answers",
            _("What hosts wrote with their answers"),
            Span("host_answer_months", AFTER_REPORT),
            words.BLANKED,
            with_answers,
            forget_answers,
        ),
        Rule(
            "visit-host-contacts",
            _("E-mail and telephone of hosts without an account"),
            Span("host_answer_months", AFTER_REPORT),
            words.BLANKED,
            with_host_contacts,
            forget_addresses,
        ),
        Rule(
            "visit-names",
            _("Names, posts, organisations and attendance of visits"),
            Span("visit_names_months", AFTER_EDITION),
            _("counted, then deleted"),
            with_names_over,
            people_counts.names_to_counts,
        ),
        *(
            Rule(
                f"visit-links-{name}",
                title,
                Span("token_days", AFTER_VISIT),
                words.DELETED,
                lambda before, model=model: model.objects.filter(visit__in=ended_by(before).values("pk")),
                registry.delete,
            )
            for name, title, model in (
                ("hosts", _("Links of hosts"), HostLink),
                ("delegates", _("Links of delegates"), DelegateLink),
            )
        ),
        Rule(
            "sensitive-accesses",
            _("Who read sensitive data of delegations"),
            Span("log_months", words.AFTER_WRITING),
            words.DELETED,
            lambda before: SensitiveAccess.objects.filter(at__lte=before),
            registry.delete,
        ),
    )
