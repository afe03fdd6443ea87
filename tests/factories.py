"""Plain functions with dull defaults, so that what a test says is what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.utils import timezone

from ecosystem.models import (
    City,
    Claim,
    Concept,
    GoodPractice,
    Initiative,
    Listing,
    MirrorPair,
    Organisation,
    Person,
    ProfileRevision,
    Testbed,
    TestRun,
    Transfer,
)
from events.models import (
    Event,
    FeedSource,
    QuestionSet,
    Registration,
    RemoteCalendar,
    RemoteItem,
    SyncProposal,
    Track,
)
from events.models.events import uid_for
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.models import User
from iurc_portal.clock import day_bounds
from programme.models import (
    ActionItem,
    AgendaItem,
    BudgetLine,
    Edition,
    Exchange,
    FollowUp,
    Indicator,
    LibraryItem,
    Meeting,
    Milestone,
    Objective,
    PeopleCount,
    Reading,
    Speaker,
    StaffExchange,
    StudyVisit,
    ThematicCluster,
    VisitDay,
    Webinar,
)
from programme.services import releases, surveys

numbers = count(1)
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya


def make_user(**fields):
    n = next(numbers)
    fields.setdefault("email", f"person{n}@example.org")
    return User.objects.create_user(fields.pop("email"), fields.pop("password", "a-long-password"), **fields)


def make_city(slug="torino", **fields):
    partner = {"torino": ("IT", "Europe/Rome"), "nagoya": ("JP", "Asia/Tokyo")}
    country, tzid = partner.get(slug, ("IT", "Europe/Rome"))
    defaults = {"name_en": slug.title(), "country": country, "tzid": tzid, "is_partner": slug in partner, **fields}
    city, _created = City.objects.get_or_create(slug=slug, defaults=defaults)
    return city


def make_theme(notation=None, **fields):
    notation = notation or f"theme-{next(numbers)}"
    return Concept.objects.create(
        **{"scheme": "theme", "notation": notation, "pref_label_en": notation, "state": "approved", **fields}
    )


def make_initiative(**fields):
    n = next(numbers)
    return Initiative.objects.create(
        **{"slug": f"initiative-{n}", "code": f"I{n}", "name_en": f"Initiative {n}", **fields}
    )


def make_organisation(*, themes=(), initiatives=(), **fields):
    n = next(numbers)
    defaults = {
        "slug": f"organisation-{n}",
        "name_en": f"Organisation {n}",
        "summary_en": f"What organisation {n} does.",
        "kind": Organisation.Kind.COMPANY,
        "side": "torino",
        "state": Organisation.State.PUBLISHED,
    }
    fields.setdefault("city", make_city())
    organisation = Organisation.objects.create(**{**defaults, **fields})
    organisation.themes.set(themes)
    for initiative in initiatives:
        organisation.parts.create(initiative=initiative)
    return organisation


def make_person(**fields):
    n = next(numbers)
    return Person.objects.create(**{"family_name": f"Rossi{n}", "given_name": "Anna", **fields})


def make_test_run(**fields):
    n = next(numbers)
    fields.setdefault("city", make_city())
    return TestRun.objects.create(**{"slug": f"test-{n}", "title_en": f"Test {n}", **fields})


def make_practice(**fields):
    n = next(numbers)
    fields.setdefault("city", make_city())
    return GoodPractice.objects.create(
        **{"slug": f"practice-{n}", "title_en": f"Practice {n}", "state": "validated", **fields}
    )


def make_track(slug="webinars", **fields):
    return Track.objects.get_or_create(slug=slug, defaults={"name_en": slug.title(), **fields})[0]


def make_feed_source(**fields):
    n = next(numbers)
    if "owner" not in fields:  # of Torino's side
        fields["owner"] = make_organisation()
    fields.setdefault("track", make_track())
    return FeedSource.objects.create(
        **{"name": f"Calendar {n}", "url": f"https://partner{n}.example/feed.ics", "language": "it", **fields}
    )


def make_event(**fields):
    """A published public event, on 3 March 2026 from 09:00 to 10:30 in Torino, open for registration."""
    n = next(numbers)
    event = Event(
        **{
            "slug": f"event-{n}",
            "name_en": f"Event {n}",
            "status": Event.Status.CONFIRMED,
            "published_at": START - timedelta(days=60),
            "dtstart": START,
            "dtend": fields.get("dtstart", START) + timedelta(minutes=90),
            "registration_open": True,
            **fields,
        }
    )
    if event.track_id is None:
        event.track = make_track()
    if event.organizer_id is None:
        event.organizer = make_organisation()
    event.uid = uid_for(event.public_id)
    event.save()
    return event


def make_days(first, last=None, tzid="Europe/Rome", **fields):
    """An event of whole days on the calendar of ``tzid``, from ``first`` to ``last``."""
    start, end = day_bounds(first, last or first, tzid)
    return make_event(dtstart=start, dtend=end, tzid=tzid, all_day=True, **fields)


def make_registration(event=None, **fields):
    n = next(numbers)
    email = fields.pop("email", f"guest{n}@example.org")
    return Registration.objects.create(
        **{
            "event": event or make_event(),
            "email": email,
            "email_key": email_key(email),
            "family_name": "Yamada",
            "given_name": "Taro",
            "state": Registration.State.CONFIRMED,
            "joined_at": START - timedelta(days=30),
            "confirmed_at": START - timedelta(days=30),
            "language": "ja",
            "tzid": "Asia/Tokyo",
            **fields,
        }
    )


def make_webinar(**fields):
    fields.setdefault("event", make_event())
    return Webinar.objects.create(**fields)


def make_survey(event=None, **fields):
    """A survey with the ready-made questions, opened a day before its event."""
    survey = surveys.prepare_survey(event or make_event(), audience=fields.pop("audience", "guest"))
    fields = {"state": "open", "opened_at": survey.event.dtstart - timedelta(days=1), **fields}
    for name, value in fields.items():
        setattr(survey, name, value)
    survey.save()
    return survey


def make_visit(**fields):
    n = next(numbers)
    fields.setdefault("host_city", make_city("torino"))
    fields.setdefault("guest_city", make_city("nagoya"))
    return StudyVisit.objects.create(**{"slug": f"visit-{n}", "title_en": f"Visit {n}", **fields})


def make_agenda_item(visit=None, *, event=None, day=None, **fields):
    visit = visit or make_visit()
    event = event or make_event(access=Event.Access.PARTICIPANTS, track=make_track("visits"), registration_open=False)
    if day is None:
        day, _created = VisitDay.objects.get_or_create(visit=visit, date=event.dtstart.date())
    return AgendaItem.objects.create(day=day, event=event, **fields)


def all_ticks(visit, *, now):
    """Every warning about the agenda of ``visit`` at ``now``, read and ticked."""
    return {told.key: "" for told in releases.draft_of(visit, now=now).warnings}


def make_people_count(visit=None, **fields):
    """Two guests of Nagoya's administration, whose names are gone."""
    defaults = {"part": "guest", "side": "nagoya", "helix": "government", "country": "JP", "presence": "present"}
    return PeopleCount.objects.create(visit=visit or make_visit(), **{**defaults, "number": 2, **fields})


