"""A half-year that is closed, as samples: a webinar in it, its readings, its report approved and sent."""

from datetime import timedelta
from decimal import Decimal

from events.models import EventLanguage
from events.services.attendance_import import import_attendance
from programme.demo import people
from programme.demo.attendance import HEADINGS, row_of
from programme.demo.samples import Samples, at, columns_of
from programme.demo.webinars import register_many
from programme.indicators.periods import Period, periods_of
from programme.models import Edition, Exchange, Indicator, ProgrammeReport, Webinar
from programme.services import programme_reports, readings
from programme.services.agenda import city_organisation
from programme.services.attendance_counts import count_attendance
from programme.services.webinars import plan_webinar, publish_webinar

INTO_IT = 45  # days from the beginning of the period to its webinar
CAME, ASKED = 9, 11
AGREEMENT = "https://evidence.example/sample-first-agreement"
Role = EventLanguage.Role
TEXTS = {
    "summary": (
        "Relazione di esempio. Nel primo semestre le due città hanno avviato il lavoro comune e tenuto il primo "
        "webinar.",
        "Sample report. In the first half-year the two cities began to work together and held their first webinar.",
        "見本の報告書です。最初の半年で両市は共同の取組を始め、第1回ウェビナーを開催しました。",
    ),
    "results": (
        "Gli uffici si conoscono, i temi comuni sono scelti e due imprese hanno firmato un primo accordo (esempio).",
        "The offices know each other, common themes are chosen, and two companies have signed a first agreement "
        "(sample).",
        "担当部署どうしの関係ができ、共通テーマが決まり、企業2社が最初の協定を結びました（見本）。",
    ),
    "next_steps": (
        "Nel secondo semestre: la prima visita studio a Torino e il piano d'azione (esempio).",
        "In the second half-year: the first study visit to Torino and the action plan (sample).",
        "次の半年:トリノへの第1回視察と行動計画（見本）。",
    ),
    "section_torino": (
        "Torino ha aperto i suoi luoghi di prova alle domande di Nagoya (esempio).",
        "Torino has opened its testbeds to requests from Nagoya (sample).",
        "トリノは名古屋からの実証の申請を受け付け始めました（見本）。",
    ),
    "section_nagoya": (
        "Nagoya ha presentato NAGOYA CITY LAB alle imprese torinesi (esempio).",
        "Nagoya has presented NAGOYA CITY LAB to companies of Torino (sample).",
        "名古屋はNAGOYA CITY LABをトリノの企業に紹介しました（見本）。",
    ),
}


def closed_period(samples: Samples, edition: Edition) -> Period | None:
    """The first half-year, where another one is over after it: that one is left for people to close."""
    over = [one for one in periods_of(edition, Indicator.Frequency.HALF_YEAR) if one.is_over(samples.today)]
    return over[0] if len(over) > 1 else None


def make_first_half(samples: Samples, edition: Edition) -> None:
    """What happened in it; before anything is counted."""
    if (period := closed_period(samples, edition)) is not None:
        samples.once("webinars", "webinar-first-half", lambda: _webinar(samples, period))


def make_reports(samples: Samples, edition: Edition) -> None:
    if (period := closed_period(samples, edition)) is not None:
        samples.once("programme reports", "first-half", lambda: _report(samples, edition, period))


def _webinar(samples: Samples, period: Period) -> Webinar:
    start = at(period.first_day + timedelta(days=INTO_IT), 9)
    planned = samples.now - timedelta(days=(samples.today - period.first_day).days)
    staff = people.user(people.STAFF_TORINO)
    webinar = plan_webinar(
        slug="sample-webinar-first-meeting",
        start=start,
        end=start + timedelta(minutes=90),
        now=planned,
        by=staff,
        exchange=Exchange.objects.filter(is_sample=True, cluster=None).order_by("pk").first(),
        organizer=city_organisation("torino"),
        registration_open=True,
        languages=[("en", Role.SPOKEN), ("it", Role.INTERPRETED), ("ja", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Le due città si presentano (esempio)",
            "The two cities introduce themselves (sample)",
            "両市の自己紹介（見本）",
        ),
        texts=columns_of("goals", "Conoscersi.", "Get to know each other.", "互いを知ること。"),
    )
    publish_webinar(webinar, now=planned, by=staff)
    event = webinar.event
    register_many(samples, event, number=ASKED, days_ago=(samples.today - start.date()).days + 10)
    rows = [row_of(event, f"Guest {n}", f"sample{n}@guests.example", 0, 88) for n in range(1, CAME + 1)]
    data = "\n".join([HEADINGS, *rows]).encode()
    import_attendance(event=event, data=data, tzid=event.tzid, now=event.dtend + timedelta(hours=2), by=staff)
    count_attendance(webinar.pk)
    return webinar


def _report(samples: Samples, edition: Edition, period: Period) -> ProgrammeReport:
    """Closed as a manager closes it, by the same services."""
    by, now = people.user(people.MANAGER), samples.now
    for reading in readings.propose_readings(edition, period, by=by, now=now):
        if not reading.indicator.is_counted:
            one = Decimal(1)
            reading = readings.enter_reading(reading.indicator, period, value=one, evidence=AGREEMENT, by=by, now=now)
        readings.validate_reading(reading, by=by, now=now)
    texts = {column: text for name, said in TEXTS.items() for column, text in columns_of(name, *said).items()}
    report = programme_reports.begin_report(edition, period, by=by, now=now)
    programme_reports.write_report(report, texts, by=by)
    report = programme_reports.approve_report(report, by=by, now=now)
    return programme_reports.send_report(report, by=by, now=now)
