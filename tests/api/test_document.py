"""The OpenAPI document and the API agree, whatever is asked: schemathesis tries what the document allows and more."""

import logging
import re

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from iurc_portal.api.schema import SLUG
from iurc_portal.wsgi import application
from tests.api.world import make_world

EXAMPLES = 5


@pytest.fixture
def open_data(db, settings, request):
    request.node._nodeid = request.node.nodeid  # schemathesis 4.32 reads it, pytest 9.2 no longer has it
    settings.RATE_LIMITS = False  # the limit has a test of its own
    make_world()
    logging.disable(logging.CRITICAL)
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does: the connection holds the test's transaction
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    for signal in signals:
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


schema = schemathesis.pytest.from_fixture("open_data")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case):
    know_the_organisations(case.query)
    case.call_and_validate(headers={"Accept-Encoding": "identity"})  # its client does not unzip


def know_the_organisations(query):
    """The document cannot name ten thousand organisations: slugs that are well-formed become one that is there."""
    given = query.get("organisation")
    if isinstance(given, list) and all(isinstance(slug, str) and re.fullmatch(SLUG, slug) for slug in given):
        query["organisation"] = ["robots-0"] * len(given)
