"""Events as the search sees them."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models.vocabulary import themes_in_use
from events.models import Event, EventLanguage
from iurc_portal.clock import ZONES
from iurc_portal.search.registry import Doc, Kind, register, texts_of, titles_of


def event_doc(event: Event) -> Doc:
    themes = event.themes.all()
    return Doc(
        titles=titles_of(event, "name"),
        names=texts_of(event, "name"),
        texts=texts_of(event, "description"),
        places=[*texts_of(event, "location"), *(texts_of(event.place, "name", "address") if event.place else [])],
        concepts=[theme.pk for theme in themes],
        category=event.track.slug[:24],
        values={
            "theme": [theme.notation for theme in themes],
            "spoken": [language.language for language in event.languages.all()],
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
            source=lambda: Event.objects.select_related("track", "place").prefetch_related(
                themes_in_use(), "languages"
            ),
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
            follows=((EventLanguage, lambda language: Event.objects.filter(pk=language.event_id)),),
        )
    )
