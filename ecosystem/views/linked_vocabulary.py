"""The vocabulary under names that stay: the whole of it, and one concept, as Turtle and JSON-LD."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from ecosystem import skos
from ecosystem.models import Concept
from iurc_portal.api.conditional import etag

PAGE = "text/html"


def _mark(request, **_parts) -> str:
    return etag(request.get_full_path(), now=timezone.now())


class SeeOther(HttpResponseRedirect):
    """The name of a thing leads to a document about it."""

    status_code = 303


@require_safe
@condition(etag_func=_mark)
@cache_control(public=True, max_age=60)
def vocabulary(request, extension):
    """Every approved concept of every scheme."""
    return _written(skos.statements(skos.whole_vocabulary()), extension, "vocabulary")


@require_safe
@condition(etag_func=_mark)
@cache_control(public=True, max_age=60)
def concept(request, scheme, notation, extension):
    """One concept, with the names of its neighbours."""
    everything = skos.whole_vocabulary()
    found = [each for each in everything if (each.scheme, each.notation) == (scheme, notation)]
    if not found:
        raise Http404
    return _written(skos.statements(everything, about=found), extension, notation)


@require_safe
def name(request, scheme, notation=""):
    """The name of a concept or of a scheme: browsers are led to a page, programs to the data they prefer."""
    wanted = {"scheme": scheme, **({"notation": notation} if notation else {})}
    if not Concept.objects.approved().filter(**wanted).exists():
        raise Http404
    types = {PAGE: "", **{content_type: extension for extension, (content_type, _write) in skos.FORMATS.items()}}
    extension = types[request.get_preferred_type(list(types)) or PAGE]
    response = SeeOther(_data_of(scheme, notation, extension) if extension else _page_of(scheme, notation))
    patch_vary_headers(response, ["Accept"])
    return response


def _page_of(scheme: str, notation: str) -> str:
    if scheme == Concept.Scheme.GLOSSARY:
        return reverse("ecosystem:concept", args=[notation]) if notation else reverse("ecosystem:glossary")
    if scheme == Concept.Scheme.THEME:
        return reverse("ecosystem:directory") + (f"?theme={notation}" if notation else "")
    return _data_of(scheme, notation, "ttl")  # no page tells of kinds of cooperation


def _data_of(scheme: str, notation: str, extension: str) -> str:
    return f"/vocabulary/{scheme}/{notation}.{extension}" if notation else f"/vocabulary.{extension}"


def _written(said, extension: str, file_name: str) -> HttpResponse:
    content_type, write = skos.FORMATS[extension]
    return HttpResponse(
        write(said),
        content_type=f"{content_type}; charset=utf-8" if extension == "ttl" else content_type,
        headers={"Content-Disposition": f'inline; filename="{file_name}.{extension}"'},
    )