def make_follow_up(owner=None, **fields):
    """Something that ``owner`` (of Torino's side unless it says otherwise) promised at a visit."""
    owner = owner or make_organisation(side="torino")
    if not {"visit", "webinar"} & set(fields):
        fields["visit"] = make_visit()
    defaults = {f"owner_{owner.side}": owner, "text_en": "Write to them", "due_on": START.date()}
    return FollowUp.objects.create(**{**defaults, **fields})


def make_version(visit, *, now=None, tell=True, **fields):
    """Release the agenda of ``visit`` as it stands, whatever is wrong with it. With ``tell`` people are told."""
    draft = releases.draft_of(visit, now=now or START - timedelta(days=30))
    if not tell:
        draft = replace(draft, recipients=[])
    return releases.fix(visit, draft, now=now or START - timedelta(days=30), acknowledged=[], **fields)


def make_member(organisation, user=None, role="owner"):
    """A user who speaks for ``organisation``."""
    user = user or make_user()
    organisation.memberships.create(user=user, role=role)
    return user


def make_claim(**fields):
    """A claim whose mailbox is proved and that waits for staff."""
    fields.setdefault("organisation", make_organisation())
    fields.setdefault("user", make_user())
    return Claim.objects.create(
        **{
            "mailbox": "desk@organisation.example",
            "evidence": "I am the secretary.",
            "language": "it",
            "state": Claim.State.PENDING,
            "asked_at": START,
            "proof_until": START + timedelta(hours=72),
            "proved_at": START,
            "answer_by": START.date() + timedelta(days=3),
            **fields,
        }
    )


def make_revision(**fields):
    """A proposal that waits for staff: a new English summary."""
    fields.setdefault("organisation", make_organisation())
    fields.setdefault("author", make_user())
    changes = {"summary_en": {"old": fields["organisation"].summary_en, "new": "A new summary."}}
    last = fields["organisation"].revisions.first()
    number = last.number + 1 if last else 1
    return ProfileRevision.objects.create(**{"number": number, "proposed_at": START, "changes": changes, **fields})


def make_testbed(*, themes=(), **fields):
    """A published testbed of Torino."""
    n = next(numbers)
    fields.setdefault("city", make_city())
    if "owner" not in fields:
        fields["owner"] = make_organisation(city=fields["city"])
    defaults = {
        "slug": f"testbed-{n}",
        "name_en": f"Testbed {n}",
        "testable_en": "Robots.",
        "provided_en": "A permit.",
        "kind": "street",
        "state": "published",
    }
    testbed = Testbed.objects.create(**{**defaults, **fields})
    testbed.themes.set(themes)
    return testbed


