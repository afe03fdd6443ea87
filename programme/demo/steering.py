"""What steers the programme, as samples: objectives, actions, indicators with a past period, budget, cluster, stay."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from ecosystem.models import City, Concept, Initiative, Person, Transfer
from events.models import EventLanguage
from programme.demo import people
from programme.demo.reports import make_first_half
from programme.demo.samples import Samples, at, columns_of
from programme.indicators.periods import Period, months_after, periods_of
from programme.models import (
    ActionItem,
    BudgetLine,
    CostLine,
    Edition,
    Exchange,
    Indicator,
    Objective,
    StaffExchange,
    ThematicCluster,
    Webinar,
)
from programme.services import actions, clusters, readings, stays
from programme.services.agenda import city_organisation
from programme.services.attendance_counts import count_stale
from programme.services.webinars import plan_webinar, publish_webinar

BEGAN = 378  # days ago, to the first of that month: two half-years are over, the last with what happened in it
SIDES = ("torino", "nagoya")
MIRROR_JA, WEBINARS_JA = "双方に実証の場を開く（見本）", "半年ごとに三回のウェビナー（見本）"
OBJECTIVES = [
    (
        "O1",
        "Provare in città soluzioni dell'altra (esempio)",
        "Try solutions of the other city (sample)",
        "相手都市の技術を市内で実証する（見本）",
    ),
    (
        "O2",
        "Far incontrare imprese e centri di ricerca (esempio)",
        "Bring companies and research together (sample)",
        "企業と研究機関の出会いをつくる（見本）",
    ),
]
ACTIONS = [  # objective, days from today, who has agreed, what
    ("O1", 60, SIDES, "Aprire un banco di prova gemello (esempio)", "Open a mirror testbed (sample)", MIRROR_JA),
    ("O1", 120, ("torino",), "Guida ai permessi (esempio)", "Guide to permits (sample)", "許可手続きの案内（見本）"),
    ("O2", 90, SIDES, "Tre webinar a semestre (esempio)", "Three webinars a half-year (sample)", WEBINARS_JA),
]
INDICATORS = [  # code, kind, query, baseline, target, what
    ("I1", "output", "visits_completed", None, 2, "Visite studio concluse", "Study visits completed", "終了した視察"),
    ("I2", "output", "webinars_held", None, 12, "Webinar svolti", "Webinars held", "開催したウェビナー"),
    (
        "I3",
        "output",
        "webinar_attendance",
        None,
        300,
        "Presenze ai webinar",
        "Attendance at webinars",
        "ウェビナー出席者数",
    ),
    ("I4", "output", "delegates", None, None, "Delegati presenti", "Delegates who came", "参加した団員"),
    (
        "I5",
        "output",
        "organisations_in_japanese",
        None,
        100,
        "Organizzazioni in giapponese",
        "Organisations in Japanese",
        "日本語紹介",
    ),
    (
        "I6",
        "result",
        "practices_validated",
        None,
        5,
        "Buone pratiche convalidate",
        "Good practices validated",
        "確認済みの優良事例",
    ),
    (
        "I7",
        "result",
        "transfers_confirmed",
        None,
        3,
        "Pratiche riprese",
        "Practices taken over",
        "相手都市に導入された事例",
    ),
    (
        "I8",
        "impact",
        "",
        None,
        5,
        "Accordi firmati fra imprese",
        "Agreements signed between companies",
        "企業間の協定",
    ),
]
BUDGET = [
    ("Viaggi e soggiorni", "Travel and stays", "旅費・滞在費", 12_000),
    ("Interpreti e traduzioni", "Interpreters and translations", "通訳・翻訳", 6_000),
]

Role = EventLanguage.Role


def make_steering(samples: Samples, edition: Edition) -> None:
    _dates(samples, edition)
    for code, *text in OBJECTIVES:
        samples.once("objectives", code, partial(_objective, edition, code, text))
    for number, row in enumerate(ACTIONS, start=1):
        samples.once("actions", f"action-{number}", partial(_action, samples, edition, *row))
    for row in INDICATORS:
        samples.once("indicators", row[0], partial(_indicator, edition, *row))
    for number, (*heading, ceiling) in enumerate(BUDGET, start=1):
        samples.once("budget", f"line-{number}", partial(_budget_line, edition, number, heading, ceiling))
    _outcomes()
    samples.once("clusters", "cluster", lambda: _cluster(samples))
    samples.once("webinars", "cluster-webinar", lambda: _cluster_webinar(samples, edition))
    samples.once("stays", "stay", lambda: _stay(samples))
    make_first_half(samples, edition)
    count_stale(now=samples.now)
    samples.once("readings", "first-period", lambda: _readings(samples, edition))


def _dates(samples: Samples, edition: Edition) -> None:
    """The files do not know from which day the edition runs: the demonstration lets it run for a year already."""
    if edition.first_day is None and edition.last_day is None:
        edition.first_day = (samples.today - timedelta(days=BEGAN)).replace(day=1)
        edition.last_day = months_after(edition.first_day, 24) - timedelta(days=1)
        edition.save(update_fields=["first_day", "last_day"])
        edition.cities.set(City.objects.filter(is_partner=True))


def _outcomes() -> None:
    """The sample strand is of two initiatives and a theme, and the sample practice with its transfer came of it."""
    exchange = Exchange.objects.filter(is_sample=True, cluster=None).order_by("pk").first()
    transfer = Transfer.objects.filter(proof="https://evidence.example/sample").first()
    if exchange is None or exchange.initiatives.exists():
        return
    exchange.initiatives.set(Initiative.objects.filter(slug__in=["torino-city-lab", "cte-next"]))
    exchange.themes.set(Concept.objects.filter(scheme="theme", notation="smart-mobility"))
    if transfer is not None:
        exchange.practices.add(transfer.practice)
        exchange.transfers.add(transfer)


def _objective(edition: Edition, code: str, text) -> Objective:
    return Objective.objects.create(
        edition=edition,
        code=code,
        responsible_torino=city_organisation("torino"),
        responsible_nagoya=city_organisation("nagoya"),
        is_sample=True,
        **columns_of("text", *text),
    )


def _action(samples: Samples, edition: Edition, code: str, days: int, agreed, *text) -> ActionItem:
    item = ActionItem.objects.create(
        objective=Objective.objects.get(edition=edition, code=code),
        due_on=samples.today + timedelta(days=days),
        owner_torino=city_organisation("torino"),
        owner_nagoya=city_organisation("nagoya"),
        is_sample=True,
        **columns_of("text", *text),
    )
    by = people.user(people.MANAGER)
    for side in agreed:
        actions.agree_action(item, side=side, by=by, now=samples.ago(days=30))
    return item


def _indicator(edition: Edition, code: str, kind: str, key: str, baseline, target, *name) -> Indicator:
    indicator = Indicator(
        edition=edition,
        code=code,
        kind=kind,
        source=Indicator.Source.QUERY if key else Indicator.Source.MANUAL,
        key=key,
        baseline=baseline,
        target=target,
        is_sample=True,
        **columns_of("name", *name),
    )
    indicator.full_clean()
    indicator.save()
    return indicator


def _budget_line(edition: Edition, order: int, heading, ceiling: int) -> BudgetLine:
    line = BudgetLine.objects.create(
        edition=edition, order=order, ceiling=ceiling, is_sample=True, **columns_of("heading", *heading)
    )
    if order == 1:
        CostLine.objects.filter(visit__is_sample=True, visit__exchange__edition=edition, budget_line=None).update(
            budget_line=line
        )
    return line


def _cluster(samples: Samples) -> ThematicCluster:
    cluster = ThematicCluster.objects.create(
        slug="sample-mobility-cluster",
        is_sample=True,
        **columns_of("name", "Mobilità urbana (esempio)", "Urban mobility (sample)", "都市モビリティ（見本）"),
        **columns_of(
            "summary",
            "Cluster di esempio: un'altra città lavora con Torino e Nagoya sulla mobilità.",
            "Sample cluster: another city works with Torino and Nagoya on mobility.",
            "見本のクラスターです。他の都市がトリノ・名古屋とともにモビリティに取り組みます。",
        ),
        **columns_of(
            "how_to_join",
            "Le città interessate scrivono all'ufficio del programma.",
            "Cities that are interested write to the programme office.",
            "参加を希望する都市は、プログラム事務局へご連絡ください。",
        ),
    )
    melbourne, _created = City.objects.get_or_create(
        slug="melbourne",
        defaults={
            "country": "AU",
            "tzid": "Australia/Melbourne",
            **columns_of("name", *["Melbourne"] * 2, "メルボルン"),
        },
    )
    cluster.concepts.set(Concept.objects.filter(scheme="theme", notation="smart-mobility"))
    for city in City.objects.filter(is_partner=True):
        cluster.places.create(city=city, role="lead" if city.slug == "torino" else "member")
    cluster.places.create(city=melbourne, since=samples.today - timedelta(days=90))
    return cluster


def _cluster_webinar(samples: Samples, edition: Edition) -> Webinar:
    """A coming webinar of the cluster: three cities' times stand on it."""
    cluster = ThematicCluster.objects.get(slug="sample-mobility-cluster")
    exchange = Exchange.objects.create(
        slug="sample-mobility-with-melbourne",
        edition=edition,
        cluster=cluster,
        state=Exchange.State.ACTIVE,
        is_sample=True,
        **columns_of(
            "title",
            "Mobilità con Melbourne (esempio)",
            "Mobility with Melbourne (sample)",
            "メルボルンとのモビリティ交流（見本）",
        ),
    )
    exchange.cities.set([place.city for place in cluster.places.select_related("city")])
    day = samples.workday(25)
    webinar = plan_webinar(
        start=at(day, 8),
        end=at(day, 9),
        now=samples.now,
        exchange=exchange,
        organizer=city_organisation("torino"),
        is_sample=True,
        registration_open=True,
        languages=[("en", Role.SPOKEN), ("it", Role.INTERPRETED), ("ja", Role.INTERPRETED)],
        **columns_of(
            "name",
            "Tram e autobus a chiamata (esempio)",
            "Trams and buses on demand (sample)",
            "トラムとオンデマンドバス（見本）",
        ),
        texts=columns_of("goals", "Confrontare tre città.", "Compare three cities.", "三都市を比較します。"),
    )
    publish_webinar(webinar, now=samples.now)
    clusters.keep_cities_of(exchange)
    return webinar


