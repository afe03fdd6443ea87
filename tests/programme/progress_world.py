"""An edition with so many activities, for tests and for looking at its pages; names are as long as real ones get."""

from datetime import date, timedelta
from itertools import cycle, islice

from django.utils import timezone

from events.models import Event
from iurc_portal.search.index import postponed
from programme.models import Edition
from programme.services.attendance_counts import count_stale
from tests import factories

LONG = (  # it, en, ja
    (
        "Camera di commercio, industria, artigianato e agricoltura di Torino",
        "Torino Chamber of Commerce, Industry, Crafts and Agriculture",
        "トリノ商工会議所（商業・工業・手工業・農業）",
    ),
    (
        "Politecnico di Torino, Dipartimento di Ingegneria dell'Ambiente, del Territorio e delle Infrastrutture",
        "Politecnico di Torino, Department of Environment, Land and Infrastructure Engineering",
        "トリノ工科大学 環境・国土・インフラ工学科",
    ),
    ("5T", "5T", "5T"),
    (
        "Fondazione per l'innovazione sociale e l'imprenditorialità metropolitana",
        "Foundation for Social Innovation and Metropolitan Entrepreneurship",
        "社会イノベーション・都市圏起業支援財団",
    ),
)
AWAY = (
    (
        "Città di Nagoya, Ufficio per la promozione dell'innovazione",
        "City of Nagoya, Innovation Promotion Office",
        "名古屋市経済局イノベーション推進部スタートアップ支援課",
    ),
    ("Università di Nagoya", "Nagoya University", "名古屋大学"),
    (
        "Agenzia di promozione industriale della prefettura di Aichi",
        "Aichi Prefecture Industrial Promotion Agency",
        "公益財団法人あいち産業振興機構",
    ),
)
STEPS = (
    ("Accordo sul piano d'azione firmato", "Agreement on the action plan signed", "行動計画に関する合意書への署名"),
    ("Prima visita studio conclusa", "First study visit completed", "第一回視察の終了"),
    (
        "Relazione intermedia consegnata alla Commissione",
        "Interim report delivered to the Commission",
        "欧州委員会への中間報告書の提出",
    ),
    (
        "Seconda visita e convegno finale",
        "Second study visit and closing conference",
        "第二回視察と総括会議の開催",
    ),
)
NUMBERS = (  # code, kind, key, target, name
    ("I1", "output", "webinars_held", 12, ("Webinar svolti", "Webinars held", "開催したウェビナー")),
    ("I2", "output", "visits_completed", None, ("Visite studio concluse", "Study visits completed", "終了した視察")),
    (
        "I3",
        "result",
        "practices_validated",
        2,
        (
            "Buone pratiche convalidate dalle due città e pronte a essere riprese altrove",
            "Good practices validated by both cities and ready to be taken over elsewhere",
            "両市が確認し、他都市でも導入できる優良事例",
        ),
    ),
    ("I4", "impact", "", 5, ("Accordi fra imprese", "Agreements between companies", "企業間の協定")),
)


def in_three(field: str, texts) -> dict[str, str]:
    return {f"{field}_{code}": text for code, text in zip(("it", "en", "ja"), texts, strict=True)}


def numbered(texts, n: int) -> tuple[str, ...]:
    return tuple(f"{text} {n}" if n else text for text in texts)


