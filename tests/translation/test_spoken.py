"""A page in Japanese of a portal written in Italian alone: every Italian word stands where its ``lang`` is it (E1)."""

from functools import reduce
from operator import or_

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.test import override_settings
from lxml import html
from modeltranslation.translator import translator

from iurc_portal.accounts.models import User
from tests.browser import pages

MARK = "Parola"  # begins every text of the database, each of them Italian
UNSPOKEN = {"script", "style", "title", "head"}


def only_italian():
    """Put every translated text of the database into Italian, and into no other language."""
    for model in translator.get_registered_models():
        for name in translator.get_options_for_model(model).fields:
            column = model._meta.get_field(f"{name}_it")
            filled = [NullIf(Cast(f"{name}_{code}", TextField()), Value("")) for code in ("it", "en", "ja")]
            text = Concat(Value(f"{MARK} "), Coalesce(*filled, output_field=TextField()), output_field=TextField())
            empty = {f"{name}_{code}": None if column.null else "" for code in ("en", "ja")}
            written = reduce(or_, (Q(**{f"{name}_{code}__gt": ""}) for code in ("it", "en", "ja")))
            QuerySet(model).filter(written).update(**{column.name: text}, **empty)


@pytest.fixture(scope="module")
def italian_portal(django_db_setup, django_db_blocker):
    """The whole content and demonstration, in Italian only; and the addresses of every kind of page."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEMO=True):
        call_command("load_content", settings.BASE_DIR / "content", verbosity=0)
        call_command("load_demo", verbosity=0)
        found = pages.table()
        only_italian()
        call_command("search_reindex", verbosity=0)
        yield found
        transaction.set_rollback(True)


def spoken_wrongly(content: bytes) -> list[str]:
    """Every Italian text of a page whose nearest ``lang`` is another, with the element it stands in."""
    wrong = []
    for element in html.document_fromstring(content).iter():
        if not isinstance(element.tag, str) or element.tag in UNSPOKEN:
            continue
        words = [(element, element.text)] + [(element, child.tail) for child in element]
        for parent, text in words:
            if text and MARK in text and not any(a.tag in UNSPOKEN for a in parent.iterancestors()):
                language = next((a.get("lang") for a in (parent, *parent.iterancestors()) if a.get("lang")), "")
                if language != "it":
                    wrong.append(f"<{parent.tag} class={parent.get('class')}> {text.strip()[:50]}")
    return wrong


@pytest.mark.django_db
def test_italian_words_on_japanese_pages_are_marked_as_italian(client, italian_portal):
    wrong = {}
    for name, path in italian_portal["public"].items():
        answer = client.get(f"/ja{path}")
        if "html" in answer["Content-Type"]:
            wrong[name] = spoken_wrongly(answer.content)

    assert {name: sorted(set(found)) for name, found in wrong.items() if found} == {}
    assert len(wrong) > 30


@pytest.mark.django_db
def test_so_are_those_on_the_pages_of_who_takes_part(client, italian_portal):
    own = italian_portal["own"]["ja"]
    client.force_login(User.objects.get(email="delegate@nagoya.example"))

    pages_read = {**own, **{name: f"/ja{path}" for name, path in italian_portal["member"].items()}}
    wrong = {name: spoken_wrongly(client.get(path).content) for name, path in pages_read.items()}

    assert {name: sorted(set(found)) for name, found in wrong.items() if found} == {}
