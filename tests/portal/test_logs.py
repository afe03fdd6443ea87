"""The log holds no token, no address and no name (events spec 13.7, 16.2)."""

import logging
import re

import pytest
from django.urls import URLPattern, get_resolver

from iurc_portal.logs import MaskTokens
from iurc_portal.tokens import new_token

SECRETS = {"token", "clear", "key", "code"}  # parameters of addresses whose value opens something
OTHERS = {
    "uidb36": "3x",
    "event": "6f1c0c0e-7b0e-4a70-9d5e-000000000001",
    "language": "it",
    "slug": "events",
    "path": "x",
    "pk": "7",
    "item": "6f1c0c0e-7b0e-4a70-9d5e-000000000002",
}


def addresses(patterns, before=""):
    """Every address of the portal that has a parameter, as (its parameters, the address with a value for each)."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern.url_patterns, route)
            continue
        parameters = PARAMETER.findall(route)
        filled = PARAMETER.sub(lambda found: OTHERS.get(found[1] or found[2], CLEAR), route)
        if parameters:
            yield (
                {one or other for one, other in parameters},
                filled.replace("^", "").replace("$", "").replace("\\", ""),
            )


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
CLEAR, _digest = new_token()
SECRET_ADDRESSES = sorted({address for names, address in addresses(get_resolver().url_patterns) if names & SECRETS})


def masked(message: str) -> str:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, None, None)
    assert MaskTokens().filter(record)
    return record.getMessage()


def test_the_addresses_with_secrets_are_found():
    beginnings = {f"/{address.partition(CLEAR)[0]}" for address in SECRET_ADDRESSES}

    assert {"/r/", "/i/", "/j/", "/s/", "/o/", "/p/", "/feeds/me/"} <= beginnings
    assert all(address.count(CLEAR) == 1 for address in SECRET_ADDRESSES)


@pytest.mark.parametrize("address", SECRET_ADDRESSES, ids=lambda address: address.replace(CLEAR, "SECRET"))
def test_no_secret_of_an_address_gets_into_the_log(address):
    logged = masked(f'"GET /{address}?x=1 HTTP/1.1" 200')

    assert CLEAR not in logged
    assert "…" in logged


def test_no_address_of_a_person_gets_into_the_log():
    told = masked("550 taro.kuronuma+x@example.co.jp refused; /admin/?q=anna%40example.org")

    assert told == "550 …@… refused; /admin/?q=…@…"


def test_what_opens_nothing_stays_readable():
    line = '"GET /ja/events/urban-regeneration-webinar/ HTTP/1.1" 200'

    assert masked(line) == line
