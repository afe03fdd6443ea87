"""Visits, strands of the cooperation and the documented history as the search sees them."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ecosystem.models import Person
from ecosystem.models.vocabulary import themes_in_use
from events.models import Event
from events.search import Further, register_further
from iurc_portal.clock import ROME
from iurc_portal.search.registry import Doc, Kind, register, texts_of, titles_of
from iurc_portal.translation.languages import CODES
from programme.models import (
    ClusterCity,
    DatedEvent,
    Exchange,
    LibraryItem,
    NewsItem,
    Speaker,
    StudyVisit,
    ThematicCluster,
    Webinar,
    WebinarSegment,
)


def visit_doc(visit: StudyVisit) -> Doc:
    return Doc(
        titles=titles_of(visit, "title"),
        names=texts_of(visit, "title"),
        texts=texts_of(visit, "public_summary", "outcomes"),
        places=[*texts_of(visit.host_city, "name"), *texts_of(visit.guest_city, "name")],
        dated=visit.first_day,
        public=visit.state in StudyVisit.objects.all().PUBLIC_STATES,
    )


def exchange_doc(exchange: Exchange) -> Doc:
    themes = exchange.themes.all()
    return Doc(
        titles=titles_of(exchange, "title"),
        names=texts_of(exchange, "title"),
        texts=texts_of(exchange, "story"),
        concepts=[theme.pk for theme in themes],
        public=exchange.is_public,
    )


def cluster_doc(cluster: ThematicCluster) -> Doc:
    places = list(cluster.places.all())
    return Doc(
        titles=titles_of(cluster, "name"),
        names=texts_of(cluster, "name"),
        texts=texts_of(cluster, "summary", "how_to_join"),
        concepts=[theme.pk for theme in cluster.concepts.all()],
        places=[text for place in places for text in texts_of(place.city, "name")],
        public=any(not place.city.is_partner for place in places),
    )


def history_doc(entry: DatedEvent) -> Doc:
    return Doc(
        titles=titles_of(entry, "title"),
        names=texts_of(entry, "title"),
        texts=texts_of(entry, "description"),
        places=texts_of(entry, "place"),
        category=entry.kind,
        dated=entry.date,
    )


def news_doc(item: NewsItem) -> Doc:
    """What is dated ahead is not found yet: ``services.news.bring_out`` writes its row again in time."""
    day = item.published_at
    return Doc(
        titles=titles_of(item, "title"),
        names=texts_of(item, "title"),
        texts=texts_of(item, "text"),
        dated=day.astimezone(ROME).date() if day is not None else None,
        public=item.is_public(now=timezone.now()),
    )


def texts_of_webinar(event: Event) -> list[tuple[str, str]]:
    """What is said of a webinar: for whom and why, its parts, who speaks, and what anybody may watch or read of it.

    An item of the library that ends with its day is forgotten by the nightly round of the index.
    """
    webinar = getattr(event, "webinar", None)
    if webinar is None:
        return []
    now = timezone.now()
    texts = texts_of(webinar, "audience", "goals", "summary")
    for part in webinar.segments.all():
        texts += texts_of(part, "title", "speakers")
    for speaker in webinar.speakers.all():
        texts += _of_speaker(speaker)
    for item in webinar.library.all():
        if item.is_found_by_all(now=now):
            texts += _of_item(item)
    return texts


def _of_speaker(speaker: Speaker) -> list[tuple[str, str]]:
    """The name in every spelling that a reader may know it by, then post, organisation and a few words."""
    named = speaker.named
    kana = f"{named.family_kana} {named.given_kana}".strip()
    names = {named.display_name(code): code for code in CODES} | ({kana: "ja"} if kana else {})
    known = texts_of(speaker, "title") or (texts_of(speaker.person, "title") if speaker.person else [])
    return [*names.items(), *known, *texts_of(speaker, "affiliation", "bio")]


def _of_item(item: LibraryItem) -> list[tuple[str, str]]:
    """Its title and what it is, in all three languages: «Registrazione (日本語)»."""
    kinds = []
    for code in CODES:
        with override(code):
            kinds.append((f"{item.get_kind_display()} ({item.language_name})", code))
    return [*texts_of(item, "title"), *kinds]


def _event_of(part) -> QuerySet:
    return Event.objects.filter(webinar__in=[part.webinar_id]).values_list("pk", flat=True)


def register_kinds() -> None:
    register_further(
        Further(
            texts=texts_of_webinar,
            along=("webinar__segments", "webinar__speakers__person", "webinar__library"),
            parts=(
                (Webinar, lambda webinar: [webinar.event_id]),
                (WebinarSegment, _event_of),
                (Speaker, _event_of),
                (LibraryItem, _event_of),
            ),
            follows=((Person, lambda people: Event.objects.filter(webinar__speakers__person__in=people)),),
        )
    )
    register(
        Kind(
            name="visits",
            title=_("Study visits"),
            model=StudyVisit,
            source=lambda: StudyVisit.objects.select_related("host_city", "guest_city"),
            build=visit_doc,
            shown=lambda user: StudyVisit.objects.public().select_related("host_city", "guest_city"),
            template="programme/_visit_row.html",
            excerpt="public_summary",
        )
    )
    register(
        Kind(
            name="exchanges",
            title=_("Strands of the cooperation"),
            model=Exchange,
            source=lambda: Exchange.objects.prefetch_related(themes_in_use()),
            build=exchange_doc,
            shown=lambda user: Exchange.objects.public(),
            template="programme/_exchange_row.html",
            excerpt="story",
        )
    )
    register(
        Kind(
            name="clusters",
            title=_("Thematic clusters"),
            model=ThematicCluster,
            source=lambda: ThematicCluster.objects.prefetch_related("places__city", themes_in_use("concepts")),
            build=cluster_doc,
            shown=lambda user: ThematicCluster.objects.public().prefetch_related("places__city"),
            template="programme/_cluster_row.html",
            excerpt="summary",
            parts=((ClusterCity, lambda place: [place.cluster_id]),),
        )
    )
    register(
        Kind(
            name="history",
            title=_("What the two cities have done so far"),
            model=DatedEvent,
            source=lambda: DatedEvent.objects.all(),
            build=history_doc,
            shown=lambda user: DatedEvent.objects.all(),
            template="programme/_history_row.html",
            excerpt="description",
        )
    )
    register(
        Kind(
            name="news",
            title=_("News"),
            model=NewsItem,
            source=lambda: NewsItem.objects.all(),
            build=news_doc,
            shown=lambda user: NewsItem.objects.published(now=timezone.now()),
            template="programme/_news_row.html",
            excerpt="text",
        )
    )
