"""Visits, strands of the cooperation and the documented history as the search sees them."""

from django.utils.translation import gettext_lazy as _

from ecosystem.models.vocabulary import themes_in_use
from iurc_portal.search.registry import Doc, Kind, register, texts_of, titles_of
from programme.models import DatedEvent, Exchange, StudyVisit


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
        public=exchange.state != Exchange.State.CANCELLED,
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


def register_kinds() -> None:
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
