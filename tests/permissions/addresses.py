"""Every address of the portal by name, collected from the root URLconf and from the API behind its door."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from programme.admin.workplaces import WORKPLACES

GROUP = re.compile(r"\(\?P<(\w+)>.*\)\$")  # what a route without a name leaves open, in a regular expression
KINDS = {model._meta.label_lower for model in admin.site._registry}


@dataclass(frozen=True)
class Address:
    """``name`` with its namespaces; where an address has no name, its route. ``route`` is its whole path."""

    name: str
    route: str
    converters: dict
    model: str = ""  # of a staff page: the kind of record, as «programme.studyvisit»

    def __hash__(self):
        return hash(self.name)


def every_address() -> list[Address]:
    """Each workplace of a visit is an address of its own: «workplace:costs»."""
    found = [*_within(get_resolver()), *_within(get_resolver("iurc_portal.api.urls"), route="api/v1/")]
    pages = next(address for address in found if address.name == "admin:programme_studyvisit_workplace")
    found.remove(pages)
    return [*found, *(Address(f"workplace:{name}", pages.route, pages.converters, pages.model) for name in WORKPLACES)]


def _within(resolver, namespace: str = "", route: str = "", converters=None, model: str = "") -> Iterator[Address]:
    for one in resolver.url_patterns:
        path = route + str(one.pattern).removeprefix("^")
        found = {**(converters or {}), **one.pattern.converters}
        if isinstance(one, URLResolver):
            inside = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _within(one, inside, path, found, model or _model_in(path))
        elif isinstance(one, URLPattern):
            name = namespace + one.name if one.name else GROUP.sub(r"<\1>", path).replace(".*/$", "<anything>")
            yield Address(name, path, found, model or _model_in(path))


def _model_in(path: str) -> str:
    """Of ``admin/programme/studyvisit/…`` the kind of record."""
    entrance, *parts = path.split("/")
    is_kind = entrance == "admin" and len(parts) > 1 and ".".join(parts[:2]) in KINDS
    return ".".join(parts[:2]) if is_kind else ""
