"""Addresses without a language: links of mail, and names of the vocabulary, which mean the same in all three."""

from django.urls import path, re_path

from ecosystem.views import linked_vocabulary, members

urlpatterns = [
    path("o/<str:token>/", members.by_link, name="by_link"),
    re_path(r"^vocabulary\.(?P<extension>ttl|jsonld)$", linked_vocabulary.vocabulary, name="vocabulary"),
    path("vocabulary/<slug:scheme>", linked_vocabulary.name),
    path("vocabulary/<slug:scheme>/<slug:notation>", linked_vocabulary.name, name="concept_name"),
    re_path(
        r"^vocabulary/(?P<scheme>[-\w]+)/(?P<notation>[-\w]+)\.(?P<extension>ttl|jsonld)$",
        linked_vocabulary.concept,
        name="concept_data",
    ),
]
