"""News: given to readers, taken back, and brought out when their time has come."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from iurc_portal import kept
from iurc_portal.audit.services import record_transition
from iurc_portal.database import after_commit
from iurc_portal.search.index import reindex_many
from iurc_portal.search.models import Document
from programme.models import NewsItem

SEARCH_KIND = "news"


@transaction.atomic
def publish_news(*, item: NewsItem, by, now: datetime) -> NewsItem:
    """Give it to readers from its time on, or from ``now`` where it has none; what was withdrawn comes back.

    Raises ``ValidationError``: ``whole`` where no language has both title and text, ``transition``.
    """
    item = _locked(item)
    if not item.whole_languages:
        words = _("Write title and text in the same language, in one of the three at least, before you publish it.")
        raise ValidationError(words, code="whole")
    item.published_at = item.published_at or now
    return _move(item, NewsItem.State.PUBLISHED, by=by, now=now)


@transaction.atomic
def withdraw_news(*, item: NewsItem, by, now: datetime) -> NewsItem:
    """Readers do not find it any more. Raises ``ValidationError`` (``transition``)."""
    return _move(_locked(item), NewsItem.State.WITHDRAWN, by=by, now=now)


def _locked(item: NewsItem) -> NewsItem:
    return NewsItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)


def _move(item: NewsItem, state: str, *, by, now: datetime) -> NewsItem:
    former = item.move_to(state)
    item.save()
    record_transition(item, from_state=former, to_state=state, now=now, actor=by)
    return item


@transaction.atomic
def bring_out(*, now: datetime) -> int:
    """What was dated ahead and is due at ``now`` is found by the search, and pages and feeds are made anew.

    Lists look at the clock themselves. Returns how many came out; asking twice brings nothing out twice.
    """
    from programme.feeds_news import SHELF

    unseen = Document.objects.filter(kind=SEARCH_KIND, public=False).values("object_id")
    due = list(NewsItem.objects.published(now=now).filter(pk__in=unseen).values_list("pk", flat=True))
    if due:
        reindex_many(SEARCH_KIND, due)
        kept.changed()
        after_commit(SHELF.raise_version)
    return len(due)
