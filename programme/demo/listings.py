"""Three sample organisations, and what they offer and look for. No real organisation is said to offer anything."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from ecosystem.models import City, Concept, Initiative, Listing, Organisation
from ecosystem.services.listings import publish_listing
from ecosystem.services.publication import publish_organisation, verify_organisation
from programme.demo.people import STAFF_NAGOYA, STAFF_TORINO, user
from programme.demo.samples import Samples, columns_of

STAFF = {"torino": STAFF_TORINO, "nagoya": STAFF_NAGOYA}
MOBILITY, MATERIALS, SEIKI = "esempio-mobility", "esempio-materials", "mihon-seiki"

ORGANISATIONS: dict[str, dict[str, Any]] = {
    MOBILITY: {
        **columns_of(
            "name", "Esempio Mobilità (esempio)", "Esempio Mobility (sample)", "エゼンピオ・モビリティ（見本）"
        ),
        **columns_of(
            "summary",
            "Software per navette autonome e mezzi di servizio: previsione dei percorsi, gestione della flotta e "
            "sicurezza agli incroci. Organizzazione inventata per la dimostrazione.",
            "Software for autonomous shuttles and service vehicles: route prediction, fleet management and safety at "
            "crossings. An organisation invented for the demonstration.",
            "自動運転シャトルや業務用車両向けに、経路予測・運行管理・交差点の安全支援ソフトウェアを開発しています。"
            "デモ用の架空の企業です。",
        ),
        **columns_of(
            "open_to_japan_how",
            "Due progetti pilota con operatori giapponesi; una persona del gruppo parla giapponese.",
            "Two pilots with Japanese operators; one of the team speaks Japanese.",
            "日本の事業者と2件の実証を実施。日本語を話す社員が1名います。",
        ),
        "kana": "エゼンピオ モビリティ",
        "kind": Organisation.Kind.STARTUP,
        "side": "torino",
        "founded_year": 2019,
        "size_band": Organisation.SizeBand.SMALL,
        "capital": 100_000,
        "capital_currency": "EUR",
        "representative": "CEO Marta Esempio",
        "representative_consent_on": date(2026, 1, 12),
        "nace": ["62.10", "71.12"],
        "contact_languages": ["ja", "en", "it"],
        "open_to_japan": True,
        "open_to_japan_since": 2024,
    },
    MATERIALS: {
        **columns_of(
            "name", "Esempio Materiali (esempio)", "Esempio Materials (sample)", "エゼンピオ・マテリアルズ（見本）"
        ),
        **columns_of(
            "summary",
            "Compositi riciclabili per interni d'auto e arredo urbano, da scarti tessili. Organizzazione inventata "
            "per la dimostrazione.",
            "Recyclable composites for car interiors and street furniture, made of textile waste. An organisation "
            "invented for the demonstration.",
            "繊維くずから、自動車内装や街路家具に使えるリサイクル可能な複合材を製造しています。デモ用の架空の企業です。",
        ),
        "kana": "エゼンピオ マテリアルズ",
        "kind": Organisation.Kind.COMPANY,
        "side": "torino",
        "founded_year": 1998,
        "size_band": Organisation.SizeBand.MEDIUM,
        "capital": 1_200_000,
        "capital_currency": "EUR",
        "nace": ["22.29"],
        "contact_languages": ["en", "it"],
        "open_to_japan": True,
    },
    SEIKI: {
        **columns_of("name", "Mihon Seiki (esempio)", "Mihon Seiki (sample)", "見本精機（見本）"),
        **columns_of(
            "summary",
            "Componenti di precisione per robot e macchine utensili, con uno stabilimento a Nagoya. Organizzazione "
            "inventata per la dimostrazione.",
            "Precision parts for robots and machine tools, with a plant in Nagoya. An organisation invented for the "
            "demonstration.",
            "ロボットや工作機械の精密部品を名古屋の工場で製造しています。デモ用の架空の企業です。",
        ),
        "kana": "ミホンセイキ",
        "kind": Organisation.Kind.COMPANY,
        "side": "nagoya",
        "founded_year": 1961,
        "size_band": Organisation.SizeBand.LARGE,
        "capital": 98_000_000,
        "capital_currency": "JPY",
        "nace": ["28.49"],
        "contact_languages": ["ja", "en"],
    },
}
THEMES = {MOBILITY: ["smart-mobility"], MATERIALS: ["circular-economy"], SEIKI: ["robotics"]}
MEMBER_OF = {MOBILITY: ["torino-city-lab", "cte-next"]}

LISTINGS: dict[str, dict[str, Any]] = {
    "shuttle-software": {
        "organisation": MOBILITY,
        "direction": Listing.Direction.OFFER,
        "type": Listing.Type.TECHNOLOGY,
        **columns_of(
            "title",
            "Previsione dei percorsi per navette autonome (esempio)",
            "Route prediction for autonomous shuttles (sample)",
            "自動運転シャトル向け経路予測ソフトウェア（見本）",
        ),
        **columns_of(
            "text",
            "Il software prevede il moto di pedoni e biciclette e propone al veicolo la velocità. È stato provato per "
            "sei mesi su una linea di quartiere; interfacce per i sistemi di bordo più diffusi.",
            "The software predicts how pedestrians and bicycles will move and proposes a speed to the vehicle. It ran "
            "for six months on a neighbourhood line; interfaces to common on-board systems exist.",
            "歩行者や自転車の動きを予測し、車両に適切な速度を提案します。地区路線で6か月の試験運行を行い、"
            "主要な車載システムとの接続に対応しています。",
        ),
        **columns_of(
            "wanted_partner",
            "Un operatore di trasporti o un costruttore di veicoli a Nagoya o in Aichi, per una prova di tre mesi.",
            "A transport operator or a maker of vehicles in Nagoya or Aichi, for a trial of three months.",
            "名古屋市または愛知県の交通事業者・車両メーカーと、3か月間の実証実験を希望します。",
        ),
        "trl": 7,
        "stage": Listing.Stage.PILOT,
        "regions": ["nagoya", "japan"],
        "cooperation": ["field-trial", "joint-development"],
        "days": 240,
    },
    "fleet-service": {
        "organisation": MOBILITY,
        "direction": Listing.Direction.OFFER,
        "type": Listing.Type.SERVICE,
        **columns_of(
            "title",
            "Gestione di flotte miste, in abbonamento (esempio)",
            "Management of mixed fleets, by subscription (sample)",
            "混在車両の運行管理サービス（サブスクリプション）（見本）",
        ),
        **columns_of(
            "text",
            "Turni, ricarica e manutenzione di mezzi elettrici e tradizionali in un'unica schermata.",
            "Shifts, charging and maintenance of electric and other vehicles on one screen.",
            "電気自動車と従来車のシフト・充電・整備を一つの画面で管理できます。",
        ),
        "trl": 9,
        "stage": Listing.Stage.MARKET,
        "regions": ["japan"],
        "cooperation": ["distribution"],
        "days": 300,
    },
    "street-for-tests": {
        "organisation": MOBILITY,
        "direction": Listing.Direction.NEED,
        "type": Listing.Type.TEST_SITE,
        **columns_of(
            "title",
            "Una strada con traffico misto a Nagoya per provare la navetta (esempio)",
            "A street with mixed traffic in Nagoya to try the shuttle (sample)",
            "シャトルの走行試験ができる名古屋の混在交通道路（見本）",
        ),
        **columns_of(
            "text",
            "Cerchiamo un tratto di un chilometro con incroci e biciclette, e un operatore che guidi la prova.",
            "We look for a kilometre with crossings and bicycles, and an operator to run the trial.",
            "交差点や自転車通行のある約1kmの区間と、試験を運営する事業者を探しています。",
        ),
        "trl": 7,
        "stage": Listing.Stage.PILOT,
        "regions": ["nagoya"],
        "cooperation": ["field-trial"],
        "days": 150,
    },
    "composite-panels": {
        "organisation": MATERIALS,
        "direction": Listing.Direction.OFFER,
        "type": Listing.Type.PRODUCT,
        **columns_of(
            "title",
            "Pannelli da scarti tessili per interni d'auto (esempio)",
            "Panels of textile waste for car interiors (sample)",
            "繊維くずから作る自動車内装パネル（見本）",
        ),
        **columns_of(
            "text",
            "Pannelli stampati, 30% più leggeri di quelli in uso, riciclabili a fine vita. Campioni disponibili.",
            "Moulded panels, 30% lighter than common ones, recyclable at the end of their life. Samples on request.",
            "従来品より30%軽く、使用後に再利用できる成形パネルです。サンプルをご用意できます。",
        ),
        "trl": 8,
        "stage": Listing.Stage.MARKET,
        "regions": ["japan", "europe"],
        "cooperation": ["supply", "distribution"],
        "days": 200,
    },
    "grippers": {
        "organisation": SEIKI,
        "direction": Listing.Direction.NEED,
        "type": Listing.Type.TECHNOLOGY,
        **columns_of(
            "title",
            "Pinze morbide per robot che toccano alimenti (esempio)",
            "Soft grippers for robots that touch food (sample)",
            "食品を扱うロボット用ソフトグリッパー（見本）",
        ),
        **columns_of(
            "text",
            "Cerchiamo una tecnologia di presa delicata e lavabile, da integrare nei nostri bracci.",
            "We look for a gentle, washable gripping technology to integrate into our arms.",
            "当社のロボットアームに組み込める、やさしく洗浄可能な把持技術を探しています。",
        ),
        "regions": ["torino", "italy"],
        "cooperation": ["joint-development", "licensing"],
        "days": 270,
    },
}


def make_organisations(samples: Samples) -> None:
    for slug, fields in ORGANISATIONS.items():
        samples.once("organisations", slug, partial(_organisation, samples, slug, fields))


def make_listings(samples: Samples) -> None:
    for name, fields in LISTINGS.items():
        samples.once("offers and needs", name, partial(_listing, samples, fields))


def _organisation(samples: Samples, slug: str, fields: dict) -> Organisation:
    """A published profile; the one of the mobility company has been checked as well."""
    made = Organisation.objects.create(slug=slug, city=City.objects.get(slug=fields["side"]), **fields)
    made.themes.set(Concept.objects.themes().filter(notation__in=THEMES[slug]))
    for initiative in Initiative.objects.filter(slug__in=MEMBER_OF.get(slug, ())):
        made.parts.create(initiative=initiative, role="member")
    by = user(STAFF[made.side])
    publish_organisation(organisation=made, by=by, now=samples.ago(days=40))
    if slug == MOBILITY:
        verify_organisation(organisation=made, by=by, now=samples.ago(days=20))
    return made


def _listing(samples: Samples, fields: dict) -> Listing:
    plain = {name: value for name, value in fields.items() if name not in {"organisation", "cooperation", "days"}}
    organisation = Organisation.objects.get(slug=fields["organisation"])
    until = samples.today + timedelta(days=fields["days"])
    made = Listing.objects.create(organisation=organisation, valid_until=until, **plain)
    kinds = Concept.objects.filter(scheme=Concept.Scheme.COOPERATION, notation__in=fields["cooperation"])
    made.cooperation.set(kinds)
    publish_listing(listing=made, by=user(STAFF[organisation.side]), now=samples.now)
    return made
