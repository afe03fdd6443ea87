"""A resource: a list under its filters and the single records, for anybody, read only.

A subclass says which rows, which serializers and which FilterSet; all the rest is the same for every resource.
"""

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from iurc_portal.api import errors
from iurc_portal.api.conditional import etag, is_held
from iurc_portal.api.paging import Pages
from iurc_portal.api.parameters import check_filters, check_language, language_of
from iurc_portal.api.schema import ResourceSchema
from iurc_portal.api.throttling import PerAddress

ANYBODY = AnonymousUser()  # whoever is signed in: one address has one answer, which caches may keep
FRESH_SECONDS = 60
METHODS = "GET, HEAD, OPTIONS"
CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Retry-After"}
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class PlainJSON(JSONRenderer):
    """One way to write an answer, whatever the Accept header says about indents."""

    def get_indent(self, accepted_media_type, renderer_context):
        return None


class OpenData(APIView):
    """What holds for every answer of the API: no session, open cross-origin, limited, marked, in one language."""

    http_method_names = ["get", "head", "options"]
    authentication_classes = []
    permission_classes = []
    parser_classes = []
    renderer_classes = [PlainJSON]
    throttle_classes = [PerAddress]
    schema = None

    def dispatch(self, request, *args, **kwargs):
        with translation.override(language_of(request.GET)):
            return super().dispatch(request, *args, **kwargs)

    def options(self, request, *args, **kwargs):
        return Response(status=204, headers=PREFLIGHT)

    def get_throttles(self):
        return [] if self.request.method == "OPTIONS" else super().get_throttles()

    def get_exception_handler(self):
        return errors.answer

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        check_language(request.query_params)

    def more_for_the_mark(self):
        """What answers tell that changes without a change of the index, such as seats; None if nothing does."""
        return

    def is_held_already(self, request) -> bool:
        """Whether the client has this answer. Reads the mark, before any record is read."""
        self.mark = etag(request.get_full_path(), now=timezone.now(), more=self.more_for_the_mark())
        return is_held(self.mark, request.headers.get("If-None-Match", ""))

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in CROSS_ORIGIN.items():
            response[name] = value
        response["Content-Language"] = translation.get_language()
        if response.status_code in {200, 304} and hasattr(self, "mark"):
            response["ETag"] = self.mark
            patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        elif response.status_code >= 400:
            response["Cache-Control"] = "no-store"
        return response


class Resource(ViewSetMixin, OpenData, GenericAPIView):
    """One kind of record. ``address`` is its place below ``/api/v1/``; title and docstring are for the documentation.

    ``rows`` gives what lists show, with all that ``serializer_class`` reads; ``record_rows`` what may be opened by its
    ``lookup_field``, with what ``record_serializer_class`` reads. Both as anybody sees them. Records are called by the
    field ``lookup_url_kwarg`` of theirs: ``slug``, or ``id`` where they have no name (``Numbered``).
    """

    schema = ResourceSchema()
    pagination_class = Pages
    address: str
    title: str
    lookup_field = "slug"
    lookup_url_kwarg = "slug"
    lookup_value = "slug"  # the converter of addresses
    filterset_class = None
    record_serializer_class = None
    more_parameters: list[OpenApiParameter] = []  # filters that show among the facets only where they are used

    def rows(self):
        raise NotImplementedError

    def record_rows(self):
        return self.rows()

    def list(self, request):
        if self.is_held_already(request):
            return Response(status=304)
        found = self.rows()
        if self.filterset_class is not None:
            filterset = self.filterset_class(request.GET, queryset=found)
            check_filters(filterset, request.query_params)
            found = filterset.results()
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request, **called):
        if self.is_held_already(request):
            return Response(status=304)
        record = get_object_or_404(self.record_rows(), **{self.lookup_field: called[self.lookup_url_kwarg]})
        return Response(self.get_serializer(record).data)

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "now": timezone.now()}

    def get_serializer_class(self):
        return self.record_serializer_class if self.action == "retrieve" else self.serializer_class


class Numbered(Resource):
    """A resource whose records have no name to be called by, only a number."""

    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value = "int"


class Nothing(OpenData):
    """Any other address below the API."""

    def get(self, request, *args, **kwargs):
        raise NotFound
