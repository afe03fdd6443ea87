"""A half-year with something in it, ready to be closed: for the tests of reports and evidence packs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from iurc_portal.translation.languages import CODES
from programme.indicators.periods import Period
from programme.models import CostLine
from programme.models.programme_reports import NEEDED_TEXTS
from programme.services import programme_reports, readings
from programme.services.attendance_counts import count_stale
from tests.factories import (
    make_budget_line,
    make_city,
    make_edition,
    make_event,
    make_exchange,
    make_indicator,
    make_library_item,
    make_meeting,
    make_milestone,
    make_objective,
    make_organisation,
    make_person,
    make_presence,
    make_registration,
    make_stay,
    make_user,
    make_visit,
    make_webinar,
)

HALF = Period(date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 7, 5, 9, 0, tzinfo=UTC)
SECRET = "Zaccheus"  # the name of everybody who takes part: it stands in no report and no pack


def boss(**fields):
    return make_user(is_superuser=True, is_staff=True, **fields)


class HalfYear:
    """Torino and Nagoya's first half of 2026: a visit of three, a webinar of three, a stay, a meeting, costs.

    By hand: one visit completed; two delegates there (one of a university); three at the webinar, two of Japan, one
    who says no country; 300 € spent of 1,000, 100 € more promised.
    """

    def __init__(self):
        self.edition = make_edition(name_it="Edizione", name_ja="事業", contract_reference="IURC-1")
        objective = make_objective(edition=self.edition, code="O1")
        self.exchange = make_exchange(edition=self.edition)
        common = {"edition": self.edition, "objective": objective}
        self.indicators = {
            "visits": make_indicator(code="I1", key="visits_completed", target=2, **common),
            "delegates": make_indicator(code="I2", key="delegates", **common),
            "attendance": make_indicator(code="I3", key="webinar_attendance", target=6, kind="result", **common),
            "manual": make_indicator(code="I4", source="manual", target=4, kind="impact", **common),
        }
        self.milestone = make_milestone(
            edition=self.edition,
            objective=objective,
            due_on=date(2026, 3, 1),
            done_on=date(2026, 2, 27),
            evidence="https://example.org/kick-off",
        )
        make_milestone(edition=self.edition, due_on=date(2026, 5, 1))
        self._visit()
        self._webinar()
        make_stay(exchange=self.exchange, state="completed")
        make_meeting(exchange=self.exchange)
        count_stale(now=NOW)

    def _visit(self):
        self.visit = make_visit(
            exchange=self.exchange, state="completed", first_day=date(2026, 3, 3), last_day=date(2026, 3, 4)
        )
        university = make_organisation(kind="university", city=make_city("nagoya"), side="nagoya")
        self.delegates = [
            self.visit.delegates.create(
                person=make_person(family_name=SECRET, organisation=university if n == 0 else None),
                reply="accepted",
                rank=n + 1,
            )
            for n in range(3)
        ]
        item = self.visit.days.create(date=date(2026, 3, 3)).items.create(
            event=make_event(access="participants", registration_open=False)
        )
        for delegate, state in zip(self.delegates, ("present", "part", "absent"), strict=True):
            delegate.attendance.create(item=item, state=state, at=NOW)
        line = make_budget_line(edition=self.edition, ceiling=1000)
        common = {"visit": self.visit, "budget_line": line, "payer": "programme", "heading_en": "Flights"}
        CostLine.objects.create(
            actual=Decimal(300), receipt=ContentFile(b"%PDF-1.4 paid", name="receipt.pdf"), **common
        )
        CostLine.objects.create(estimate=Decimal(100), **common)

    def _webinar(self):
        self.webinar = make_webinar(exchange=self.exchange, event=make_event(name_en="Trams", name_ja="路面電車"))
        self.guests = [
            make_registration(self.webinar.event, family_name=SECRET, country=country) for country in ("JP", "JP", "")
        ]
        for guest in self.guests:
            make_presence(guest)
        self.absent = make_registration(self.webinar.event, family_name=SECRET, country="IT")
        make_library_item(webinar=self.webinar, access="public", language="it", url="https://video.example/1")

    def validate(self, by=None):
        """Counted, the one by hand written, all validated."""
        by = by or boss()
        readings.propose_readings(self.edition, HALF, by=by, now=NOW)
        readings.enter_reading(
            self.indicators["manual"], HALF, value=Decimal(1), evidence="https://example.org/deal", by=by, now=NOW
        )
        for reading in readings.readings_of(self.edition, HALF).filter(state="draft"):
            readings.validate_reading(reading, by=by, now=NOW)

    def draft(self, by=None, **texts):
        by = by or boss()
        report = programme_reports.begin_report(self.edition, HALF, by=by, now=NOW)
        said = {f"{name}_{code}": f"{name} {code}" for name in NEEDED_TEXTS for code in CODES}
        return programme_reports.write_report(report, {**said, **texts}, by=by)

    def approved(self, by=None):
        by = by or boss()
        self.validate(by)
        return programme_reports.approve_report(self.draft(by), by=by, now=NOW)

    def correct_the_attendance(self):
        """Somebody was at the webinar after all."""
        make_presence(self.absent, start_minute=1)
        type(self.webinar).objects.filter(pk=self.webinar.pk).update(attended_is_stale=True)
        count_stale(now=NOW + timedelta(days=1))