def make_pair(**fields):
    """A mirror pair, proposed; in any other state both sides have agreed."""
    if fields.get("state", "proposed") != "proposed":
        fields = {"torino_agreed_at": START, "nagoya_agreed_at": START, **fields}
    if "torino" not in fields:
        fields["torino"] = make_testbed()
    if "nagoya" not in fields:
        fields["nagoya"] = make_testbed(city=make_city("nagoya"))
    return MirrorPair.objects.create(**{"rationale_en": "They are alike.", **fields})


def make_transfer(**fields):
    """A practice of Torino taken over in Nagoya."""
    if "practice" not in fields:
        fields["practice"] = make_practice()
    if "organisation" not in fields:
        fields.setdefault("city", make_city("nagoya"))
    return Transfer.objects.create(**{"adapted_en": "The hours.", **fields})


def make_term(notation, *, themes=(), **fields):
    """An approved concept of the glossary, called by its notation in English."""
    defaults = {"pref_label_en": notation, "state": "approved", **fields}
    term = Concept.objects.create(scheme="glossary", notation=notation, **defaults)
    term.related.set(themes)
    return term


def make_listing(organisation=None, *, cooperation=(), **fields):
    """A published offer of a technology that ends in thirty days."""
    n = next(numbers)
    defaults = {
        "direction": "offer",
        "type": "technology",
        "state": "published",
        "title_en": f"Listing {n}",
        "text_en": f"What listing {n} is.",
        "valid_until": timezone.localdate() + timedelta(days=30),
    }
    listing = Listing.objects.create(organisation=organisation or make_organisation(), **{**defaults, **fields})
    listing.cooperation.set(cooperation)
    return listing


def make_presence(registration, start_minute=0, end_minute=90, **fields):
    """A time of presence of ``registration``, in minutes from the start of its event."""
    n = next(numbers)
    start = registration.event.dtstart
    return registration.attendance_intervals.create(
        **{
            "event": registration.event,
            "state": "matched",
            "how": "email",
            "joined_at": start + timedelta(minutes=start_minute),
            "left_at": start + timedelta(minutes=end_minute),
            "external_id": f"presence-{n}",
            "who": f"who-{n}",
            "imported_at": start + timedelta(days=1),
            **fields,
        }
    )


def make_question(question_set=None, *, choices=(), **fields):
    """A question of a set, a new one if none is given, asked in English; ``choices`` are English words."""
    question_set = question_set or QuestionSet.objects.create(name_en=f"Questions {next(numbers)}")
    n = question_set.questions.count()
    question = question_set.questions.create(**{"order": n, "kind": "text", "label_en": f"Question {n}", **fields})
    for order, words in enumerate(choices):
        question.choices.create(order=order, label_en=words)
    return question


def make_speaker(webinar=None, **fields):
    """Somebody without a row among the people."""
    n = next(numbers)
    return Speaker.objects.create(
        **{"webinar": webinar or make_webinar(), "family_name": f"Bianchi{n}", "given_name": "Carla", **fields}
    )


def make_library_item(webinar=None, **fields):
    """An English recording that everybody finds once the webinar is over."""
    n = next(numbers)
    defaults = {"kind": "recording", "language": "en", "access": "public", "published_at": START}
    if "file" not in fields:
        defaults["url"] = f"https://video.example/recording-{n}"
    return LibraryItem.objects.create(**{"webinar": webinar or make_webinar(), **defaults, **fields})


def make_edition(**fields):
    """The running edition of two years, from 1 January 2026."""
    n = next(numbers)
    defaults = {
        "slug": f"edition-{n}",
        "name_en": f"Edition {n}",
        "state": "running",
        "first_day": date(2026, 1, 1),
        "last_day": date(2027, 12, 31),
    }
    return Edition.objects.create(**{**defaults, **fields})


def make_exchange(*, cities=(), **fields):
    n = next(numbers)
    if "edition" not in fields:
        fields["edition"] = make_edition()
    defaults = {"slug": f"exchange-{n}", "title_en": f"Exchange {n}", "state": "active"}
    exchange = Exchange.objects.create(**{**defaults, **fields})
    exchange.cities.set(cities)
    return exchange


def make_cluster(*cities, **fields):
    """A thematic cluster of the two cities and ``cities``."""
    n = next(numbers)
    cluster = ThematicCluster.objects.create(**{"slug": f"cluster-{n}", "name_en": f"Cluster {n}", **fields})
    for city in (make_city("torino"), make_city("nagoya"), *cities):
        cluster.places.create(city=city)
    return cluster


