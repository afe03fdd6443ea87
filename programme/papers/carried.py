"""Which papers stand on a delegate's page: of each the latest that is still true, in the reader's language."""

from datetime import datetime

from iurc_portal.translation.languages import order_for
from programme.models import Document, StudyVisit
from programme.papers.kinds import KINDS


def carried(visit: StudyVisit, user, *, released_at: datetime | None) -> list[Document]:
    """The papers of ``visit`` that ``user`` may open, in the order of the kinds, each once. One query.

    A paper with the agenda that was made before the last release (``released_at``, aware) is out of date: it is left
    out until staff make the next. Where the reader's language has none, the next best language stands in (E1).
    """
    seen = (
        Document.objects.visible_to(user).ready().filter(visit=visit).select_related("visit", "person", "item__event")
    )
    latest: dict[tuple[str, str, str], Document] = {}
    for document in seen.order_by("number", "pk"):
        if is_true(document, released_at=released_at):
            latest[document.kind, document.about, document.language] = document
    order = order_for()
    best: dict[tuple[str, str], Document] = {}
    for (kind, about, language), document in latest.items():
        other = best.get((kind, about))
        if other is None or order.index(language) < order.index(other.language):
            best[kind, about] = document
    kinds = list(KINDS)
    return sorted(best.values(), key=lambda document: (kinds.index(document.kind), document.about))


def is_true(document: Document, *, released_at: datetime | None) -> bool:
    """Whether what ``document`` says of the agenda is what was released last."""
    if not KINDS[document.kind].agenda:
        return True
    return released_at is not None and document.created_at >= released_at
