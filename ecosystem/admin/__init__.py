"""The staff's pages of the ecosystem: one module a family."""

from ecosystem.admin import (
    claims,
    imports,
    initiatives,
    listings,
    optouts,
    organisations,
    people,
    places,
    practices,
    revisions,
    testbeds,
    transfers,
    vocabulary,
)

__all__ = [
    "claims",
    "imports",
    "initiatives",
    "listings",
    "optouts",
    "organisations",
    "people",
    "places",
    "practices",
    "revisions",
    "testbeds",
    "transfers",
    "vocabulary",
]
