"""Sample testbeds that mirror each other, and a sample practice that went from Nagoya to Torino."""

from datetime import timedelta
from functools import partial
from typing import Any

from ecosystem.models import City, Concept, GoodPractice, MirrorPair, MirrorStep, Organisation, Testbed, Transfer
from ecosystem.services.mirrors import agree, move_pair
from ecosystem.services.practices import move_practice
from ecosystem.services.testbeds import move_testbed
from ecosystem.services.transfers import confirm_transfer
from programme.demo.people import STAFF_NAGOYA, STAFF_TORINO, user
from programme.demo.samples import Samples, columns_of

MANAGER = "manager@torino.example"
SLUGS = {"torino": "sample-delivery-street", "nagoya": "sample-delivery-arcade"}
TESTBEDS: dict[str, dict[str, Any]] = {
    "torino": {
        "owner": "citta-di-torino",
        "kind": Testbed.Kind.STREET,
        "capacity": 2,
        "languages": ["it", "en"],
        "name": ("Via delle consegne (esempio)", "Delivery street (sample)", "配送通り（見本）"),
        "place_name": ("San Salvario (esempio)", "San Salvario (sample)", "サン・サルヴァリオ（見本）"),
        "testable": (
            "Robot per le consegne e sensori per i marciapiedi, su 600 metri di strada a traffico limitato.",
            "Delivery robots and sensors for pavements, on 600 metres of a street with little traffic.",
            "交通量の少ない600メートルの道路で、配送ロボットや歩道用センサーを試すことができます。",
        ),
        "provided": (
            "Permesso di occupazione del suolo, energia elettrica, un referente della Città.",
            "A permit for the public ground, electricity, a contact person of the City.",
            "道路占用の許可、電源、市の担当者。",
        ),
        "not_provided": (
            "Assicurazione, personale di sorveglianza, traduzioni.",
            "Insurance, attendants, translations.",
            "保険、監視要員、翻訳。",
        ),
        "data_available": (
            "Conteggi dei pedoni ogni quarto d'ora, in forma aperta.",
            "Counts of pedestrians every quarter of an hour, as open data.",
            "15分ごとの歩行者数(オープンデータ)。",
        ),
        "rules": (
            "Velocità massima 6 km/h; una persona accompagna il robot.",
            "At most 6 km/h; a person walks with the robot.",
            "最高時速6km。ロボットには人が付き添います。",
        ),
        "cost": (
            "Nessuno per la strada; l'energia a consumo.",
            "None for the street; electricity as used.",
            "道路の利用は無料、電気は実費。",
        ),
        "opening": ("Da lunedì a venerdì, 9–17", "Monday to Friday, 9–17", "月〜金曜日 9時〜17時"),
    },
    "nagoya": {
        "owner": "city-of-nagoya",
        "kind": Testbed.Kind.STREET,
        "capacity": 1,
        "languages": ["ja", "en"],
        "name": ("Galleria delle consegne (esempio)", "Delivery arcade (sample)", "配送アーケード（見本）"),
        "place_name": ("Sakae (esempio)", "Sakae (sample)", "栄（見本）"),
        "testable": (
            "Robot per le consegne in una galleria commerciale coperta, nelle ore di chiusura.",
            "Delivery robots in a covered shopping arcade, outside opening hours.",
            "営業時間外の屋根付き商店街で、配送ロボットを試すことができます。",
        ),
        "provided": (
            "Accesso alla galleria, magazzino, incontri con i negozianti.",
            "Access to the arcade, a store room, meetings with the shopkeepers.",
            "商店街への入場、保管場所、商店主との打ち合わせの場。",
        ),
        "not_provided": (
            "Assicurazione e trasporto del robot.",
            "Insurance and transport of the robot.",
            "保険とロボットの輸送。",
        ),
        "rules": (
            "Prova a vuoto davanti ai vigili del fuoco prima della prima consegna.",
            "A dry run before the fire service ahead of the first delivery.",
            "最初の配送の前に、消防の立ち会いのもとで試走を行います。",
        ),
        "cost": ("Nessuno.", "None.", "無料。"),
        "opening": ("Tutti i giorni, 21–6", "Every day, 21–6", "毎日 21時〜翌6時"),
    },
}
STEPS = [  # whose task, done so many days ago or not yet, what
    (
        "torino",
        40,
        ("Descrivere il robot in giapponese", "Describe the robot in Japanese", "ロボットの説明書を日本語で用意する"),
    ),
    (
        "nagoya",
        25,
        ("Chiedere il parere dei vigili del fuoco", "Ask the fire service for its opinion", "消防署の意見を求める"),
    ),
    (
        "nagoya",
        None,
        (
            "Trovare un'assicurazione che valga in Giappone",
            "Find an insurance valid in Japan",
            "日本で有効な保険を見つける",
        ),
    ),
    (
        "torino",
        None,
        ("Formare due accompagnatori a Nagoya", "Train two attendants in Nagoya", "名古屋の付き添い要員2名を研修する"),
    ),
]


