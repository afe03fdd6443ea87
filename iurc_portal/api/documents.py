"""The OpenAPI document as JSON, and the page that tells people the same."""

from collections.abc import Iterator

from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from rest_framework.response import Response

from iurc_portal.api.schema import ROOT, document
from iurc_portal.api.views import OpenData
from iurc_portal.search.models import Version
from iurc_portal.translation.languages import Language

EVERYWHERE = {"lang", "page", "page_size"}  # parameters that the page tells of once


def _today() -> dict:
    """The document of the day: values of filters go with what ends by itself."""
    versions = sorted(Version.objects.values_list("name", "number"))
    return document((timezone.localdate().isoformat(), *versions))


class Document(OpenData):
    """``/api/v1/schema/``"""

    def get(self, request):
        if self.is_held_already(request):
            return Response(status=304)
        return Response(_today())


@require_safe
def docs(request):
    """What the API answers, for people: in English, as the names of its fields are."""
    made = _today()
    context = {"root": ROOT, "about": made["info"]["description"], "resources": list(_resources(made))}
    with translation.override(Language.ENGLISH):
        response = render(request, "api/docs.html", context)
    response["Content-Language"] = "en"
    return response


def _resources(made: dict) -> Iterator[dict]:
    """Each list of the document with its filters, and the fields of its records."""
    schemas = made["components"]["schemas"]
    record_paths = {path.partition("{")[0]: path for path in made["paths"] if "{" in path}
    for path, record_path in record_paths.items():
        operation = made["paths"][path]["get"]
        answer = made["paths"][record_path]["get"]["responses"]["200"]
        record = answer["content"]["application/json"]["schema"]
        yield {
            "name": operation["tags"][0],
            "address": path,
            "record_address": record_path,
            "summary": operation["summary"],
            "description": _plain(operation["description"]),
            "filters": [
                {
                    "name": parameter["name"],
                    "meaning": _plain(parameter["description"]),
                    "values": _values(parameter["schema"]),
                }
                for parameter in operation["parameters"]
                if parameter["name"] not in EVERYWHERE
            ],
            "fields": [
                {"name": name, "meaning": _kind(field), "values": _values(field)}
                for name, field in schemas[_name_of(record)]["properties"].items()
            ],
        }


def _plain(text: str) -> str:
    """A description without the marks of Markdown, which tools of OpenAPI read."""
    return text.replace("`", "")


def _values(schema: dict) -> list[str]:
    """The values of an enumeration, or of the items of an array of one."""
    values = schema.get("enum") or schema.get("items", {}).get("enum") or []
    return [value for value in values if value is not None]


def _kind(schema: dict) -> str:
    """What a field is, in words: its description, else its type or the name of its component."""
    if "description" in schema:
        return _plain(schema["description"])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    for key in ("oneOf", "allOf"):
        if key in schema:
            return " or ".join(_kind(part) for part in schema[key])
    if "$ref" in schema:
        return _name_of(schema)
    kind = schema.get("format") or schema.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else kind


def _name_of(reference: dict) -> str:
    return reference["$ref"].rsplit("/", 1)[-1]
