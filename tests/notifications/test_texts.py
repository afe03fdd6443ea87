"""Words of letters that staff adjust without code: gaps by name, checks, previews, and the way back."""

import copy

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from iurc_portal.notifications import registry, services, texts
from iurc_portal.notifications.models import LetterText, Message
from iurc_portal.notifications.words import Words, fill, gaps_in, named
from iurc_portal.notifications.words import gettext as _
from tests.factories import START, make_event, make_registration

pytestmark = pytest.mark.django_db
ADJUSTABLE = sorted(name for name in registry.names() if registry.is_adjustable(name))


def text_of(kind="events.confirmed", language="en", **fields):
    text = LetterText.objects.get(kind=kind, language=language)
    for name, value in fields.items():
        setattr(text, name, value)
    return text


def keep(**fields):
    text = text_of(**fields)
    texts.keep(text, by=None, now=START)
    return text


def confirmed(**fields) -> Message:
    registration = make_registration(make_event(name_en="Robots in the street"), language="en", **fields)
    return services.queue_message(
        key="one",
        kind="events.confirmed",
        to=registration.email,
        language="en",
        tzid="Europe/Rome",
        subject_id=str(registration.pk),
    )


def refusals(**fields) -> dict:
    with pytest.raises(ValidationError) as refused:
        text_of(**fields).full_clean()
    return {name: [error.code for error in errors] for name, errors in refused.value.error_dict.items()}


# --- Sentences that remember their gaps ------------------------------------------------------------------------------


def test_a_sentence_reads_as_ever_and_remembers_its_gaps():
    with translation.override("en"):
        line = _("Reminder: %(event)s, %(date)s %(time)s") % {"event": "Robots", "date": "3 March", "time": "09:00"}

    assert line == "Reminder: Robots, 3 March 09:00"
    assert (line.pattern, line.facts["date"]) == ("Reminder: {event}, {date} {time}", "3 March")
    assert copy.deepcopy(line).pattern == line.pattern


def test_what_fills_a_gap_is_not_read_for_gaps_again():
    assert fill("{event} {date}", {"event": "{date} %(date)s {{ x }} {0}", "date": "3 March"}) == (
        "{date} %(date)s {{ x }} {0} 3 March"
    )


def test_only_names_are_gaps_so_that_no_text_reaches_into_code():
    text = "{event.__class__} {0} {event!r} {event:>9} {{event}} { event } {Event}"

    assert gaps_in(text) == ["event"]
    assert fill(text, {"event": "X"}) == "{event.__class__} {0} {event!r} {event:>9} {X} { event } {Event}"


def test_a_paragraph_of_which_nothing_is_left_is_left_out():
    words = Words(subject="S", opening=[named("reason", "Because.")], button="Open", link="x")
    silent = Words(subject="S", opening=[], button="Open", link="x")
    said = ("T", "Before.\n\n{reason}\n\n{button}\r\n\r\nAfter,\r\nin two lines.")

    assert words.said_as(*said).opening == ["Before.", "Because."]
    assert silent.said_as(*said).opening == ["Before."]
    assert silent.said_as(*said).closing == ["After,\nin two lines."]


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "body", "codes"),
    [
        ("You are in", "{button}", {}),
        ("{event}", "Come.\n\n{way_in}\n\n  {button}  \n\nBye.", {}),
        ("You are in, {nobody}", "{button}", {"subject": ["placeholder"]}),
        ("{button}", "{button}", {"subject": ["placeholder"]}),
        ("You are in", "{minutes}\n\n{button}", {"body": ["placeholder"]}),
        ("You are in", "No link at all.", {"body": ["button"]}),
        ("You are in", "Press {button} now.", {"body": ["button"]}),
        ("You are in", "{button}\n\n{button}", {"body": ["button"]}),
        ("You are in", "", {"__all__": [None]}),
        ("", "{button}", {"__all__": [None]}),
    ],
)
def test_a_text_that_would_arrive_broken_is_refused_where_it_is_wrong(subject, body, codes):
    if not codes:
        text_of(subject=subject, body=body).full_clean()
        return
    found = refusals(subject=subject, body=body)
    assert set(found) == set(codes)
    assert all(found[name] == codes[name] for name in codes if name != "__all__")


def test_the_refusal_names_the_gap_and_those_that_the_letter_knows():
    with translation.override("en"):
        with pytest.raises(ValidationError) as refused:
            text_of(subject="{who}", body="{button}").full_clean()

        assert refused.value.message_dict["subject"] == ["Nothing fills {who}. This letter knows: {event} {way_in}"]


# --- What leaves -----------------------------------------------------------------------------------------------------