def make_testbeds(samples: Samples) -> None:
    for side in SLUGS:
        samples.once("testbeds", SLUGS[side], partial(_testbed, side, samples))
    samples.once("mirror pairs", "sample-pair", partial(_pair, samples))
    samples.once("practices", "sample-practice", partial(_practice, samples))


def _testbed(side: str, samples: Samples) -> Testbed:
    facts = {name: value for name, value in TESTBEDS[side].items() if not isinstance(value, tuple)}
    for name, texts in TESTBEDS[side].items():
        facts |= columns_of(name, *texts) if isinstance(texts, tuple) else {}
    facts["owner"] = Organisation.objects.get(slug=facts["owner"])
    testbed = Testbed.objects.create(slug=SLUGS[side], city=City.objects.get(slug=side), **facts)
    testbed.themes.set(Concept.objects.themes().filter(notation__in=["robotics", "smart-mobility"]))
    testbed.closures.create(
        first_day=samples.today + timedelta(days=30),
        last_day=samples.today + timedelta(days=37),
        **columns_of("reason", "Lavori (esempio)", "Works (sample)", "工事（見本）"),
    )
    move_testbed(testbed=testbed, to=Testbed.State.PUBLISHED, by=None, now=samples.ago(days=90))
    return testbed


def _pair(samples: Samples) -> MirrorPair:
    pair = MirrorPair.objects.create(
        **{side: Testbed.objects.get(slug=slug) for side, slug in SLUGS.items()},
        **columns_of(
            "rationale",
            "Due strade di negozi, due modi di consegnare: chi prova in una può imparare dall'altra (esempio).",
            "Who tries in one of these two streets of shops can learn from the other (sample).",
            "商店の並ぶ二つの通り、二つの配送方法。一方での実証が他方に生きます（見本）。",
        ),
    )
    for number, (side, days, text) in enumerate(STEPS, start=1):
        done_on = samples.today - timedelta(days=days) if days else None
        MirrorStep.objects.create(
            pair=pair, order=number, owner_side=side, done_on=done_on, **columns_of("text", *text)
        )
    torino, nagoya = user(STAFF_TORINO), user(STAFF_NAGOYA)
    if torino and nagoya:  # else a person deleted one of them, and the pair stays a proposal
        agree(pair=pair, side="torino", by=torino, now=samples.ago(days=60))
        agree(pair=pair, side="nagoya", by=nagoya, now=samples.ago(days=55))
        move_pair(pair=pair, to=MirrorPair.State.ACTIVE, by=nagoya, now=samples.ago(days=50))
    return pair


def _practice(samples: Samples) -> GoodPractice:
    practice = GoodPractice.objects.create(
        slug="sample-morning-street",
        city=City.objects.get(slug="nagoya"),
        first_year=samples.today.year - 3,
        sources=["https://evidence.example/sample"],
        **columns_of("title", "La strada del mattino (esempio)", "The morning street (sample)", "朝の通り（見本）"),
        **columns_of(
            "problem",
            "I furgoni arrivavano quando la strada era piena di persone.",
            "Vans came when the street was full of people.",
            "人通りの多い時間に配送車が集中していました。",
        ),
        **columns_of(
            "solution",
            "Consegne prima delle 8, con un deposito comune.",
            "Deliveries before 8, with a shared depot.",
            "共同の荷さばき場を設け、8時までに配送を済ませました。",
        ),
        **columns_of(
            "results",
            "Metà dei furgoni nelle ore di punta.",
            "Half of the vans at the busy hours.",
            "混雑時の配送車が半分になりました。",
        ),
        **columns_of(
            "what_failed",
            "Il primo deposito era troppo lontano.",
            "The first depot was too far away.",
            "最初の荷さばき場は遠すぎました。",
        ),
        **columns_of(
            "replicability",
            "Serve un locale entro 300 metri e l'accordo di metà dei negozi.",
            "It takes a room within 300 metres and the consent of half of the shops.",
            "300メートル以内の場所と、半数の店の同意が必要です。",
        ),
    )
    for state in ("submitted", "validated"):
        move_practice(practice=practice, to=state, by=user(MANAGER), now=samples.ago(days=300))
    transfer = Transfer.objects.create(
        practice=practice,
        city=City.objects.get(slug="torino"),
        started=samples.today.replace(day=1) - timedelta(days=200),
        in_use_since=samples.today.replace(day=1) - timedelta(days=60),
        proof="https://evidence.example/sample",
        written_by=user(STAFF_TORINO),
        **columns_of(
            "adapted",
            "Il deposito è in un mercato coperto, e l'orario finisce alle 10 (esempio).",
            "The depot is in a covered market, and the hours end at 10 (sample).",
            "荷さばき場は屋内市場に置き、時間は10時までとしました（見本）。",
        ),
    )
    if manager := user(MANAGER):
        confirm_transfer(transfer=transfer, by=manager, now=samples.ago(days=30))
    return practice