@postponed()
def make_world(number: int, *, today: date | None = None, slug: str = "") -> Edition:
    """An edition with ``number`` activities over its two years, begun a year ago: webinars, visits, stays in turn."""
    today = today or timezone.localdate()
    begins = today.replace(day=1) - timedelta(days=365)
    edition = factories.make_edition(
        slug=slug or f"with-{number}",
        first_day=begins,
        last_day=begins + timedelta(days=730),
        state="running" if number == 1 else "closed",
        **in_three("name", (f"Edizione con {number}", f"Edition with {number}", f"{number}件の期")),
    )
    if number == 0:
        return edition
    cities = [factories.make_city("torino"), factories.make_city("nagoya")]
    many = max(number // 6, 1)
    home = [_body(n, LONG, "torino", cities[0]) for n in range(min(many + 2, 18))]
    away = [_body(n, AWAY, "nagoya", cities[1]) for n in range(min(many + 1, 14))]
    strands = [_strand(edition, n, cities, home, number) for n in range(many)]
    for n, strand in enumerate(islice(cycle(strands), number)):
        _activity(n, strand, begins + timedelta(days=5 + n * 600 // number), home, away, today)
    _steer(edition, begins, today, home, away)
    count_stale(now=timezone.now())
    return edition


def _body(n: int, names, side: str, city):
    return factories.make_organisation(
        side=side, city=city, **in_three("name", numbered(names[n % len(names)], n // len(names)))
    )


def _strand(edition, n: int, cities, home, number: int):
    strand = factories.make_exchange(
        edition=edition,
        cities=cities,
        **in_three("title", (f"Mobilità di domani {n}", f"Mobility of tomorrow {n}", f"これからの移動 {n}")),
    )
    for k in range(n % 3 + 1):
        theme = _theme((n + k) % 9)
        strand.themes.add(theme)
    strand.initiatives.add(*(_initiative(k) for k in range(4) if n % 4 == k or n % 3 == 0))
    if number > 1 and n % 3 == 0:
        practice = factories.make_practice(
            city=cities[n % 2],
            sources=["https://practice.example/"],
            **in_three("title", ("Magazzino di quartiere", "Depot of the quarter", "地区共同荷さばき場")),
        )
        strand.practices.add(practice)
        if n % 2 == 0:
            transfer = factories.make_transfer(
                practice=practice,
                city=cities[1 - n % 2],
                started=edition.first_day,
                proof="https://proof.example/",
                **in_three(
                    "adapted",
                    ("Gli orari e i mezzi di consegna.", "The hours and the vehicles.", "時間帯と配送車両。"),
                ),
            )
            strand.transfers.add(transfer)
    return strand


def _theme(n: int):
    names = ("Mobilità sostenibile e logistica urbana", "Sustainable mobility and urban logistics")
    from ecosystem.models import Concept

    found = Concept.objects.filter(scheme="theme", notation=f"world-{n}").first()
    return found or factories.make_theme(
        f"world-{n}", **in_three("pref_label", numbered((*names, "持続可能なモビリティと都市物流"), n))
    )


def _initiative(n: int):
    from ecosystem.models import Initiative

    texts = ("Casa delle tecnologie emergenti", "House of Emerging Technologies", "先端技術の家")
    found = Initiative.objects.filter(code=f"W{n}").first()
    return found or factories.make_initiative(code=f"W{n}", order=n, **in_three("name", numbered(texts, n)))


def _activity(n: int, strand, day: date, home, away, today: date) -> None:
    start = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 9))
    texts = in_three("name", (f"Città e dati {n}", f"Cities and data {n}", f"都市とデータ {n}"))
    sort = ("webinar", "visit", "webinar", "stay", "webinar", "meeting")[n % 6]
    if sort == "webinar":
        event = factories.make_event(dtstart=start, organizer=home[n % len(home)], **texts)
        webinar = factories.make_webinar(event=event, exchange=strand)
        factories.make_speaker(webinar, organisation=away[n % len(away)], family_name="Segretissimi")
    elif sort == "visit":
        is_over = day < today
        visit = factories.make_visit(
            exchange=strand,
            state="completed" if is_over else "accepted",
            first_day=day,
            last_day=day + timedelta(days=2),
            **in_three("title", (f"Visita a Torino {n}", f"Visit to Torino {n}", f"トリノ視察 {n}")),
        )
        if is_over:
            for body in (home[n % len(home)], home[(n + 1) % len(home)]):
                event = factories.make_event(dtstart=start, access=Event.Access.PARTICIPANTS)
                factories.make_agenda_item(visit, event=event, organisation=body, is_public=True)
            factories.make_version(visit, now=start - timedelta(days=10), tell=False)
    elif sort == "stay":
        state = "completed" if day < today else "agreed"
        last = day + timedelta(days=5)
        office, host = away[n % len(away)], home[n % len(home)]
        factories.make_stay(exchange=strand, state=state, first_day=day, last_day=last, sending=office, hosting=host)
    else:
        event = factories.make_event(dtstart=start, access=Event.Access.PARTICIPANTS)
        factories.make_meeting(exchange=strand, event=event, organisation_torino=home[0], organisation_nagoya=away[0])


def _steer(edition, begins: date, today: date, home, away) -> None:
    for n, texts in enumerate(STEPS):
        due = begins + timedelta(days=(20, 150, 340, 700)[n])
        done = {"done_on": due, "evidence": "https://evidence.example/"} if n < 2 else {}
        factories.make_milestone(edition=edition, due_on=due, **done, **in_three("title", texts))
    text = ("Provare in città soluzioni dell'altra", "Try solutions of the other city", "相手都市の技術を実証する")
    objective = factories.make_objective(
        edition=edition, code="O1", responsible_torino=home[0], responsible_nagoya=away[0], **in_three("text", text)
    )
    action = ("Aprire un banco di prova gemello", "Open a mirror testbed", "双方に実証の場を開く")
    owners = {"owner_torino": home[0], "owner_nagoya": away[0]}
    factories.make_action(objective=objective, state="in_progress", due_on=today, **owners, **in_three("text", action))
    periods = _half_years(edition)
    for code, kind, key, target, name in NUMBERS:
        indicator = factories.make_indicator(
            edition=edition,
            code=code,
            kind=kind,
            key=key,
            source="query" if key else "manual",
            target=target,
            objective=objective,
            **in_three("name", name),
        )
        now = timezone.now()
        for n, period in enumerate(periods[:2]):
            frozen = {"frozen_at": now, "state": "frozen"} if n == 0 else {"state": "validated"}
            factories.make_reading(
                indicator,
                first_day=period.first_day,
                last_day=period.last_day,
                value=(n + 1) * 3,
                validated_at=now,
                evidence="" if key else "https://evidence.example/",
                **frozen,
            )


def _half_years(edition):
    from programme.indicators.periods import periods_of

    return periods_of(edition, "half_year")
