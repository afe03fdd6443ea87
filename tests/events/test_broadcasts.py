"""Messages to many people: counted, looked at in each language, refused where a text is missing, sent once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import segments
from events.models import AccessToken, Broadcast, CheckIn, Registration
from events.services import broadcasts
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services
from iurc_portal.notifications.models import Message, Subscription
from tests.admin.conftest import member_of
from tests.factories import make_event, make_organisation, make_question, make_registration, make_user

pytestmark = pytest.mark.django_db
ALL = {
    "subject_it": "Cambio di sala",
    "body_it": "Ci vediamo in sala B.",
    "subject_en": "Another room",
    "body_en": "We meet in <strong>room B</strong>.",
    "subject_ja": "会場変更のお知らせ",
    "body_ja": "会場はB会議室です。",
}
ENGLISH = {name: text for name, text in ALL.items() if name.endswith("_en")}


def coming(**fields):
    return make_event(dtstart=timezone.now() + timedelta(days=9), **fields)


def make_broadcast(event=None, **fields):
    return Broadcast.objects.create(event=event or coming(), **{**ALL, **fields})


def subscriber(email, language="it", **fields):
    now = timezone.now()
    fields = {"asked_at": now, "proved_at": now, "tzid": "Europe/Rome", "topic": "events", **fields}
    return Subscription.objects.create(email=email, email_key=email, language=language, **fields)


def send(broadcast, seen=None, by=None):
    seen = broadcasts.reach_of(broadcast).total if seen is None else seen
    return broadcasts.send_broadcast(broadcast, seen=seen, now=timezone.now(), by=by)


def leave():
    services.deliver_all(list(Message.objects.waiting().values_list("pk", flat=True)), now=timezone.now())
    return sorted(mail.outbox, key=lambda letter: letter.to)


def refusal_of(broadcast, **options) -> str:
    with pytest.raises(ValidationError) as refused:
        send(broadcast, **options)
    broadcast.refresh_from_db()
    assert (broadcast.state, Message.objects.count()) == ("draft", 0)
    return refused.value.code


# --- Whom it reaches -------------------------------------------------------------------------------------------------


def test_the_number_of_recipients_is_told_by_language_before_anything_is_sent():
    event = coming()
    for language in ("it", "ja", "ja"):
        make_registration(event, language=language)
    make_registration()  # of another event

    reach = broadcasts.reach_of(make_broadcast(event, **dict.fromkeys(("subject_ja", "body_ja"), "")))

    assert (reach.by_language, reach.total, reach.missing) == ({"it": 1, "ja": 2}, 3, ["ja"])
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("segment", "reached"),
    [
        ({}, ["cancelled", "it", "ja"]),
        ({"states": ["confirmed"]}, ["it", "ja"]),
        ({"states": ["cancelled"]}, ["cancelled"]),
        ({"languages": ["ja"]}, ["ja"]),
        ({"states": ["confirmed"], "languages": ["it", "en"]}, ["it"]),
        ({"states": [], "languages": []}, ["cancelled", "it", "ja"]),
    ],
)
def test_a_segment_narrows_by_state_and_language_and_never_reaches_an_unproved_or_erased_address(segment, reached):
    event = coming()
    make_registration(event, email="it@example.org", language="it")
    make_registration(event, email="ja@example.org", language="ja")
    make_registration(event, email="cancelled@example.org", language="it", state="cancelled")
    make_registration(event, email="unproved@example.org", state="unproved", language="ja")
    make_registration(event, email="erased@example.org", language="ja")
    Registration.objects.filter(email="erased@example.org").update(email_key=None)

    found = broadcasts.recipients_of(make_broadcast(event, segment=segment))

    assert sorted(row.email.split("@")[0] for row in found) == reached


@pytest.mark.parametrize(
    "segment",
    [
        [],
        {"colour": ["red"]},
        {"states": "confirmed"},
        {"states": ["unproved"]},
        {"states": [3]},
        {"pools": ["room"]},
        {"answers": ["1:2"]},
        {"attendance": ["perhaps"]},
    ],
)
def test_a_segment_that_means_nothing_is_refused(segment):
    with pytest.raises(ValidationError) as refused:
        make_broadcast(segment=segment).full_clean()

    assert list(refused.value.error_dict) == ["segment"]


def reached_by(event, **segment):
    found = broadcasts.recipients_of(make_broadcast(event, segment=segment))
    return sorted(row.email.split("@")[0] for row in found)


def test_a_segment_narrows_by_kind_of_seat():
    event = coming()
    room, online = (event.seat_pools.create(kind=kind, size=9) for kind in ("room", "online"))
    headset = event.seat_pools.create(kind="headset", size=9)
    for name, pools in (("anna", [room, headset]), ("bruno", [room]), ("carla", [online])):
        row = make_registration(event, email=f"{name}@example.org")
        for pool in pools:
            row.seats.create(pool=pool, state="held")

    assert reached_by(event, pools=["room"]) == ["anna", "bruno"]
    assert reached_by(event, pools=["headset", "online"]) == ["anna", "carla"]


def test_a_segment_narrows_by_answers_any_of_one_question_and_all_of_several():
    event = coming(question_set=make_question().question_set)
    lunch = make_question(event.question_set, kind="yesno", label_en="Lunch?")
    tours = make_question(event.question_set, kind="several", label_en="Tours", choices=["Port", "Tower", "Museum"])
    port, tower, museum = [choice.key for choice in tours.choices.all()]
    diet = make_question(event.question_set, kind="choice", is_sensitive=True, choices=["Vegan", "All"])
    for name, eats, goes in (("anna", True, [port, tower]), ("bruno", True, [museum]), ("carla", False, [port])):
        row = make_registration(event, email=f"{name}@example.org")
        for question, value in ((lunch, eats), (tours, goes)):
            row.answers.create(question=question, value=value, answered_at=timezone.now())
    make_registration(event, email="silent@example.org")

    assert reached_by(event, answers=[f"{tours.pk}:{port}", f"{tours.pk}:{museum}"]) == ["anna", "bruno", "carla"]
    assert reached_by(event, answers=[f"{tours.pk}:{port}", f"{lunch.pk}:yes"]) == ["anna"]
    words = dict(segments.choices(event)["answers"])
    assert str(words[f"{lunch.pk}:no"]) == "Lunch?: No"
    assert not [value for value in words if value.startswith(f"{diet.pk}:")]


def test_a_segment_narrows_by_who_came_once_somebody_has_noted_it():
    event = coming()
    came, absent = (make_registration(event, email=f"{name}@example.org") for name in ("came", "absent"))
    make_registration(event, email="gone@example.org", state="cancelled")

    assert reached_by(event, attendance=["unknown"]) == ["absent", "came"]
    assert reached_by(event, attendance=["attended", "absent"]) == []

    CheckIn.objects.create(registration=came, state="present", at=timezone.now())

    assert reached_by(event, attendance=["attended"]) == ["came"]
    assert reached_by(event, attendance=["absent"]) == ["absent"]
    assert reached_by(event, attendance=["attended", "absent"]) == ["absent", "came"]
    assert reached_by(event, attendance=["unknown"]) == []
    assert absent.state == "confirmed"


# --- Sending ---------------------------------------------------------------------------------------------------------


def test_each_person_gets_one_message_in_their_language_with_their_own_link():
    event = coming(contact_email="desk@torino.example")
    for email, language in (("a@example.org", "it"), ("b@example.org", "ja")):
        make_registration(event, email=email, language=language)

    sent = send(make_broadcast(event), by=(by := make_user()))
    letters = leave()

    assert [(letter.to, letter.subject) for letter in letters] == [
        (["a@example.org"], "Cambio di sala"),
        (["b@example.org"], "会場変更のお知らせ"),
    ]
    assert {letter.reply_to[0] for letter in letters} == {"desk@torino.example"}
    assert AccessToken.objects.filter(purpose="manage").count() == 2
    assert (sent.recipients, sent.by, sent.sent_at is not None) == (2, by, True)
    log = Transition.objects.of(sent).get()
    assert (log.from_state, log.to_state, log.actor) == ("draft", "sent", by)


def test_a_broadcast_is_sent_once():
    event = coming()
    make_registration(event)
    broadcast = make_broadcast(event)
    send(broadcast)

    with pytest.raises(ValidationError) as refused:
        send(broadcast)

    assert refused.value.code == "transition"
    assert Message.objects.count() == 1


def test_marks_of_staff_are_kept_and_everything_else_is_shown_as_text():
    event = coming()
    make_registration(event, language="en")
    send(make_broadcast(event, body_en="<p>Room <strong>B</strong> <script>alert(1)</script></p>"))

    (letter,) = leave()

    html = letter.alternatives[0][0]
    assert "<strong>B</strong>" in html
    assert "<script" not in html
    assert "Room B" in letter.body


def test_a_language_without_a_text_stops_the_sending_until_the_fallback_is_chosen():
    event = coming()
    make_registration(event, language="ja")
    broadcast = make_broadcast(event, **dict.fromkeys(("subject_ja", "body_ja"), ""))
    assert refusal_of(broadcast) == "untranslated"

    broadcast.allow_fallback = True
    broadcast.save()
    send(broadcast)

    (letter,) = leave()
    assert letter.subject == "Another room"
    assert "英語のみ" in letter.body
    assert '<div lang="en">' in letter.alternatives[0][0]


def test_what_cannot_be_sent_says_why():
    event = coming()
    assert refusal_of(make_broadcast(event)) == "empty"  # nobody
    make_registration(event, language="it")
    assert refusal_of(make_broadcast(event, **dict.fromkeys(ALL, ""))) == "empty"  # no text
    assert refusal_of(make_broadcast(event), seen=2) == "changed"


def test_half_a_text_is_refused_at_its_field():
    with pytest.raises(ValidationError) as refused:
        make_broadcast(subject_it="", body_ja="").full_clean()

    assert {name: errors[0].code for name, errors in refused.value.error_dict.items()} == {
        "subject_it": "half",
        "body_ja": "half",
    }


def test_who_withdraws_before_it_leaves_does_not_get_what_is_for_participants():
    event = coming()
    registration = make_registration(event, language="it")
    send(make_broadcast(event, segment={"states": ["confirmed"]}))
    Registration.objects.filter(pk=registration.pk).update(state="cancelled")

    assert leave() == []
    assert Message.objects.get().error == "the registration has changed since"


def test_a_broadcast_waits_for_the_earlier_letters_about_the_event():
    event = coming()
    registration = make_registration(event, language="it")
    earlier = services.queue_message(
        key="earlier",
        kind="events.confirmed",
        to=registration.email,
        language="it",
        tzid="Europe/Rome",
        subject_id=str(registration.pk),
        ordering_key=f"event:{event.pk}:registration:{registration.pk}",
        not_before=timezone.now() + timedelta(minutes=5),
    )
    send(make_broadcast(event))

    assert leave() == []
    listed = Message.objects.with_order().exclude(pk=earlier.pk).get()
    assert (listed.is_held_back, Message.objects.with_order().get(pk=earlier.pk).is_held_back) == (True, False)


def test_many_recipients_cost_as_many_queries_as_few():
    def cost(n):
        event = coming()
        for _person in range(n):
            make_registration(event, language="it")
        broadcast = make_broadcast(event)
        with CaptureQueriesContext(connection) as queries:
            send(broadcast, seen=n)
        return len(queries)

    assert cost(40) == cost(2)


# --- News to subscribers ---------------------------------------------------------------------------------------------


def test_news_go_to_proved_subscribers_with_the_way_out():
    subscriber("a@example.org")
    subscriber("b@example.org", language="ja")
    subscriber("asked@example.org", proved_at=None)
    subscriber("left@example.org", ended_at=timezone.now())
    subscriber("other@example.org", topic="gossip")
    make_registration(event := coming())

    send(make_broadcast(event, audience="subscribers"))
    letters = leave()

    assert [letter.to for letter in letters] == [["a@example.org"], ["b@example.org"]]
    assert all("List-Unsubscribe-Post" in letter.extra_headers for letter in letters)
    assert event.get_absolute_url().split("/", 2)[2] in letters[0].body


def test_news_can_go_to_some_languages_alone():
    subscriber("a@example.org")
    subscriber("b@example.org", language="ja")

    reach = broadcasts.reach_of(make_broadcast(audience="subscribers", segment={"languages": ["ja"]}))

    assert reach.by_language == {"ja": 1}


@pytest.mark.parametrize("fields", [{"status": "TENTATIVE"}, {"status": "CANCELLED"}, {"access": "participants"}])
def test_news_of_what_not_everybody_may_see_are_refused(fields):
    subscriber("a@example.org")

    assert refusal_of(make_broadcast(coming(**fields), audience="subscribers")) == "not public"


def test_news_of_an_event_that_has_begun_are_dropped():
    subscriber("a@example.org")
    event = coming()
    send(make_broadcast(event, audience="subscribers"))
    type(event).objects.update(dtstart=timezone.now() - timedelta(minutes=1))

    assert leave() == []
    assert Message.objects.get().state == "dropped"


# --- At the staff's desk ---------------------------------------------------------------------------------------------


@pytest.fixture
def page(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    client.force_login(member_of("Staff", side="torino", language="en"))
    return client


def of(side):
    return coming(organizer=make_organisation(side=side))


def send_page(broadcast):
    return reverse("admin:events_broadcast_send", args=[broadcast.pk])


def test_staff_write_look_and_send(page):
    event = of("torino")
    make_registration(event, language="en")
    form = {"event": event.pk, "audience": "participants", "states": ["confirmed"], "_look": "yes", **ALL}

    answer = page.post(reverse("admin:events_broadcast_add"), form)

    broadcast = Broadcast.objects.get()
    assert (answer.url, broadcast.segment) == (send_page(broadcast), {"states": ["confirmed"]})
    shown = page.get(answer.url)
    assert (shown.context["reach"].total, shown.context["blocked"]) == (1, False)
    assert "1 person will receive this message." in shown.content.decode()
    letter = page.get(reverse("admin:events_broadcast_letter", args=[broadcast.pk, "ja", "html"]))
    assert "会場はB会議室です。" in letter.content.decode()
    assert Message.objects.count() == 0

    page.post(answer.url, {"seen": "1"})

    broadcast.refresh_from_db()
    assert (broadcast.state, broadcast.by.email, Message.objects.count()) == ("sent", broadcast.by.email, 1)


@pytest.mark.parametrize("seen", ["", "2", "x", "-1", "１"])
def test_the_number_that_was_seen_must_be_the_number_that_is(page, seen):
    event = of("torino")
    make_registration(event, language="it")
    make_registration(event, language="it")
    make_registration(event, language="it")
    broadcast = make_broadcast(event)

    page.post(send_page(broadcast), {"seen": seen})

    assert Message.objects.count() == 0


def test_the_other_citys_events_are_not_written_about(page):
    event = of("nagoya")
    broadcast = make_broadcast(event)
    form = {"event": event.pk, "audience": "participants", **ALL}

    answers = [page.get(send_page(broadcast)), page.post(send_page(broadcast), {"seen": "0"})]
    added = page.post(reverse("admin:events_broadcast_add"), form)

    assert [answer.status_code for answer in answers] == [403, 403]
    assert (added.status_code, Broadcast.objects.count()) == (200, 1)


def test_what_was_sent_is_read_and_neither_changed_nor_deleted(page):
    event = of("torino")
    make_registration(event, language="it")
    broadcast = make_broadcast(event, segment={"states": ["confirmed"]})
    send(broadcast)
    address = reverse("admin:events_broadcast_change", args=[broadcast.pk])

    shown = page.get(address)
    page.post(address, {"event": event.pk, "audience": "participants", **ALL, "subject_it": "Altro"})
    gone = page.post(reverse("admin:events_broadcast_delete", args=[broadcast.pk]), {"post": "yes"})

    broadcast.refresh_from_db()
    assert (shown.status_code, gone.status_code, broadcast.subject_it) == (200, 403, "Cambio di sala")
    assert page.get(send_page(broadcast)).status_code == 200
