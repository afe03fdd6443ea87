"""Reminder rules, the ledger and the list of changes at the staff's desk."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from events.models import Delivery, EventChange, ReminderRule
from events.services import reminders, scheduling
from tests.factories import START, make_city, make_event, make_organisation, make_registration, make_track

pytestmark = pytest.mark.django_db
RULES = reverse("admin:events_reminderrule_changelist")
CHANGES = reverse("admin:events_eventchange_changelist")
LEDGER = reverse("admin:events_delivery_changelist")
NO_TEXTS = {f"{field}_{code}": "" for field in ("text", "absent_text") for code in ("it", "en", "ja")}


def page_of(rule):
    return reverse("admin:events_reminderrule_change", args=[rule.pk])


def letter_of(rule, language="it", came="unknown"):
    return reverse("admin:events_reminderrule_letter", args=[rule.pk, language, came])


def test_a_rule_shows_when_it_is_due_in_both_cities(admin_page):
    rule = make_event().reminder_rules.create(trigger="-PT24H")

    for address in (RULES, page_of(rule)):
        page = admin_page.get(address).content.decode()
        assert "lun 2 mar 2026 09:00 CET Torino" in page
        assert "lun 2 mar 2026 17:00 JST Nagoya" in page


@pytest.mark.parametrize(("language", "words"), [("it", "Promemoria"), ("en", "Reminder:"), ("ja", "リマインダー")])
def test_the_letter_of_a_rule_is_shown_in_three_languages_and_nothing_is_written(admin_page, language, words):
    rule = make_event().reminder_rules.create(
        trigger="-PT24H", text_it="A domani.", text_en="Till tomorrow.", text_ja="明日お待ちしております。"
    )

    page = admin_page.get(page_of(rule)).content.decode()
    letter = admin_page.get(letter_of(rule, language))

    assert words in page
    assert letter_of(rule, language) in page
    assert {"it": "A domani.", "en": "Till tomorrow.", "ja": "明日お待ちしております。"}[
        language
    ] in letter.content.decode()
    assert "script-src" not in letter.headers["Content-Security-Policy"]
    assert "/r/preview/" in letter.content.decode()


def test_a_follow_up_is_shown_to_who_came_and_to_who_did_not(admin_page):
    rule = make_event().reminder_rules.create(trigger="PT2H", relative_to="end", absent_text_it="La registrazione.")

    assert "La registrazione." not in admin_page.get(letter_of(rule, "it", "came")).content.decode()
    assert "La registrazione." in admin_page.get(letter_of(rule, "it", "absent")).content.decode()


@pytest.mark.parametrize(("language", "came"), [("fr", "came"), ("it", "perhaps")])
def test_a_letter_that_does_not_exist_is_not_found(admin_page, language, came):
    rule = make_event().reminder_rules.create(trigger="-PT24H")

    assert admin_page.get(letter_of(rule, language, came)).status_code == 404


def test_a_rule_of_a_track_without_events_has_nothing_to_show(admin_page):
    rule = ReminderRule.objects.create(track=make_track(), trigger="-PT24H")

    assert admin_page.get(page_of(rule)).status_code == 200
    assert admin_page.get(letter_of(rule)).status_code == 404


def test_a_rule_is_written_with_its_direction_from_the_sign(admin_page):
    track = make_track()
    data = {"event": "", "track": track.pk, "trigger": "PT2H", "audience": "all", "grace": "", **NO_TEXTS}

    answer = admin_page.post(reverse("admin:events_reminderrule_add"), data)

    assert answer.status_code == 302
    assert list(ReminderRule.objects.values_list("track", "trigger", "relative_to")) == [(track.pk, "PT2H", "end")]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"trigger": "domani"}, "non è una durata"),
        ({"trigger": "-PT24H"}, "ha già quel promemoria"),
        ({"track": ""}, "uno dei due"),
        ({"grace": "99999"}, "1440"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_on_its_form(admin_page, changed, words):
    track = make_track()
    track.reminder_rules.create(trigger="-PT24H")
    data = {"event": "", "track": track.pk, "trigger": "PT2H", "audience": "all", "grace": "", **NO_TEXTS, **changed}

    answer = admin_page.post(reverse("admin:events_reminderrule_add"), data)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert ReminderRule.objects.count() == 1


def test_the_same_reminder_twice_on_an_events_page_is_refused(admin_page):
    event = make_event()
    event.reminder_rules.create(trigger="-PT24H")
    data = {"event": event.pk, "track": "", "trigger": "-PT24H", "audience": "all", "grace": "", **NO_TEXTS}

    answer = admin_page.post(reverse("admin:events_reminderrule_add"), data)

    assert (answer.status_code, event.reminder_rules.count()) == (200, 1)
    assert "Questo evento ha già quel promemoria." in answer.content.decode()


def test_lists_cost_the_same_for_one_and_for_three(admin_page, django_assert_max_num_queries):
    def fill():
        event = make_event()
        event.reminder_rules.create(trigger="-PT24H")
        ReminderRule.objects.update(created_at=START - timedelta(days=50))
        make_registration(event)
        places = [make_city().places.create(name_en=name) for name in ("Open Incet", "OGR")]
        for place in places:
            scheduling.relocate_event(event, now=START - timedelta(days=9), place=place)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _turn in range(2):
        fill()
        fill()
        reminders.send_due(now=START - timedelta(days=1))
        counts.append([])
        for address in (RULES, CHANGES, LEDGER):
            admin_page.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert admin_page.get(address).status_code == 200
            counts[-1].append(len(queries))

    assert counts[0] == counts[1]


def test_the_ledger_says_for_each_person_what_became_of_a_reminder_and_why(admin_page):
    event = make_event(name_it="Incontro")
    rule = event.reminder_rules.create(trigger="-PT24H")
    registration = make_registration(event, family_name="Yamada", language="ja")
    Delivery.objects.create(
        registration=registration,
        rule=rule,
        schedule_version=0,
        due_at=START,
        state="skipped",
        reason="a nearer reminder was sent instead",
    )

    page = admin_page.get(LEDGER, {"q": "Yamada"}).content.decode()

    for words in ("Incontro", "24 ore prima dell’inizio", "Yamada", reasons()["nearer"]):
        assert words in page
    assert "Yamada" not in admin_page.get(LEDGER, {"q": "Rossi"}).content.decode().split("result_list", 1)[-1]


def reasons() -> dict[str, str]:
    from django.utils import translation
    from django.utils.translation import gettext

    with translation.override("it"):
        return {"nearer": gettext(reminders.NEARER)}


def test_the_list_of_changes_says_what_was_what_is_and_whether_people_know(admin_page):
    event = make_event(name_it="Incontro")
    former, new = (make_city().places.create(name_it=name, name_en=name) for name in ("Open Incet", "OGR"))
    scheduling.relocate_event(event, now=START - timedelta(days=9), place=former)
    scheduling.relocate_event(event, now=START - timedelta(days=9), place=new)
    later = event.dtstart + timedelta(hours=2)
    scheduling.schedule_event(event, start=later, end=later + timedelta(hours=1), now=START - timedelta(days=8))
    EventChange.objects.filter(field="place").update(notified_at=START - timedelta(days=8))

    page = admin_page.get(CHANGES, {"event__id__exact": event.pk}).content.decode()

    for words in (
        "Open Incet",
        "OGR",
        "mar 3 mar 2026 09:00 Torino",
        "mar 3 mar 2026 19:00 Nagoya",
        "persone avvisate",
    ):
        assert words in page
    assert (
        admin_page.get(reverse("admin:events_eventchange_change", args=[event.changes.first().pk])).status_code == 200
    )


def test_whoever_moves_an_event_reads_how_many_will_be_told(admin_page):
    event = make_event(
        name_it="Incontro",
        dtstart=timezone.now() + timedelta(days=9),
        organizer=make_organisation(),
        tzid="Asia/Tokyo",
    )
    make_registration(event)
    address = reverse("admin:events_event_change", args=[event.pk])
    form = admin_page.get(address).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items() if name in form.fields}
    start = event.dtstart.astimezone(timezone.get_fixed_timezone(540)) + timedelta(hours=1)
    data |= {
        "starts_0": f"{start:%Y-%m-%d}",
        "starts_1": f"{start:%H:%M}",
        "ends_0": f"{start:%Y-%m-%d}",
        "ends_1": "23:59",
        "themes": [],
        **{f"{kind}-{part}_FORMS": 0 for kind in ("languages", "reminder_rules") for part in ("TOTAL", "INITIAL")},
    }
    for name, value in list(data.items()):
        if value is False:
            del data[name]

    answer = admin_page.post(address, data)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert "1 persona sarà avvisata dopo 2 minuti" in said
    assert f"{CHANGES}?event__id__exact={event.pk}" in said
