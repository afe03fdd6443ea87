"""Pages of fifty with the way to the next, and around them what a list tells: licence, date, query, facets."""

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.utils import timezone
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from iurc_portal.api.errors import NoSuchPage
from iurc_portal.api.parameters import whole_number
from iurc_portal.api.registry import LICENCE

PAGE_SIZE = 50
MOST_ON_A_PAGE = 200
MOST_PAGES = 1_000_000


class Pages(BasePagination):
    """Numbered pages of anything a Django paginator takes; ``filterset`` is what found it, or None."""

    def paginate_queryset(self, queryset, request, view=None):
        number = whole_number(request.query_params, "page", default=1, highest=MOST_PAGES)
        size = whole_number(request.query_params, "page_size", default=PAGE_SIZE, highest=MOST_ON_A_PAGE)
        self.request, self.filterset = request, getattr(queryset, "filterset", None)
        try:
            self.page = Paginator(queryset, size).page(number)
        except EmptyPage as error:
            raise NoSuchPage from error
        return list(self.page.object_list)

    def get_paginated_response(self, data):
        page = self.page
        return Response(
            {
                "licence": LICENCE,
                "date": timezone.now().date().isoformat(),
                "query": self.request.query_params.urlencode(),
                "total": page.paginator.count,
                "page": page.number,
                "pages": page.paginator.num_pages,
                "next": self._address(page.number + 1) if page.has_next() else None,
                "previous": self._address(page.number - 1) if page.has_previous() else None,
                "search": _search(self.filterset),
                "facets": _facets(self.filterset),
                "results": data,
            }
        )

    def _address(self, number: int) -> str:
        query = self.request.query_params.copy()
        query["page"] = str(number)
        return f"{settings.SITE_URL}{self.request.path}?{query.urlencode()}"

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {
            "licence": {"const": LICENCE},
            "date": {"type": "string", "format": "date", "description": "The day of the answer (UTC)."},
            "query": {"type": "string", "description": "The query that was answered."},
            "total": {"type": "integer", "minimum": 0, "description": "Records on all pages together."},
            "page": {"type": "integer", "minimum": 1},
            "pages": {"type": "integer", "minimum": 1},
            "next": link,
            "previous": link,
            "search": {"$ref": "#/components/schemas/Search"},
            "facets": {"type": "array", "items": {"$ref": "#/components/schemas/Facet"}},
            "results": schema,
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


def _search(filterset) -> dict | None:
    """How the words were read; None where none were asked for."""
    if filterset is None or not filterset.query:
        return None
    search = filterset.search
    return {
        "words": filterset.query,
        "was_cut": filterset.query_was_cut,
        "corrections": [{"typed": slip.typed, "used": slip.used} for slip in search.corrections],
        "is_widened": search.is_widened,
        "is_partial": search.is_partial,
    }


def _facets(filterset) -> list[dict]:
    """The facets of the page with the same counts, in the same order."""
    return [
        {
            "name": facet.name,
            "title": str(facet.title),
            "values": [
                {"value": value.key, "label": str(value.label), "count": value.count, "selected": value.selected}
                for value in values
            ],
        }
        for facet, values in (filterset.counted() if filterset is not None else [])
    ]


SEARCH = {
    "type": ["object", "null"],
    "description": "How the words of `q` were read; null without `q`.",
    "properties": {
        "words": {"type": "string"},
        "was_cut": {"type": "boolean", "description": "Whether only the first 200 letters were read."},
        "corrections": {
            "type": "array",
            "description": "Words that nothing has, and the ones that were sought instead; `literal=1` prevents it.",
            "items": {
                "type": "object",
                "properties": {"typed": {"type": "string"}, "used": {"type": "string"}},
                "required": ["typed", "used"],
            },
        },
        "is_widened": {"type": "boolean", "description": "Whether the words' themes were sought in their place."},
        "is_partial": {"type": "boolean", "description": "Whether half of the words were enough."},
    },
    "required": ["words", "was_cut", "corrections", "is_widened", "is_partial"],
    "additionalProperties": False,
}
FACET = {
    "type": "object",
    "description": "A parameter with its values. Each count leaves out the selection of its own facet, so that it is "
    "what choosing the value yields.",
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string"},
        "values": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "value": {"type": "string"},
                    "label": {"type": "string"},
                    "count": {"type": "integer", "minimum": 0},
                    "selected": {"type": "boolean"},
                },
                "required": ["value", "label", "count", "selected"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["name", "title", "values"],
    "additionalProperties": False,
}
COMPONENTS = {"Search": SEARCH, "Facet": FACET}
