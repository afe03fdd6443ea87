"""The OpenAPI 3.1 document: made of the resources themselves, with the values that filters have today.

Descriptions are English, as are names of fields; texts of records are in the language asked for.
"""

from functools import lru_cache

from django.conf import settings
from django.http import QueryDict
from django.utils import translation
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from iurc_portal.api import fields, paging
from iurc_portal.api.paging import MOST_ON_A_PAGE, MOST_PAGES, PAGE_SIZE
from iurc_portal.api.parameters import DEFAULT_LANGUAGE, SWITCH_VALUES
from iurc_portal.search.facets import RELEVANCE
from iurc_portal.translation.languages import Language

SLUG = "^[-a-zA-Z0-9_]{1,120}$"
CALLED = {"slug": {"type": "string", "pattern": SLUG}, "int": {"type": "integer", "minimum": 1}}  # by ``lookup_value``
ROOT = "/api/v1/"
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "What is wrong, for programs: it stays the same in every language."},
        "field": {"type": ["string", "null"], "description": "The parameter that is wrong."},
        "message": {"type": "string", "description": "What is wrong and what to do, for people."},
    },
    "required": ["code", "field", "message"],
    "additionalProperties": False,
}
CACHING = {
    "ETag": {"schema": {"type": "string"}, "description": "Send it back as If-None-Match to be told “unchanged”."},
    "Cache-Control": {"schema": {"type": "string"}},
}


def refusal(description: str, headers: dict | None = None) -> dict:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": description, "content": content, **({"headers": headers} if headers else {})}


REFUSALS = {
    "304": {"description": "Unchanged since the answer whose ETag was sent.", "headers": CACHING},
    "400": refusal("A parameter has no meaning: an unknown value, not a number, given twice."),
    "404": refusal("There is no such record or page."),
    "405": refusal("The API is read only.", {"Allow": {"schema": {"type": "string"}}}),
    "406": refusal("Only JSON is answered."),
    "429": refusal(
        "More than 60 requests in a minute from one address.",
        {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}},
    ),
}
LANG = OpenApiParameter(
    "lang",
    {"type": "string", "enum": Language.values, "default": str(DEFAULT_LANGUAGE)},
    description="The language of texts. Where a text is missing in it, the best other one stands in and says so.",
)
PAGING = [
    OpenApiParameter(
        "page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1}, description="Which page."
    ),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": MOST_ON_A_PAGE, "default": PAGE_SIZE},
        description="Records on a page.",
    ),
]
WORDS = [
    OpenApiParameter(
        "q",
        {"type": "string"},
        description="Words in any of the three languages, as in the search box: no operators, 200 letters are read.",
    ),
    OpenApiParameter(
        "exact",
        {"type": "string", "enum": SWITCH_VALUES},
        description="`1`: neither other languages' words for the same thing nor corrections.",
    ),
    OpenApiParameter("literal", {"type": "string", "enum": SWITCH_VALUES}, description="`1`: no corrections."),
]


def filters_of(view) -> list[OpenApiParameter]:
    """The parameters of a resource's FilterSet, with the values they have today."""
    if view.filterset_class is None:
        return []
    filterset = view.filterset_class(QueryDict(), queryset=view.rows())
    parameters = [*WORDS]
    if filterset.SORTS:
        names = {"type": "string", "enum": [*filterset.SORTS, RELEVANCE]}
        how = "The order; with words `relevance` is the default, without them the first."
        parameters.append(OpenApiParameter("sort", names, description=how))
    for facet in filterset.facets:
        keys = [key for key, _label in facet.choices]
        if keys:
            values = {"type": "array", "items": {"type": "string", "enum": keys}}
            how = f"{facet.title}; several by repeating it: any of them."
            parameters.append(OpenApiParameter(facet.name, values, description=how, style="form", explode=True))
    return [*parameters, *view.more_parameters]


class ResourceSchema(AutoSchema):
    """How the list and the records of a ``views.Resource`` are described."""

    def get_override_parameters(self):
        if self.view.action == "list":
            return [*filters_of(self.view), LANG, *PAGING]
        called = CALLED[self.view.lookup_value]
        name = OpenApiParameter(self.view.lookup_url_kwarg, called, OpenApiParameter.PATH, required=True)
        return [name, LANG]

    def get_tags(self):
        return [self.view.address]

    def get_summary(self):
        return self.view.title if self.view.action == "list" else f"{self.view.title}: one record"

    def get_description(self):
        return " ".join((type(self.view).__doc__ or "").split())

    def get_auth(self):
        return []

    def get_paginated_name(self, serializer_name):
        return f"{serializer_name}List"

    def get_operation(self, *args, **kwargs):
        operation = super().get_operation(*args, **kwargs)
        operation["responses"]["200"] |= {"description": "What was asked for.", "headers": CACHING}
        operation["responses"] |= {code: {"$ref": f"#/components/responses/{code}"} for code in REFUSALS}
        return operation


def document(version: tuple) -> dict:
    """The whole document. ``version`` stands for the records of a day, so that it is made once for each."""
    return _made(settings.DATABASES["default"]["NAME"], version)


@lru_cache(maxsize=2)
def _made(_database: str, _version: tuple) -> dict:
    from drf_spectacular.generators import SchemaGenerator

    from iurc_portal.api.urls import at_root

    with translation.override(Language.ENGLISH):
        made = SchemaGenerator(patterns=at_root(ROOT)).get_schema(request=None, public=True)
    made["components"]["schemas"] |= {"Error": ERROR} | fields.COMPONENTS | paging.COMPONENTS
    made["components"]["responses"] = REFUSALS
    return made