def test_a_letter_says_what_staff_wrote_around_its_facts_and_its_button():
    keep(subject="Welcome to {event}", body="How nice.\n\n{way_in}\n\n{button}\n\nSee you at {event} <b>soon</b>.")
    message = confirmed()

    services.deliver(message.pk, now=timezone.now())

    (email,) = mail.outbox
    assert email.subject == "Welcome to Robots in the street"
    lines = [line for line in email.body.splitlines() if line]
    assert lines[1:3] == [
        "How nice.",
        "To take part online, open your page from 30 minutes before the start.",
    ]
    assert "See you at Robots in the street <b>soon</b>." in lines
    html = email.alternatives[0][0]
    assert "See you at Robots in the street &lt;b&gt;soon&lt;/b&gt;." in html
    assert "Your place is confirmed." not in email.body + html
    assert "Open my registration" in html


def test_other_languages_and_kinds_keep_their_words():
    keep(language="it", subject="Benvenuta", body="{button}")

    services.deliver(confirmed().pk, now=timezone.now())

    assert mail.outbox[0].subject == "You are registered: Robots in the street"


def test_going_back_brings_the_shipped_text():
    text = keep(subject="Welcome", body="{button}")

    texts.back_to_shipped(text, by=None, now=START)
    services.deliver(confirmed().pk, now=timezone.now())

    assert mail.outbox[0].subject == "You are registered: Robots in the street"
    assert not LetterText.objects.get(pk=text.pk).is_adjusted


# --- What staff see --------------------------------------------------------------------------------------------------


def test_there_is_a_row_for_each_letter_in_each_language_and_no_second_one():
    texts.ensure_rows()

    assert LetterText.objects.count() == len(ADJUSTABLE) * 3
    assert "events.reminder" in ADJUSTABLE
    assert "ecosystem.claim_proof" in ADJUSTABLE


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("kind", ADJUSTABLE)
def test_every_shipped_text_is_whole_and_would_be_accepted(kind, language):
    subject, body = texts.shipped(kind, language)

    assert "%(" not in subject + body
    text = text_of(kind, language, subject=subject, body=body)
    text.full_clean()
    assert Message.objects.count() == 0
    as_written = texts.preview(text)
    text.subject = text.body = ""
    as_shipped = texts.preview(text)
    assert (as_written.subject, as_written.body) == (as_shipped.subject, as_shipped.body)


def test_a_kind_without_a_specimen_shows_the_last_letter_of_its_kind_or_says_that_there_is_none(monkeypatch):
    monkeypatch.setattr(registry, "specimen_of", lambda name, language: None)
    with pytest.raises(ValidationError) as refused:
        texts.preview(text_of())
    assert refused.value.code == "none"

    confirmed()

    assert texts.preview(text_of()).subject == "You are registered: Robots in the street"


@pytest.fixture
def page(client, settings):
    from tests.factories import make_user

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    client.force_login(make_user(is_staff=True, is_superuser=True, language="en"))
    return client


def change_page(text):
    return reverse("admin:notifications_lettertext_change", args=[text.pk])


def test_the_form_begins_with_the_shipped_text_and_storing_it_unchanged_adjusts_nothing(page):
    text = text_of()
    form = page.get(change_page(text)).context["adminform"].form

    assert form.initial["subject"] == "You are registered: {event}"
    page.post(change_page(text), {"subject": form.initial["subject"], "body": form.initial["body"]})

    assert not LetterText.objects.get(pk=text.pk).is_adjusted


def test_a_text_is_looked_at_before_it_is_stored(page):
    text = text_of()
    address = reverse("admin:notifications_lettertext_try", args=[text.pk])

    good = page.post(address, {"subject": "Hello", "body": "Come to {event}.\n\n{button}"})
    bad = page.post(address, {"subject": "Hello", "body": "Come to {evnt}."})

    assert (good.status_code, bad.status_code, page.get(address).status_code) == (200, 422, 405)
    assert "Come to Cities as testbeds." in good.content.decode()
    assert "frame-ancestors" in good["Content-Security-Policy"]
    assert "Nothing fills {evnt}." in bad.content.decode()
    assert not LetterText.objects.get(pk=text.pk).is_adjusted


def test_staff_store_a_text_and_take_it_back(page):
    text = text_of()

    page.post(change_page(text), {"subject": "Hello", "body": "Hi.\r\n\r\n{button}"})
    stored = LetterText.objects.get(pk=text.pk)
    assert (stored.subject, stored.body, stored.changed_by is not None) == ("Hello", "Hi.\n\n{button}", True)
    shown = page.get(reverse("admin:notifications_lettertext_shown", args=[text.pk])).content.decode()
    assert "Hi." in shown

    page.post(change_page(text), {"subject": "{nonsense", "body": "", "_shipped": "yes"})

    assert not LetterText.objects.get(pk=text.pk).is_adjusted
