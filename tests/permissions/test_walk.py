"""Every role walks to every address, and finds what the table says; what is not listed there does not exist."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.template.response import TemplateResponse
from django.test import Client

from tests.permissions.addresses import every_address
from tests.permissions.people import ROLES
from tests.permissions.table import NOTED_BY_READING, RULES, rule_for
from tests.permissions.world import World

SIGN_IN, STAFF_DOOR = "/it/account/login/", "/admin/login/"


def test_every_address_is_in_the_table():
    unlisted = [address.name for address in every_address() if rule_for(address.name) is None]

    assert unlisted == []


def test_every_line_of_the_table_is_about_an_address():
    used = {rule_for(address.name) for address in every_address()}

    assert [(rule.what, name) for rule in RULES for name in rule.patterns() if (rule, name) not in used] == []


def test_the_table_answers_every_role():
    assert {rule.what for rule in RULES if len(rule.answers.split()) != len(ROLES)} == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_finds_what_the_table_says_and_reading_writes_nothing(role, db, whole_world, pages_unwritten):
    world, places = whole_world
    expected, found, noted = {}, {}, {}
    client = browser_of(world.people.get(role))
    for name, place in places[role].items():
        with what_is_written() as tables:
            found[name] = answer_at(client, place)
        if tables:
            noted[name, role] = tables
        expected[name] = rule_for(name)[0].answer_to(role)

    assert found == expected
    assert noted == {key: tables for key, tables in NOTED_BY_READING.items() if key[1] == role}


@pytest.fixture(scope="module")
def whole_world(django_db_setup, django_db_blocker):
    """The world with something behind every address, made once, and where each role goes: as if for it alone."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        yield (
            world,
            {role: {address.name: world.address(address, role) for address in every_address()} for role in ROLES},
        )
        transaction.set_rollback(True)


@pytest.fixture
def pages_unwritten(monkeypatch):
    """Who may come in is decided before a page is written: the staff's are not, which saves most of the time."""
    monkeypatch.setattr(TemplateResponse, "render", lambda response: response)
    monkeypatch.setattr(TemplateResponse, "content", b"")


def browser_of(user) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def answer_at(client: Client, place: str) -> str:
    """In the words of the table what GET answers at ``place``."""
    response = client.get(place)
    if response.get("Location", "").startswith(STAFF_DOOR):
        response = client.get(response["Location"])
    onward = response.get("Location", "")
    if onward.startswith(SIGN_IN):
        return "sign-in"
    if onward:
        return "again" if "/reauthenticate/" in onward else "onward"
    return "open" if response.status_code == 200 else str(response.status_code)


@contextmanager
def what_is_written():
    """The tables that were written to, sessions aside; all of it is taken back."""
    tables: set[str] = set()

    def watch(execute, sql, params, many, context):
        verb, *_words = sql.split(" ", 1)
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            tables.add(sql.split('"')[1])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            yield tables
        transaction.set_rollback(True)
    tables.discard("django_session")
