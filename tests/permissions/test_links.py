"""A link opens exactly one thing: its own page, for whoever holds it, and no other page that links open."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.permissions.world import NOBODYS


@pytest.fixture
def links(world):
    """By the name of its page, the arguments of a link that works."""
    return world.tokens()


def answer(name, arguments, client=None):
    return (client or Client()).get(reverse(name, kwargs=arguments), follow=True).status_code


def test_its_own_page_opens_whoever_comes_with_it(world, links):
    people = {"anonymous": Client(), **{role: Client() for role in world.people}}
    for role, client in people.items():
        if role in world.people:
            client.force_login(world.people[role])

    found = {(name, role): answer(name, links[name], client) for name in links for role, client in people.items()}

    assert found == dict.fromkeys(found, 200)


def test_at_no_other_page_does_it_open_anything(links):
    """A host's link is no delegate's link, and neither shows a registration or what is held of a person."""
    secrets = {name: next(iter(arguments.values())) for name, arguments in links.items()}
    tries = [
        (name, other)
        for name, arguments in links.items()
        for other, secret in secrets.items()
        if secret != secrets[name]
    ]

    opened = [(name, other) for name, other in tries if answer(name, {next(iter(links[name])): secrets[other]}) != 404]

    assert opened == []


def test_an_invented_one_opens_nothing(links):
    found = {name: answer(name, dict.fromkeys(arguments, NOBODYS)) for name, arguments in links.items()}

    assert found == dict.fromkeys(links, 404)
