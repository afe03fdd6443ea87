"""News: the list, one note, and the feed of each language."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from iurc_portal.kept import kept_for_visitors
from iurc_portal.kept_files import not_modified, whole
from iurc_portal.translation.languages import Language, written
from programme import feeds_news
from programme.linked_data import news_json_ld
from programme.models import NewsItem
from programme.models.news import ALONG

PER_PAGE = 20
HEADERS = {
    "Content-Type": feeds_news.CONTENT_TYPE,
    "Cache-Control": "public, no-cache",
}


@require_safe
@kept_for_visitors(seconds=60)
def news(request):
    """What readers find, the newest first."""
    page = Paginator(NewsItem.objects.published(now=timezone.now()), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/news.html", {"page": page})


@require_safe
@kept_for_visitors(seconds=60)
def news_item(request, slug):
    """One note, with what it is about. Staff see it before it is published and after it is withdrawn."""
    now = timezone.now()
    found = get_object_or_404(NewsItem.objects.visible_to(request.user, now=now).select_related(*ALONG), slug=slug)
    context = {
        "item": found,
        "is_public": found.is_public(now=now),
        "is_waiting": found.is_waiting(now=now),
        "json_ld": news_json_ld(found),
        **written(found, "text", "title"),
    }
    return render(request, "programme/news_item.html", context)


@require_safe
def feed(request, language):
    """The latest news for readers of ``language``. Who has it gets 304 after one look into the cache."""
    if language not in Language.values:
        raise Http404("no such language")
    now, shelf = timezone.now(), feeds_news.SHELF
    version, head = shelf.look_up(language, now=now)
    if head is not None:
        if head.is_known_to(request):
            return not_modified(request, head, HEADERS)
        if (packed := shelf.body(language, head)) is not None:
            return whole(request, head, packed, HEADERS)
    octets, newest = feeds_news.render(language, now=now)
    head, packed = shelf.keep(language, octets, version=version, now=now, newest=newest)
    if head.is_known_to(request):
        return not_modified(request, head, HEADERS)
    return whole(request, head, packed, HEADERS)
