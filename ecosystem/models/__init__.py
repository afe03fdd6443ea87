"""Who and what: cities, vocabulary, organisations, the four initiatives, tests, good practices."""

from ecosystem.models.claims import Claim
from ecosystem.models.freshness import ConfirmationLink, ConfirmationRequest, Verification
from ecosystem.models.imports import ImportBatch, ImportRow
from ecosystem.models.initiatives import Initiative, InitiativeFigure, TakePart
from ecosystem.models.listings import Listing
from ecosystem.models.merges import OrganisationMerge
from ecosystem.models.mirrors import MirrorPair, MirrorStep
from ecosystem.models.optouts import ListingOptOut, OptOutFingerprint
from ecosystem.models.organisations import ContactPoint, Membership, Organisation, OrganisationInitiative
from ecosystem.models.people import Person, RankBand
from ecosystem.models.places import City, CityNumber, CityPeriod, Place, PlaceClosure, PlaceHours
from ecosystem.models.practices import GoodPractice
from ecosystem.models.revisions import ProfileRevision
from ecosystem.models.testbeds import Testbed, TestbedClosure
from ecosystem.models.tests import TestRun
from ecosystem.models.transfers import Transfer
from ecosystem.models.vocabulary import Concept, ConceptLabel

__all__ = [
    "City",
    "CityNumber",
    "CityPeriod",
    "Claim",
    "Concept",
    "ConceptLabel",
    "ConfirmationLink",
    "ConfirmationRequest",
    "ContactPoint",
    "GoodPractice",
    "ImportBatch",
    "ImportRow",
    "Initiative",
    "InitiativeFigure",
    "Listing",
    "ListingOptOut",
    "Membership",
    "MirrorPair",
    "MirrorStep",
    "OptOutFingerprint",
    "Organisation",
    "OrganisationInitiative",
    "OrganisationMerge",
    "Person",
    "Place",
    "PlaceClosure",
    "PlaceHours",
    "ProfileRevision",
    "RankBand",
    "TakePart",
    "TestRun",
    "Testbed",
    "TestbedClosure",
    "Transfer",
    "Verification",
]
