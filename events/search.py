"""Events as the search sees them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Place
from ecosystem.models.vocabulary import themes_in_use
from events.models import Event, EventLanguage, Track
from iurc_portal.clock import ZONES
from iurc_portal.search.registry import Doc, Kind, Texts, register, texts_of, titles_of


@dataclass(frozen=True)
class Further:
    """What an app above knows of an event, by which it is found too.

    ``texts`` gives them of an event read with the relations ``along``; ``parts`` and ``follows`` as in
    ``registry.Kind``.
    """

    texts: Callable[[Event], Texts]
    along: tuple[str, ...] = ()
    parts: tuple[tuple[type[Model], Callable[[Any], Iterable[int]]], ...] = ()
    follows: tuple[tuple[type[Model], Callable[[Sequence[int]], QuerySet]], ...] = ()


_further: list[Further] = []
_parts: list = [(EventLanguage, lambda language: [language.event_id])]
_follows: list = [
    (Track, lambda tracks: Event.objects.filter(track__in=tracks)),
    (Place, lambda places: Event.objects.filter(place__in=places)),
]


def register_further(further: Further) -> None:
    """Let events be found by more than ``events`` knows of them."""
    if further not in _further:
        _further.append(further)
        _parts.extend(further.parts)
        _follows.extend(further.follows)


def _source() -> QuerySet[Event]:
    along = [name for further in _further for name in further.along]
    return Event.objects.select_related("track", "place__city").prefetch_related(themes_in_use(), "languages", *along)


def event_doc(event: Event) -> Doc:
    themes = event.themes.all()
    return Doc(
        titles=titles_of(event, "name"),
        names=texts_of(event, "name"),
        texts=[*texts_of(event, "description"), *(text for further in _further for text in further.texts(event))],
        places=[*texts_of(event, "location"), *(texts_of(event.place, "name", "address") if event.place else [])],
        concepts=[theme.pk for theme in themes],
        city=event.place.city.slug if event.place else "",
        category=event.track.slug[:24],
        values={
            "theme": [theme.notation for theme in themes],
            "spoken": [language.language for language in event.languages.all()],
            "mode": [event.event_attendance_mode],
        },
        dated=event.dtstart.astimezone(ZONES["torino"]).date(),
        public=event.published_at is not None
        and event.status != Event.Status.TENTATIVE
        and event.access == Event.Access.PUBLIC,
    )


def register_kinds() -> None:
    register(
        Kind(
            name="events",
            title=_("Webinars & events"),
            model=Event,
            source=_source,
            build=event_doc,
            shown=lambda user: (
                Event.objects.listed()
                .with_places_taken(now=timezone.now())
                .select_related("track")
                .prefetch_related("languages")
            ),
            template="events/_search_row.html",
            excerpt="description",
            list_url_name="events:list",
            parts=_parts,
            follows=_follows,
        )
    )
