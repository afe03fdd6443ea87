"""Lists of ours in frames of other sites: the line that people copy."""

from django.conf import settings
from django.utils.html import format_html


def frame(path: str, query: str, *, title: str) -> str:
    """The HTML that shows our page at ``path`` under ``query`` (without its mark) in a frame."""
    address = f"{settings.SITE_URL}{path}" + (f"?{query}" if query else "")
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="700" loading="lazy"></iframe>', address, title
    )


def query_without(request, *names: str) -> str:
    """The query string without some of its parameters."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
