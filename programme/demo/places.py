"""Where the samples take place: seats of real organisations."""

from typing import Any

from ecosystem.models import City, Organisation, Place
from iurc_portal.translation.languages import columns
from programme.demo.samples import columns_of

PLACES = {  # an organisation of the directory, and what people call the place
    "citta-di-torino": ("Palazzo Civico", "City Hall (Palazzo Civico)", "トリノ市庁舎（パラッツォ・チヴィコ）"),
    "ogr-torino": ("OGR Torino", "OGR Torino", "OGRトリノ"),
    "politecnico-di-torino": ("Politecnico di Torino", "Politecnico di Torino", "トリノ工科大学"),
    "environment-park": ("Environment Park", "Environment Park", "エンバイロメント・パーク"),
    "camera-di-commercio-torino": ("Palazzo Birago", "Palazzo Birago", "パラッツォ・ビラーゴ"),
    "city-of-nagoya": ("Municipio di Nagoya", "Nagoya City Hall", "名古屋市役所"),
    "station-ai": ("STATION Ai", "STATION Ai", "STATION Ai"),
    "toyota-commemorative-museum": (
        "Museo commemorativo Toyota dell'industria e della tecnologia",
        "Toyota Commemorative Museum of Industry and Technology",
        "トヨタ産業技術記念館",
    ),
}


def place_of(slug: str) -> Place:
    """The seat of an organisation as a place to meet: one that staff know already, else a new one."""
    organisation = Organisation.objects.get(slug=slug)
    found = Place.objects.filter(organisation=organisation).order_by("pk").first()
    if found is not None:
        return found
    address: dict[str, Any] = {column: getattr(organisation, column) or "" for column in columns("address")}
    return Place.objects.create(
        organisation=organisation,
        city=City.objects.get(organisations=organisation),
        latitude=organisation.latitude,
        longitude=organisation.longitude,
        precision=organisation.precision,
        **address,
        **columns_of("name", *PLACES[slug]),
    )
