"""The pages behind ``/h/<token>/`` and ``/d/<token>/``, and who is who."""

import io
import zipfile
from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from programme.host_facts import facts_of
from programme.models import Delegate, DelegateSensitive, HostConfirmation, Material
from programme.services import hosts, links
from programme.services.agenda import reschedule_agenda_item
from programme.services.delegates import invite_delegate
from tests.factories import make_person, make_user
from tests.programme.hosting import FIRST, LAST, NOW, link_of, make_planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned():
    return make_planned()


def page(host):
    return reverse("host", args=[link_of(host)])


def answer(client, address, host, **fields):
    data = {"part": "answer", "read_in": "it", "read": facts_of(host.item).signed(), **fields}
    return client.post(address, data)


def pdf(name="slides.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7\n...\n%%EOF")


def test_the_page_opens_in_the_language_of_the_letter_keeps_its_address_secret_and_changes_nothing(client, planned):
    visit, item, host = planned
    visit.questions.create(text_it="Chi decide?", order=1, item=item)
    visit.questions.create(text_it="Per un altro", order=2, item=item, host=make_person())
    visit.delegates.create(person=make_person(family_name="Neri"), rank=2, title_it="Dirigente")
    visit.delegates.create(person=make_person(family_name="Gallo"), rank=1, title_it="Assessora")
    visit.delegates.create(person=make_person(family_name="Assente"), rank=3, reply="declined")
    before = HostConfirmation.objects.values().get()

    found = client.get(page(host))
    text = found.content.decode()

    assert (found.status_code, found["Content-Language"], found["Referrer-Policy"]) == (200, "it", "no-referrer")
    assert (found["Cache-Control"], found["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "Capire come si prova." in text
    assert "Chi decide?" in text
    assert "Per un altro" not in text
    assert text.index("Gallo") < text.index("Neri")
    assert "Assente" not in text
    assert HostConfirmation.objects.values().get() == before


def test_the_other_languages_are_one_click_away(client, planned):
    found = client.get(page(planned[2]) + "?lang=ja")
    assert (found["Content-Language"], "代表団の受け入れをお願いできますか" in found.content.decode()) == ("ja", True)


def test_a_proposal_that_ends_early_is_refused_in_words_of_this_page(client, planned):
    _visit, _item, host = planned
    typed = {"date": FIRST.isoformat(), "starts": "15:00", "ends": "14:00", "needs": "Una sala"}

    form = answer(client, page(host), host, answer="proposed", **typed).context["form"]

    assert form.errors == {
        "ends": ["Finisce alle 14:00, prima o nello stesso momento dell'inizio (15:00). Cambiare uno dei due."]
    }
    assert form["needs"].value() == "Una sala"


def test_a_host_accepts_and_says_what_they_need(client, planned):
    _visit, _item, host = planned
    found = answer(client, page(host), host, answer="accepted", needs="Una sala")
    host.refresh_from_db()
    assert (found.status_code, host.answer, host.needs, host.answered_by) == (303, "accepted", "Una sala", None)


def test_a_host_proposes_a_time_on_the_clocks_of_the_host_city(client, planned):
    _visit, _item, host = planned
    times = {"date": LAST.isoformat(), "starts": "14:00", "ends": "15:00"}
    found = answer(client, page(host), host, answer="proposed", **times)
    host.refresh_from_db()
    assert (found.status_code, host.answer, host.proposed_start.isoformat()) == (
        303,
        "proposed",
        "2027-03-03T13:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"answer": "declined"}, "reason"),
        ({"answer": "proposed", "date": "", "starts": "10:00", "ends": "11:00"}, "date"),
        ({"answer": "proposed", "date": "2027-03-09", "starts": "10:00", "ends": "11:00"}, "date"),
        ({"answer": "proposed", "date": "2027-03-03", "starts": "10:00", "ends": "09:00"}, "ends"),
        ({"answer": "perhaps"}, "answer"),
        ({}, "answer"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_nothing_is_written(client, planned, fields, field):
    _visit, _item, host = planned
    found = answer(client, page(host), host, **fields)
    host.refresh_from_db()
    assert (found.status_code, list(found.context["form"].errors)) == (422, [field])
    assert host.answer == "pending"


def test_a_time_that_no_clock_shows_is_refused_and_one_that_comes_twice_is_asked_for(client):
    day = date(2027, 10, 31)  # the night in which clocks go back in Torino
    visit, _item, host = make_planned()
    visit.last_day = day
    visit.save(update_fields=["last_day"])
    address, times = page(host), {"answer": "proposed", "date": day.isoformat(), "starts": "02:30", "ends": "03:30"}

    asked = answer(client, address, host, **times)
    told = answer(client, address, host, **times, start_fold="1")
    gap = answer(client, address, host, answer="proposed", date="2027-03-28", starts="02:30", ends="04:00")

    host.refresh_from_db()
    assert (asked.status_code, [e.code for e in asked.context["form"].errors.as_data()["starts"]]) == (422, ["fold"])
    assert (told.status_code, host.proposed_start.isoformat()) == (303, "2027-10-31T01:30:00+00:00")
    assert [e.code for e in gap.context["form"].errors.as_data()["starts"]] == ["gap"]


def test_an_answer_to_a_former_version_shows_old_and_new_and_asks_again(client, planned):
    _visit, item, host = planned
    address, read = page(host), facts_of(item).signed()
    reschedule_agenda_item(item, date=FIRST, starts=time(15), ends=time(16), now=NOW)

    found = client.post(address, {"part": "answer", "answer": "accepted", "read": read, "read_in": "it"})
    text = found.content.decode()

    host.refresh_from_db()
    assert (found.status_code, host.answer) == (409, "pending")
    assert (text.index("10:00–11:30") < text.index("15:00–16:00"), "cambiato" in text) == (True, True)


def test_who_had_answered_before_a_move_sees_both_times_at_once(client, planned):
    _visit, item, host = planned
    hosts.answer_host(host, answer="accepted", now=NOW)
    reschedule_agenda_item(item, date=FIRST, starts=time(15), ends=time(16), now=NOW)
    assert client.get(page(host)).context["change"] is not None


@pytest.mark.parametrize("way", ["get", "post"])
def test_a_dead_link_says_so_and_whom_to_ask(client, planned, way):
    visit, _item, host = planned
    address = page(host)
    visit.state = "cancelled"
    visit.save(update_fields=["state"])

    found = client.get(address) if way == "get" else answer(client, address, host, answer="accepted")

    assert (found.status_code, "lead@torino.example" in found.content.decode()) == (410 if way == "get" else 409, True)
    host.refresh_from_db()
    assert host.answer == "pending"


def test_an_unknown_token_tells_nothing(client):
    assert client.get("/h/nonsense/").status_code == 404
    assert client.get(f"/h/{'x' * 43}/").status_code == 404
    assert client.get(f"/d/{'x' * 43}/").status_code == 404


def test_material_is_kept_and_late_one_is_marked(client, planned, django_capture_on_commit_callbacks):
    _visit, item, host = planned
    item.materials_due = 5
    item.save(update_fields=["materials_due"])
    address = page(host)
    data = {"part": "material", "kind": "slides", "language": "it", "read_in": "it"}

    sent = client.post(address, {**data, "file": pdf()})
    material = Material.objects.get()
    kept = (sent.status_code, material.name, material.due_on, material.is_late)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"part": "take-back", "material": material.pk, "read_in": "it"})

    today = timezone.now().date()
    assert kept == (303, "slides.pdf", date(2027, 2, 25), today > date(2027, 2, 25))
    assert Material.objects.count() == 0
    assert not material.file.storage.exists(material.file.name)


def office(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("slides.pdf", b"MZ\x90 a program", "type"),
        ("slides.pptx", office("ppt/presentation.xml", "ppt/vbaProject.bin"), "macros"),
        ("archive.docx", office("readme.txt"), "type"),
    ],
)
def test_a_file_of_another_type_is_refused_with_the_types(client, planned, name, content, code):
    data = {"part": "material", "kind": "slides", "language": "it", "file": SimpleUploadedFile(name, content)}
    found = client.post(page(planned[2]), data)
    assert (found.status_code, [e.code for e in found.context["upload"].errors.as_data()["file"]]) == (422, [code])
    assert Material.objects.count() == 0


def test_a_presentation_is_known_by_its_content_and_gets_the_right_ending(client, planned):
    file = SimpleUploadedFile("slides.exe", office("[Content_Types].xml", "ppt/presentation.xml"))
    found = client.post(page(planned[2]), {"part": "material", "kind": "slides", "language": "ja", "file": file})
    assert (found.status_code, Material.objects.get().name) == (303, "slides.pptx")


# --- Delegates -------------------------------------------------------------------------------------------------------


@pytest.fixture
def delegate():
    visit, _item, _host = make_planned()
    person = make_person(family_name="山田", given_name="太郎", email="taro@nagoya.example")
    return visit.delegates.create(person=person, rank=1)


def own(delegate):
    return reverse("delegate", args=[links.issue_delegate_link(delegate, language="ja")])


def test_a_delegate_replies_and_corrects_how_the_name_is_read(client, delegate):
    found = client.post(
        own(delegate),
        {
            "part": "row",
            "read_in": "ja",
            "reply": "accepted",
            "family_kana": "ヤマダ",
            "given_kana": "タロウ",
            "romaji": "YAMADA Tarō",
            "title": "部長",
            "languages": ["ja", "en"],
            "arrival_day": "2027-03-01",
            "arrival_hour": "18:30",
            "photo_consent": "no",
        },
    )

    delegate.refresh_from_db()
    person = delegate.person
    assert found.status_code == 303
    assert (delegate.reply, delegate.title_ja, delegate.languages) == ("accepted", "部長", ["ja", "en"])
    assert (delegate.photo_consent, delegate.arrives_at.isoformat()) == (False, "2027-03-01T17:30:00+00:00")
    assert (person.family_kana, person.romaji, person.family_name) == ("ヤマダ", "YAMADA Tarō", "山田")


def test_a_reading_that_is_none_and_letters_that_are_not_latin_are_refused(client, delegate):
    data = {"part": "row", "reply": "accepted", "family_kana": "yamada", "romaji": "山田", "read_in": "ja"}
    found = client.post(own(delegate), data)
    assert (found.status_code, sorted(found.context["form"].errors)) == (422, ["family_kana", "romaji"])


def test_diet_is_kept_with_consent_alone_and_goes_when_the_fields_are_emptied(client, delegate):
    data = {"part": "care", "diet": ["vegan"], "allergies": "noci", "read_in": "ja"}
    refused = client.post(own(delegate), data)
    nothing = DelegateSensitive.objects.count()
    client.post(own(delegate), {**data, "consent": "on"})
    kept = DelegateSensitive.objects.get()
    client.post(own(delegate), {"part": "care", "read_in": "ja"})

    assert (refused.status_code, list(refused.context["form"].errors), nothing) == (422, ["consent"], 0)
    assert (kept.diet, kept.allergies, kept.consent_at is not None) == (["vegan"], "noci", True)
    emptied = DelegateSensitive.objects.get()
    assert (emptied.diet, emptied.allergies, emptied.consent_at) == ([], "", None)


def test_a_passport_is_not_asked_for_and_what_is_sent_all_the_same_is_not_kept(client, delegate):
    shown = client.get(own(delegate)).content.decode()
    found = client.post(own(delegate), {"part": "passport", "passport_number": "TK1234567", "read_in": "ja"})
    assert ("passport_number" in shown, found.status_code, DelegateSensitive.objects.count()) == (False, 303, 0)


def test_a_new_link_voids_the_one_before(client, delegate):
    address = own(delegate)
    invite_delegate(delegate, now=NOW, renew=True)
    assert client.get(address).status_code == 410


# --- Who is who ------------------------------------------------------------------------------------------------------


def test_who_is_who_is_in_protocol_order_with_readings_and_for_the_delegation_alone(client):
    visit, _item, _host = make_planned()
    visit.state = "released"
    visit.save(update_fields=["state"])
    user = make_user()
    rows = [
        (2, {"family_name": "渡辺", "family_kana": "ワタナベ", "romaji": "WATANABE"}),
        (2, {"family_name": "青木", "family_kana": "アオキ", "romaji": "AOKI"}),
        (1, {"family_name": "Zanetti", "given_name": "Ugo", "user": user}),
    ]
    for rank, names in rows:
        visit.delegates.create(person=make_person(**names), rank=rank)
    address = reverse("programme:visit_people", args=[visit.slug])

    stranger = client.get(address)
    client.force_login(user)
    found = client.get(address)

    names = [one.person.family_name for one in found.context["delegates"]]
    assert (stranger.status_code, found.status_code, names) == (404, 200, ["Zanetti", "青木", "渡辺"])
    assert "ワタナベ" in client.get(address.replace("/en/", "/ja/").replace("/it/", "/ja/")).content.decode()


def test_the_order_of_protocol_is_one_rule():
    visit, _item, _host = make_planned()
    people = [("青木", "アオキ", "", 3), ("Bianchi", "", "", 3), ("伊藤", "イトウ", "", 1), ("Ávila", "", "", 2)]
    for family, kana, romaji, rank in people:
        visit.delegates.create(person=make_person(family_name=family, family_kana=kana, romaji=romaji), rank=rank)
    order = [one.person.family_name for one in Delegate.objects.filter(visit=visit).in_protocol_order()]
    assert (order[:2], sorted(order[2:])) == (["伊藤", "Ávila"], ["Bianchi", "青木"])
