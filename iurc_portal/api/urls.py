"""Addresses below ``/api/v1``: a list and a record for each resource, the document, its page for people.

A URLconf of its own: ``entrance`` resolves what stands after ``/api/v1`` by it.
"""

from django.urls import include, path, re_path

from iurc_portal.api import registry, views
from iurc_portal.api.documents import Document, docs

GET_LIST, GET_RECORD = {"get": "list"}, {"get": "retrieve"}


def of_resources() -> list:
    found = []
    for resource in registry.resources():
        name = resource.address
        found += [
            path(f"{name}/", resource.as_view(GET_LIST)),
            path(f"{name}/<{resource.lookup_value}:{resource.lookup_url_kwarg}>/", resource.as_view(GET_RECORD)),
        ]
    return found


def at_root(root: str) -> list:
    """The resources as the generator of the document wants them: with the address before their own."""
    return [path(root.removeprefix("/"), include(of_resources()))]


urlpatterns = [
    path("", docs),
    path("docs/", docs),
    path("schema/", Document.as_view()),
    *of_resources(),
    re_path(r"^.*/$", views.Nothing.as_view()),
]