def make_objective(**fields):
    n = next(numbers)
    if "edition" not in fields:
        fields["edition"] = make_edition()
    return Objective.objects.create(**{"code": f"O{n}", "text_en": f"Objective {n}", **fields})


def make_action(**fields):
    """A draft of the action plan; in any other state both sides have agreed."""
    n = next(numbers)
    if fields.get("state", "draft") != "draft":
        fields = {"torino_agreed_at": START, "nagoya_agreed_at": START, **fields}
    if "objective" not in fields:
        fields["objective"] = make_objective()
    return ActionItem.objects.create(**{"text_en": f"Action {n}", **fields})


def make_indicator(**fields):
    """An indicator that the portal counts: webinars held, every half-year."""
    n = next(numbers)
    if "edition" not in fields:
        fields["edition"] = make_edition()
    if fields.get("source") == "manual":
        fields.setdefault("key", "")
    return Indicator.objects.create(**{"code": f"I{n}", "name_en": f"Indicator {n}", "key": "webinars_held", **fields})


def make_reading(indicator=None, **fields):
    """A draft for the first half of 2026."""
    return Reading.objects.create(
        **{
            "indicator": indicator or make_indicator(),
            "first_day": date(2026, 1, 1),
            "last_day": date(2026, 6, 30),
            "value": 1,
            "entered_at": START,
            **fields,
        }
    )


def make_stay(**fields):
    """Somebody of Nagoya who is to work a week in Torino."""
    if "exchange" not in fields:
        fields["exchange"] = make_exchange()
    if "sending" not in fields:
        fields["sending"] = make_organisation(side="nagoya", city=make_city("nagoya"))
    if "hosting" not in fields:
        fields["hosting"] = make_organisation()
    defaults = {"aims_en": "How tests are permitted.", "first_day": date(2026, 3, 2), "last_day": date(2026, 3, 6)}
    return StaffExchange.objects.create(**{**defaults, **fields})


def make_meeting(**fields):
    """An introduction on 3 March 2026, in private."""
    if "exchange" not in fields:
        fields["exchange"] = make_exchange()
    if "event" not in fields:
        fields["event"] = make_event(access=Event.Access.PARTICIPANTS, registration_open=False)
    if "organisation_torino" not in fields:
        fields["organisation_torino"] = make_organisation()
    if "organisation_nagoya" not in fields:
        fields["organisation_nagoya"] = make_organisation(side="nagoya", city=make_city("nagoya"))
    return Meeting.objects.create(**fields)


def make_budget_line(**fields):
    if "edition" not in fields:
        fields["edition"] = make_edition()
    return BudgetLine.objects.create(**{"heading_en": "Travel", "ceiling": 1000, **fields})


def make_milestone(**fields):
    fields.setdefault("edition", make_edition())
    return Milestone.objects.create(**{"title_en": f"Milestone {next(numbers)}", **fields})


def make_remote_calendar(owner=None, **fields):
    """A calendar of a member of staff, connected and never run."""
    n = next(numbers)
    defaults = {
        "display_name": f"Calendar {n}",
        "url": f"https://dav.example/calendars/{n}/",
        "username": "anna",
        "secret": "a-remote-password",
        "scope": "webinars",
        "language": "en",
    }
    owner = owner or make_user(is_staff=True)
    return RemoteCalendar.objects.create(owner=owner, **{**defaults, **fields})


def make_remote_item(calendar=None, event=None, **fields):
    """A copy of ``event`` on which both sides agree, or with ``event=False`` something that others wrote there."""
    n = next(numbers)
    event = None if event is False else event or make_event()
    facts = (
        {
            "when": f"{event.dtstart:%Y-%m-%dT%H:%M:%SZ}/{event.dtend:%Y-%m-%dT%H:%M:%SZ}",
            "summary": event.name,
        }
        if event
        else {"when": "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z", "summary": f"Found {n}"}
    )
    defaults = {
        "event": event,
        "href": f"/calendars/item-{n}.ics",
        "uid": event.uid if event else f"found-{n}@elsewhere.example",
        "etag": f'"{n}"',
        "base": {"ours": facts, "theirs": facts} if event else {"theirs": facts},
    }
    return RemoteItem.objects.create(calendar=calendar or make_remote_calendar(), **{**defaults, **fields})


def make_proposal(item=None, **fields):
    """Somebody moved an entry by an hour in their calendar."""
    item = item or make_remote_item()
    ours = {"when": item.base["ours"]["when"]}
    start, end = (datetime.fromisoformat(part) + timedelta(hours=1) for part in ours["when"].split("/"))
    theirs = {"when": f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"}
    defaults = {
        "kind": "change",
        "fields": ["when"],
        "base": ours,
        "ours": ours,
        "theirs": theirs,
        "created_at": START,
    }
    return SyncProposal.objects.create(item=item, **{**defaults, **fields})