def _stay(samples: Samples) -> StaffExchange:
    first = samples.workday(20)
    nagoya, torino = city_organisation("nagoya"), city_organisation("torino")
    stay = StaffExchange.objects.create(
        exchange=Exchange.objects.filter(is_sample=True, cluster=None).order_by("pk").first(),
        sending=nagoya,
        hosting=torino,
        person=Person.objects.create(**people.mihon("健二", "ケンジ", "Kenji"), organisation=nagoya),
        mentor=Person.objects.create(**people.esempio("Elena"), organisation=torino),
        first_day=first,
        last_day=first + timedelta(days=11),
        is_sample=True,
        **columns_of("sending_unit", "Ufficio innovazione", "Innovation office", "イノベーション担当部署"),
        **columns_of("hosting_unit", "Torino City Lab", "Torino City Lab", "トリノ・シティ・ラボ"),
        **columns_of(
            "aims",
            "Capire come si autorizza un test in città, dalla domanda alla prima prova.",
            "See how a test in the city is permitted, from the request to the first trial.",
            "市内での実証が、申請から開始までどのように許可されるかを学びます。",
        ),
    )
    return stays.move_stay(stay, "agreed", now=samples.now, by=people.user(people.MANAGER))


def _readings(samples: Samples, edition: Edition):
    """The last period that is over: counted, one number by hand, all but one validated."""
    periods = periods_of(edition, Indicator.Frequency.HALF_YEAR)
    period: Period = ([one for one in periods if one.is_over(samples.today)] or periods)[-1]
    by = people.user(people.MANAGER)
    made = readings.propose_readings(edition, period, by=by, now=samples.now)
    for reading in made:
        indicator = reading.indicator
        if not indicator.is_counted:
            reading = readings.enter_reading(
                indicator,
                period,
                value=Decimal(1),
                evidence="https://evidence.example/sample-agreement",
                by=by,
                now=samples.now,
                comment="Esempio / sample / 見本",
            )
        if indicator.code != "I3":
            readings.validate_reading(reading, by=by, now=samples.now)
    return made[0]
