"""Staff add calendars of others, and review what they bring (events spec 10.9, 17)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from events.models import Event, FeedSource
from events.services import sources
from tests.events.sources.files import vcalendar, vevent
from tests.factories import make_event, make_feed_source, make_organisation, make_track

pytestmark = pytest.mark.django_db
QUEUE = "/admin/events/importeditem/"
ADD = "/admin/events/feedsource/add/"


@pytest.fixture(autouse=True)
def in_english(superuser):
    superuser.language = "en"
    superuser.save()


def at(days, hour=10):
    return f"{timezone.now() + timedelta(days=days):%Y%m%d}T{hour:02}0000Z"


def vevents(number):
    return [vevent(f"e{n}", start=at(5 + n), end=at(5 + n, 11), name=f"Talk {n} <b>x</b>") for n in range(number)]


def read(partner, *components, **fields):
    source = make_feed_source(url=partner.serve(vcalendar(*components)), **fields)
    assert sources.fetch(source.pk, now=timezone.now()) == "read"
    return source


def ticked(*items):
    """As the page sends them: each with what it showed."""
    return {"item": [item.pk for item in items], **{f"shown-{item.pk}": item.digest for item in items}}


def form(address):
    owner = make_organisation()
    return {
        "name": "City Lab", "url": address, "owner": owner.pk, "track": make_track().pk, "language": "it",
        "interval": 360,
    }  # fmt: skip


def test_an_address_is_asked_while_it_is_typed(admin_page, partner, django_capture_on_commit_callbacks):
    partner.serve(vcalendar(*vevents(2)))

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_page.post(ADD, form(partner.address()))

    assert answer.status_code == 302
    source = FeedSource.objects.get()
    assert (source.state, source.items.count(), len(partner.asked)) == ("working", 2, 1)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://10.0.0.1/a.ics", "not a public server"),
        ("https://anna:secret@8.8.8.8/a.ics", "user name or a password"),
        ("nonsense", "This is not an address"),
        ("", "required"),
    ],
)
def test_an_address_that_is_none_is_refused_with_the_reason(admin_page, address, words):
    answer = admin_page.post(ADD, form(address))

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert FeedSource.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_network_is_asked_before_anything_is_locked(client, superuser, monkeypatch):
    client.force_login(superuser)
    within = []
    monkeypatch.setattr(sources, "check_address", lambda text: within.append(connection.in_atomic_block) or text)

    client.post(ADD, form("https://partner.example/all.ics"))

    assert (within, FeedSource.objects.get().url) == ([False], "https://partner.example/all.ics")


def test_an_address_that_stays_is_not_asked_again(admin_page, partner):
    source = read(partner, *vevents(1))
    asked = len(partner.asked)

    admin_page.post(f"/admin/events/feedsource/{source.pk}/change/", {**form(source.url), "name": "Another name"})

    source.refresh_from_db()
    assert (source.name, len(partner.asked)) == ("Another name", asked)


def test_a_web_page_is_not_taken_for_a_calendar(admin_page, partner):
    answer = admin_page.post(ADD, form(partner.serve(b"<html>100% web</html>")))

    assert "a web page, not a calendar" in answer.content.decode()


def test_the_organiser_is_chosen_among_those_that_the_form_takes(client, admin_page, staff_of_torino):
    ours = make_organisation(name_it="Officina di Torino")
    theirs = make_organisation(name_it="Officina di Nagoya", side="nagoya")
    query = {"app_label": "events", "model_name": "feedsource", "field_name": "owner", "term": "officina"}

    def offered():
        return {int(entry["id"]) for entry in client.get(reverse("admin:autocomplete"), query).json()["results"]}

    of_a_manager = offered()
    client.force_login(staff_of_torino)

    assert of_a_manager == {ours.pk, theirs.pk}
    assert offered() == {ours.pk}


def test_the_labels_of_a_calendar_begin_with_a_capital(admin_page, partner):
    source = read(partner, *vevents(1))

    form = admin_page.get(reverse("admin:events_feedsource_change", args=[source.pk])).context["adminform"].form

    assert [field.label for field in form if field.label and field.label[0].islower()] == []


def test_the_queue_shows_text_as_text_in_both_cities(admin_page, partner):
    read(partner, *vevents(1))

    page = admin_page.get(QUEUE).content.decode()

    assert "Talk 0 &lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
    assert "Torino" in page
    assert "Nagoya" in page


def test_the_queue_asks_the_database_as_often_for_many_as_for_one(admin_page, partner):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    source = read(partner, *vevents(1))
    admin_page.get(QUEUE)
    with CaptureQueriesContext(connection) as one:
        admin_page.get(QUEUE)
    partner.serve(vcalendar(*vevents(20)))
    FeedSource.objects.update(last_fetch_at=None)
    sources.fetch(source.pk, now=timezone.now())

    with CaptureQueriesContext(connection) as many:
        admin_page.get(QUEUE)

    assert len(many) == len(one)


def test_many_are_accepted_at_once_and_become_drafts(admin_page, partner):
    source = read(partner, *vevents(3))

    answer = admin_page.post(QUEUE, {"_do": "accept", **ticked(*source.items.all()[:2])}, follow=True)

    assert [event.status for event in Event.objects.all()] == ["TENTATIVE"] * 2
    assert sorted(source.items.values_list("state", flat=True)) == ["accepted", "accepted", "new"]
    assert "look them over" in answer.content.decode()


def test_the_dates_of_a_series_are_decided_together(admin_page, partner):
    source = read(partner, vevent("s", start=at(5), end=at(5, 11), more=["RRULE:FREQ=WEEKLY;COUNT=4"]), *vevents(1))
    first = source.items.filter(uid="s").first()

    admin_page.post(QUEUE, {"_do": "ignore", **ticked(first), "series": "1"})

    assert list(source.items.order_by("uid").values_list("state", flat=True)) == ["new"] + ["ignored"] * 4


def read_again(source, partner, *components):
    partner.serve(vcalendar(*components))
    FeedSource.objects.update(last_fetch_at=None)
    assert sources.fetch(source.pk, now=timezone.now()) == "read"


def test_what_a_new_reading_changed_after_the_look_is_left_and_the_rest_is_done(admin_page, partner):
    source = read(partner, *vevents(2))
    first, second = source.items.order_by("dtstart")
    page = admin_page.get(QUEUE).content.decode()
    read_again(source, partner, vevent("e0", start=at(5), end=at(5, 11), name="Something else"), vevents(2)[1])

    answer = admin_page.post(QUEUE, {"_do": "accept", **ticked(first, second)}, follow=True)

    assert f'name="shown-{first.pk}" value="{first.digest}"' in page
    assert [str(message) for message in answer.context["messages"]] == [
        "Something else: This has changed since the page was opened: look again, then decide.",
        "Done for 1 record.",
        "What is new is a draft: look it over and publish it under Events.",
    ]
    assert list(source.items.order_by("dtstart").values_list("state", flat=True)) == ["new", "accepted"]


@pytest.mark.parametrize("act", ["accept", "ignore"])
def test_an_item_that_the_page_did_not_show_is_not_decided(admin_page, partner, act):
    source = read(partner, *vevents(1))

    admin_page.post(QUEUE, {"_do": act, "item": [source.items.get().pk]})

    assert (source.items.get().state, Event.objects.count()) == ("new", 0)


def test_dates_of_a_series_that_the_page_showed_are_left_where_they_have_changed_since(admin_page, partner):
    series = vevent("s", start=at(5), end=at(5, 11), more=["RRULE:FREQ=WEEKLY;COUNT=3"])
    source = read(partner, series)
    first, second, _third = source.items.order_by("dtstart")
    sent = {"_do": "ignore", **ticked(first), f"shown-{second.pk}": "of another reading", "series": "1"}

    admin_page.post(QUEUE, sent)

    assert list(source.items.order_by("dtstart").values_list("state", flat=True)) == ["ignored", "new", "ignored"]


def test_an_item_that_has_changed_since_is_not_joined(admin_page, partner):
    source = read(partner, *vevents(1))
    shown = source.items.get()
    ours = make_event(name_en="Talk 0", dtstart=shown.dtstart)
    read_again(source, partner, vevent("e0", start=at(5), end=at(5, 11), name="Something else"))

    admin_page.post(QUEUE, {"_link": f"{shown.pk}:{ours.pk}", **ticked(shown)})

    assert (source.items.get().state, source.items.get().event) == ("new", None)


def test_an_event_at_the_same_time_and_called_alike_is_pointed_out(admin_page, partner):
    source = read(partner, *vevents(1))
    item = source.items.get()
    make_event(name_en="Talk 0", dtstart=item.dtstart, slug="ours")
    make_event(name_en="Something else", dtstart=item.dtstart)

    page = admin_page.get(QUEUE).content.decode()

    assert "Perhaps we have it already" in page
    assert "Something else" not in page


def test_an_event_that_we_have_already_is_joined_and_no_draft_is_made(admin_page, partner):
    source = read(partner, *vevents(1))
    item = source.items.get()
    ours = make_event(name_en="Talk 0", name_it="La nostra", dtstart=item.dtstart)

    page = admin_page.get(QUEUE).content.decode()
    answer = admin_page.post(QUEUE, {"_link": f"{item.pk}:{ours.pk}", **ticked(item)})

    item.refresh_from_db()
    assert f'name="_link" value="{item.pk}:{ours.pk}"' in page
    assert (answer.status_code, item.state, item.event, Event.objects.count()) == (302, "accepted", ours, 1)
    ours.refresh_from_db()
    assert (ours.name_en, ours.name_it) == ("Talk 0", "La nostra")


def test_one_joined_by_mistake_is_separated_again(admin_page, partner):
    source = read(partner, *vevents(2))
    joined, made = source.items.order_by("dtstart")
    ours = make_event(name_en="Talk 0", dtstart=joined.dtstart)
    admin_page.post(QUEUE, {"_link": f"{joined.pk}:{ours.pk}", **ticked(joined)})
    admin_page.post(QUEUE, {"_do": "accept", **ticked(made)})

    admin_page.post(f"{QUEUE}?state=accepted", {"_do": "unlink", **ticked(*source.items.all())})

    states = [(item.state, item.event is None) for item in source.items.order_by("dtstart")]
    assert states == [("new", True), ("accepted", False)]
    assert Event.objects.filter(pk=ours.pk).exists()


@pytest.mark.parametrize("typed", ["", ":", "x:y", "1", "0:0", "９:1", "9" * 30 + ":1"])
def test_a_join_of_what_is_not_there_is_unseen(admin_page, typed):
    assert admin_page.post(QUEUE, {"_link": typed}).status_code == 404


def test_an_event_of_the_other_city_is_not_joined(client, staff_of_torino, partner):
    source = read(partner, *vevents(1))
    item = source.items.get()
    theirs = make_event(name_en="Talk 0", dtstart=item.dtstart, organizer=make_organisation(side="nagoya"))
    client.force_login(staff_of_torino)

    answer = client.post(QUEUE, {"_link": f"{item.pk}:{theirs.pk}", **ticked(item)})

    assert (answer.status_code, source.items.get().state) == (404, "new")


@pytest.mark.parametrize(
    "query",
    ["?state=nonsense", "?page=999", "?page=x", "?source=abc", "?source=99999999999", "?q=%00", "?q=" + "x" * 999],
)
def test_nonsense_in_the_address_shows_the_queue(admin_page, partner, query):
    read(partner, *vevents(1))

    assert admin_page.get(QUEUE + query).status_code == 200


@pytest.mark.parametrize(
    "sent", [{}, {"_do": "x"}, {"_do": "accept"}, {"_do": "accept", "item": ["x", "9" * 30, "-1"]}]
)
def test_a_decision_about_nothing_changes_nothing(admin_page, partner, sent):
    source = read(partner, *vevents(1))

    answer = admin_page.post(QUEUE, sent, follow=True)

    assert answer.status_code == 200
    assert source.items.get().state == "new"


def test_staff_decide_what_their_own_side_reads(client, staff_of_nagoya, partner):
    source = read(partner, *vevents(1))
    client.force_login(staff_of_nagoya)

    page = client.get(QUEUE).content.decode()
    client.post(QUEUE, {"_do": "accept", **ticked(source.items.get())})

    assert "Talk 0" not in page
    assert (source.items.get().state, Event.objects.count()) == ("new", 0)


def test_the_zone_is_set_on_the_page_of_the_calendar(admin_page, partner, django_capture_on_commit_callbacks):
    source = read(partner, vevent("a", start=at(5)[:-1], end=at(5, 11)[:-1]))
    assert source.items.get().state == "faulty"

    sent = {
        "name": source.name, "url": source.url, "owner": source.owner_id, "track": source.track_id, "language": "it",
        "interval": 360, "default_tzid": "Asia/Tokyo",
    }  # fmt: skip
    answer = admin_page.post(f"/admin/events/feedsource/{source.pk}/change/", sent)

    assert answer.status_code == 302
    item = source.items.get()
    assert (item.state, f"{item.dtstart:%H}") == ("new", "01")


def test_a_stopped_calendar_goes_on_when_staff_say_so(admin_page, partner, django_capture_on_commit_callbacks):
    source = read(partner, *vevents(3))
    partner.serve(vcalendar())
    FeedSource.objects.update(last_fetch_at=None)
    assert sources.fetch(source.pk, now=timezone.now()) == "emptied"
    FeedSource.objects.update(last_fetch_at=None)
    sent = {
        "name": source.name, "url": source.url, "owner": source.owner_id, "track": source.track_id, "language": "it",
        "interval": 360, "default_tzid": "", "_do": "allow",
    }  # fmt: skip

    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(f"/admin/events/feedsource/{source.pk}/change/", sent)

    source.refresh_from_db()
    assert source.state == "working"
    assert source.items.exclude(missing_since=None).count() == 3
