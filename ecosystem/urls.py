from django.urls import path, re_path

from ecosystem.views import (
    directory,
    documents,
    embed,
    initiatives,
    listings,
    members,
    organisations,
    practices,
    testbeds,
    tests,
    vocabulary,
)

app_name = "ecosystem"
urlpatterns = [
    path("", directory.directory, name="directory"),
    re_path(r"^export\.(?P<extension>csv|xlsx|json|geojson)$", directory.export, name="export"),
    path("embed/", embed.embed, name="embed"),
    path("open-data/", embed.open_data, name="open_data"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("organisations/<slug:slug>.json", organisations.organisation_json, name="organisation_json"),
    path("organisations/<slug:slug>/claim/", members.claim, name="organisation_claim"),
    path("organisations/<slug:slug>/edit/", members.edit, name="organisation_edit"),
    path("organisations/<slug:slug>/confirm/", members.confirm, name="organisation_confirm"),
    path("organisations/<slug:slug>/one-page.pdf", documents.one_page, name="one_page"),
    path("offers/", listings.offers, name="offers"),
    path("offers/<int:pk>/", listings.offer, name="offer"),
    path("needs/", listings.needs, name="needs"),
    path("needs/<int:pk>/", listings.need, name="need"),
    path("initiatives/", initiatives.initiatives, name="initiatives"),
    path("initiatives/<slug:slug>/", initiatives.initiative, name="initiative"),
    path("testbeds/", testbeds.testbeds, name="testbeds"),
    path("testbeds/<slug:slug>/", testbeds.testbed, name="testbed"),
    path("mirrors/<int:pk>/", testbeds.mirror, name="mirror"),
    path("tests/", tests.tests, name="tests"),
    path("tests/<slug:slug>/", tests.test, name="test"),
    path("practices/", practices.practices, name="practices"),
    path("practices/<slug:slug>/", practices.practice, name="practice"),
    path("glossary/", vocabulary.glossary, name="glossary"),
    path("glossary/<slug:notation>/", vocabulary.concept, name="concept"),
]
