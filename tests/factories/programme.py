"""Webinars, visits, exchanges, and how the programme tells what became of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django.core.files.base import ContentFile

from events.models import Event
from programme.indicators.periods import Period
from programme.models import (
    ActionItem,
    AgendaItem,
    BudgetLine,
    Edition,
    EvidencePack,
    Exchange,
    FollowUp,
    Indicator,
    LibraryItem,
    Meeting,
    Milestone,
    NewsItem,
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
from programme.models.programme_reports import NEEDED_TEXTS
from programme.services import programme_reports, readings, releases, surveys
from tests.factories.ecosystem import make_city, make_organisation
from tests.factories.events import make_event, make_track
from tests.factories.ground import START, make_user, numbers


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


def make_report(edition=None, **fields):
    """The report of the first half of 2026: approved in August, of a half-year without activities, unless a draft."""
    edition, by = edition or make_edition(), fields.pop("by", None) or make_user(is_superuser=True)
    state, now = fields.pop("state", "approved"), datetime(2026, 8, 1, 9, tzinfo=UTC)
    period = Period(date(2026, 1, 1), date(2026, 6, 30))
    make_indicator(edition=edition)
    (reading,) = readings.propose_readings(edition, period, by=by, now=now)
    report = programme_reports.begin_report(edition, period, by=by, now=now)
    texts = {f"{name}_en": name for name in NEEDED_TEXTS} | fields
    report = programme_reports.write_report(report, texts, by=by)
    if state != "draft":
        readings.validate_reading(reading, by=by, now=now)
        report = programme_reports.approve_report(report, by=by, now=now)
    return programme_reports.send_report(report, by=by, now=now) if state == "sent" else report


def make_pack(report=None, **fields):
    """An evidence pack that is ready, with next to nothing in it."""
    defaults = {"asked_at": START, "made_at": START, "steps_total": 7, "steps_done": 7, "state": "ready", "size": 2}
    digest = {"sha256": "0" * 64, "file": ContentFile(b"PK", name="pack.zip")}
    return EvidencePack.objects.create(report=report or make_report(), **{**defaults, **digest, **fields})


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
    if "edition" not in fields:
        fields["edition"] = make_edition()
    return Milestone.objects.create(**{"title_en": f"Milestone {next(numbers)}", **fields})


def make_news(**fields):
    """A published note of ``START``; ``state`` and the rest as they are given."""
    n = next(numbers)
    state = fields.pop("state", "published")
    fields.setdefault("published_at", None if state == "draft" else START)
    texts = {"title_en": f"Note {n}", "text_en": "Something has happened."}
    return NewsItem.objects.create(**{"slug": f"note-{n}", "state": state, **texts, **fields})
