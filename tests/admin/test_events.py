"""Events and registrations at the staff's desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iurc_portal.notifications.models import Message, reason_words
from iurc_portal.notifications.services import render
from tests.factories import make_agenda_item, make_event, make_organisation, make_registration, make_webinar

pytestmark = pytest.mark.django_db


def change_page(event):
    return reverse("admin:events_event_change", args=[event.pk])


def test_an_event_opens_on_the_page_of_what_it_belongs_to(admin_page):
    webinar, item, alone = make_webinar(), make_agenda_item(), make_event()

    answers = [admin_page.get(change_page(event)) for event in (webinar.event, item.event, alone)]

    assert [answer.status_code for answer in answers] == [302, 302, 200]
    assert [answer.url for answer in answers[:2]] == [
        reverse("admin:programme_webinar_change", args=[webinar.pk]),
        reverse("admin:programme_studyvisit_change", args=[item.day.visit_id]) + "#tab-agenda",
    ]


def test_home_and_registrations_lead_to_the_page_of_the_webinar(admin_page):
    webinar = make_webinar(event=make_event(dtstart=timezone.now() + timedelta(days=3)))
    registration = make_registration(webinar.event)
    page = reverse("admin:programme_webinar_change", args=[webinar.pk])

    home = admin_page.get("/admin/").content.decode()
    about = admin_page.get(reverse("admin:events_registration_change", args=[registration.pk])).content.decode()

    assert f'href="{page}"' in home
    assert f'href="{page}"' in about


# --- Registering somebody, and giving places back -----------------------------------------------------------------

ADD = reverse("admin:events_registration_add")
LIST = reverse("admin:events_registration_changelist")


def soon(**fields):
    return make_event(dtstart=timezone.now() + timedelta(days=3), **fields)


def a_person(event, **fields):
    return {
        "event": event.pk,
        "email": "taro@example.org",
        "family_name": "Yamada",
        "given_name": "Taro",
        "language": "ja",
        "tzid": "Asia/Tokyo",
        "country": "JP",
        "interpretation": "ja",
        **fields,
    }


def test_somebody_is_registered_with_the_menus_of_the_public_form(client, staff_of_torino):
    event = soon()
    client.force_login(staff_of_torino)
    form = client.get(ADD).context["adminform"].form

    client.post(ADD, a_person(event))

    offered = {name: dict(form.fields[name].choices) for name in ("tzid", "country", "interpretation")}
    assert (offered["tzid"]["Asia/Tokyo"], offered["country"]["JP"]) == ("Nagoya", "Giappone")
    assert list(offered["interpretation"]) == ["", "it", "en", "ja"]
    assert (form["language"].value(), form["tzid"].value()) == ("it", "Europe/Rome")
    made = event.registrations.get()
    assert (made.state, made.tzid, made.country, made.interpretation) == ("confirmed", "Asia/Tokyo", "JP", "ja")


def test_whoever_has_a_place_already_is_not_added_again(client, staff_of_torino):
    event = soon()
    make_registration(event, email="taro@example.org")
    client.force_login(staff_of_torino)

    form = client.post(ADD, a_person(event, email="Taro@Example.org")).context["adminform"].form

    assert [error.code for error in form.errors["email"].as_data()] == ["known"]
    assert "ha già un posto" in str(form.errors["email"])


def test_nobody_is_registered_for_an_event_of_the_other_city(client, staff_of_torino):
    event = soon(organizer=make_organisation(side="nagoya"))
    client.force_login(staff_of_torino)

    form = client.post(ADD, a_person(event)).context["adminform"].form

    assert [error.code for error in form.errors["event"].as_data()] == ["foreign"]
    assert event.registrations.count() == 0


def test_the_menu_of_events_offers_those_one_may_register_for(client, staff_of_torino):
    mine = soon()
    soon(organizer=make_organisation(side="nagoya")), soon(status="TENTATIVE"), make_event()
    client.force_login(staff_of_torino)
    query = {"app_label": "events", "model_name": "registration", "field_name": "event"}

    offered = client.get(reverse("admin:autocomplete"), query).json()["results"]

    assert [int(row["id"]) for row in offered] == [mine.pk]


def test_a_registration_with_an_uncommon_zone_keeps_it(client, staff_of_torino):
    registration = make_registration(soon(), tzid="Asia/Kathmandu")
    client.force_login(staff_of_torino)
    page = reverse("admin:events_registration_change", args=[registration.pk])

    client.post(page, {"family_name": "Sato", "language": "ja", "tzid": "Asia/Kathmandu"})

    registration.refresh_from_db()
    assert (registration.family_name, registration.tzid) == ("Sato", "Asia/Kathmandu")


def test_registrations_are_cancelled_after_one_question(client, staff_of_torino):
    event = soon()
    mine = make_registration(event)
    other = make_registration(soon(organizer=make_organisation(side="nagoya")))
    client.force_login(staff_of_torino)
    chosen = {"action": "withdraw", "_selected_action": [mine.pk, other.pk]}

    asked = client.post(LIST, chosen)
    mine.refresh_from_db()
    before = mine.state
    client.post(LIST, {**chosen, "confirmed": "yes"})

    mine.refresh_from_db(), other.refresh_from_db()
    assert (asked.context["told"], [row for row, _name in asked.context["rows"]]) == (1, [mine])
    assert (before, mine.state, other.state) == ("confirmed", "cancelled", "confirmed")


def test_a_registration_is_called_by_its_person_and_event():
    event = make_event(name_it="Mobilità", name_en="")

    assert str(make_registration(event, language="it")) == "Taro Yamada – Mobilità"


# --- Letters ------------------------------------------------------------------------------------------------------


def test_the_link_sent_again_is_a_letter_of_its_own(client, staff_of_torino):
    registration = make_registration(soon(), language="it")
    client.force_login(staff_of_torino)

    client.post(LIST, {"action": "write_again", "_selected_action": [registration.pk]})

    message = Message.objects.get()
    email = render(message, preview=True)
    assert (message.kind, str(message)) == ("events.link", f"link alla pagina personale → {registration.email}")
    assert "di nuovo nel modulo" not in email.body


def test_the_outbox_speaks_of_letters_in_words(admin_page):
    letter = {"to": "a@example.org", "language": "it", "tzid": "Europe/Rome", "kind": "events.withdrawn"}
    Message.objects.create(key="a", state="dropped", error="the event is cancelled", **letter)
    Message.objects.create(key="b", state="dropped", error="dropped by anna@torino.example", **letter)

    page = admin_page.get(reverse("admin:notifications_message_changelist"), {"kind": "events.withdrawn"})

    assert [str(row) for row in page.context["cl"].result_list] == ["iscrizione annullata → a@example.org"] * 2
    assert ">events.withdrawn" not in page.content.decode()
    assert sorted(reason_words(row) for row in Message.objects.all()) == [
        "l'evento è annullato",
        "tolto dalla posta da anna@torino.example",
    ]
