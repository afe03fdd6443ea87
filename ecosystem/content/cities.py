"""The cities that the content names, with what the files do not say of them: names, country, clocks."""

from dataclasses import dataclass
from decimal import Decimal

from ecosystem.models import City
from iurc_portal.content.engine import Record, Ref
from iurc_portal.content.reading import Entry


@dataclass(frozen=True)
class KnownCity:
    slug: str
    name_it: str
    name_en: str
    name_ja: str
    country: str = "IT"
    tzid: str = "Europe/Rome"


CITIES = {
    "Torino": KnownCity("torino", "Torino", "Torino", "トリノ"),
    "Nagoya": KnownCity("nagoya", "Nagoya", "Nagoya", "名古屋", "JP", "Asia/Tokyo"),
    "Bologna": KnownCity("bologna", "Bologna", "Bologna", "ボローニャ"),
    "Collegno": KnownCity("collegno", "Collegno", "Collegno", "コッレーニョ"),
    "Colleretto Giacosa": KnownCity(
        "colleretto-giacosa", "Colleretto Giacosa", "Colleretto Giacosa", "コッレレット・ジャコーザ"
    ),
    "Cuneo": KnownCity("cuneo", "Cuneo", "Cuneo", "クーネオ"),
    "Genova": KnownCity("genova", "Genova", "Genoa", "ジェノヴァ"),
    "Kariya": KnownCity("kariya", "Kariya", "Kariya", "刈谷", "JP", "Asia/Tokyo"),
    "Milano": KnownCity("milano", "Milano", "Milan", "ミラノ"),
    "Moncalieri": KnownCity("moncalieri", "Moncalieri", "Moncalieri", "モンカリエーリ"),
    "München": KnownCity("muenchen", "Monaco di Baviera", "Munich", "ミュンヘン", "DE", "Europe/Berlin"),
    "Paris": KnownCity("paris", "Parigi", "Paris", "パリ", "FR", "Europe/Paris"),
    "Pinerolo": KnownCity("pinerolo", "Pinerolo", "Pinerolo", "ピネローロ"),
    "Poirino": KnownCity("poirino", "Poirino", "Poirino", "ポイリーノ"),
    "Rivalta di Torino": KnownCity(
        "rivalta-di-torino", "Rivalta di Torino", "Rivalta di Torino", "リヴァルタ・ディ・トリノ"
    ),
    "Roma": KnownCity("roma", "Roma", "Rome", "ローマ"),
    "Toyota": KnownCity("toyota", "Toyota", "Toyota", "豊田", "JP", "Asia/Tokyo"),
    "Trento": KnownCity("trento", "Trento", "Trento", "トレント"),
    "Wien": KnownCity("wien", "Vienna", "Vienna", "ウィーン", "AT", "Europe/Vienna"),
}
PARTNERS = {
    "torino": (Decimal("45.0703"), Decimal("7.6869")),
    "nagoya": (Decimal("35.1815"), Decimal("136.9066")),
}


def records(named: set) -> list[Record]:
    """The two partner cities, and every known city among ``named``."""
    return [_record(city) for name, city in CITIES.items() if name in named or city.slug in PARTNERS]


def _record(city: KnownCity) -> Record:
    latitude, longitude = PARTNERS.get(city.slug, (None, None))
    values = {
        "slug": city.slug,
        "name_it": city.name_it,
        "name_en": city.name_en,
        "name_ja": city.name_ja,
        "country": city.country,
        "tzid": city.tzid,
        "is_partner": city.slug in PARTNERS,
        "latitude": latitude,
        "longitude": longitude,
        "precision": "city" if city.slug in PARTNERS else "none",
    }
    return Record("cities", City, city.slug, "organisations.yaml", values)


def city_of(entry: Entry) -> Ref | None:
    """The city that ``entry`` names in its field ``city``, if any; an unknown one is a problem."""
    name = entry.text("city")
    if name and name not in CITIES:
        entry.wrong("city", f"“{name}” is not a known city. Correct it, or add it to ecosystem/content/cities.py.")
    return Ref(City, CITIES[name].slug) if name in CITIES else None
