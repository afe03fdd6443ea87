"""One record of every kind that staff can open, for tests that walk through the whole workplace."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.utils import timezone, translation

from ecosystem.models import Concept, Place
from ecosystem.services import imports
from ecosystem.services.optouts import record_opt_out
from events.models import Broadcast, Delivery, ParticipantExport, RegistrationGroup, RetentionHold
from events.services.feeds import make_feed
from events.services.series import start_series
from iurc_portal.audit.models import Transition
from iurc_portal.content.models import ContentRecord
from iurc_portal.notifications.models import AddressStatus, Heartbeat, LetterText, Message, Subscription
from iurc_portal.pages.models import EditableText, PageRating, ProblemReport
from iurc_portal.privacy.models import ConsentText, DataRequest, RetentionRun
from iurc_portal.search.models import MissedQuery
from iurc_portal.translation.models import TextRecord
from programme.models import (
    CostLine,
    DatedEvent,
    Document,
    Edition,
    Exchange,
    FollowUp,
    FollowUpCheck,
    Milestone,
    PaperText,
    PersonalDataTransfer,
    Phase,
    ProgrammeFigure,
    TravelTime,
    Vehicle,
)
from tests import factories

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
numbers = count(1)


def edition():
    return Edition.objects.create(slug=f"edition-{next(numbers)}", name_en="Edition")


def organisation():
    made = factories.make_organisation(themes=[factories.make_theme()], initiatives=[factories.make_initiative()])
    made.contact_points.create(label_en="Desk", email="desk@example.org")
    return made


def delivery():
    registration = factories.make_registration()
    rule = registration.event.reminder_rules.create(trigger="-PT1H")
    return Delivery.objects.create(registration=registration, rule=rule, schedule_version=1, due_at=NOW)


def event_change():
    return factories.make_event().changes.create(
        field="dtstart", old=NOW.isoformat(), new=(NOW + timedelta(hours=1)).isoformat(), at=NOW, material=True
    )


def registration_group():
    lead = factories.make_registration()
    return RegistrationGroup.objects.create(event=lead.event, lead=lead, created_at=NOW)


def import_batch():
    staff = factories.make_user(is_superuser=True)
    batch = imports.start_import(data=b"Nome\nZolfora\n", file_name="a.csv", side="torino", by=staff, now=NOW)
    return imports.check_import(batch=batch, by=staff, now=NOW)


def message():
    n = next(numbers)
    return Message.objects.create(
        key=f"letter-{n}", kind="nobody.knows", to="a@example.org", language="it", tzid="Europe/Rome"
    )


def visit():
    item = factories.make_agenda_item()
    made = item.day.visit
    made.delegates.create(person=factories.make_person())
    item.hosts.create(person=factories.make_person())
    return made


def series():
    with translation.override("en"):
        return start_series(factories.make_event(dtstart=coming()), rrule="FREQ=WEEKLY;COUNT=3", now=timezone.now())


def pair():
    made = factories.make_pair()
    made.steps.create(order=1, text_en="Ask the fire service", owner_side="nagoya")
    return made


MAKERS = {
    "programme.actionitem": factories.make_action,
    "programme.indicator": factories.make_indicator,
    "programme.meeting": factories.make_meeting,
    "programme.objective": factories.make_objective,
    "programme.programmereport": factories.make_report,
    "programme.reading": factories.make_reading,
    "programme.staffexchange": factories.make_stay,
    "programme.thematiccluster": lambda: factories.make_cluster(
        factories.make_city("seoul", country="KR", tzid="Asia/Seoul")
    ),
    "account.emailaddress": lambda: EmailAddress.objects.create(
        user=(user := factories.make_user()), email=user.email, primary=True, verified=True
    ),
    "accounts.user": factories.make_user,
    "audit.transition": lambda: Transition.objects.create(
        model="events.event", object_id="1", to_state="CONFIRMED", at=NOW, actor=factories.make_user()
    ),
    "auth.group": lambda: Group.objects.create(name=f"Group {next(numbers)}"),
    "auth.permission": lambda: Permission.objects.first(),
    "content.contentrecord": lambda: ContentRecord.objects.create(
        model="ecosystem.city", key=f"key-{next(numbers)}", source_file="a.yaml", object_id="1"
    ),
    "ecosystem.city": lambda: factories.make_city(f"city-{next(numbers)}"),
    "ecosystem.claim": factories.make_claim,
    "ecosystem.concept": lambda: Concept.objects.create(
        scheme="glossary", notation=f"n-{next(numbers)}", pref_label_en="Word", broader=factories.make_theme()
    ),
    "ecosystem.goodpractice": factories.make_practice,
    "ecosystem.importbatch": import_batch,
    "ecosystem.initiative": lambda: factories.make_initiative(slug=f"initiative-of-list-{next(numbers)}"),
    "ecosystem.listingoptout": lambda: record_opt_out(
        organisation=factories.make_organisation(), asked_by="owner", asked_on=NOW.date(), by=None, now=NOW
    ),
    "ecosystem.mirrorpair": pair,
    "ecosystem.listing": factories.make_listing,
    "ecosystem.organisation": organisation,
    "ecosystem.person": lambda: factories.make_person(organisation=factories.make_organisation()),
    "ecosystem.place": lambda: Place.objects.create(
        name_en=f"Hall {next(numbers)}", city=factories.make_city(), organisation=factories.make_organisation()
    ),
    "ecosystem.profilerevision": factories.make_revision,
    "ecosystem.testbed": lambda: factories.make_testbed(themes=[factories.make_theme()]),
    "ecosystem.testrun": factories.make_test_run,
    "ecosystem.transfer": factories.make_transfer,
    "events.broadcast": lambda: Broadcast.objects.create(
        event=factories.make_event(), subject_en="The room", body_en="It is another one."
    ),
    "events.delivery": delivery,
    "events.eventchange": event_change,
    "events.event": lambda: factories.make_event(maximum_attendee_capacity=10),
    "events.question": lambda: factories.make_question(kind="choice", choices=["Tram", "Bus"]),
    "events.questionset": lambda: factories.make_question().question_set,
    "events.feedsource": factories.make_feed_source,
    "events.importeditem": lambda: factories.make_feed_source().items.create(
        uid=f"uid-{next(numbers)}",
        content_hash="x",
        name="Open day",
        found_at=NOW,
        changed_at=NOW,
        dtstart=NOW + timedelta(days=3650),
        dtend=NOW + timedelta(days=3651),
        tzid="Europe/Rome",
    ),
    "events.feedtoken": lambda: make_feed(name="telephone", registration=factories.make_registration(), now=NOW)[0],
    "events.participantexport": lambda: ParticipantExport.objects.create(
        at=NOW, by=factories.make_user(), query="state=confirmed", form="xlsx", number=3
    ),
    "events.registration": factories.make_registration,
    "events.remotecalendar": lambda: factories.make_remote_calendar(secret=""),  # a password needs a key
    "events.syncproposal": lambda: factories.make_proposal(
        factories.make_remote_item(factories.make_remote_calendar(secret=""))
    ),
    "events.series": series,
    "events.reminderrule": lambda: factories.make_event().reminder_rules.create(trigger="-PT24H"),
    "events.registrationgroup": registration_group,
    "events.retentionhold": lambda: RetentionHold.objects.create(
        event=factories.make_event(), reason="the final report", at=NOW, by=factories.make_user()
    ),
    "events.track": lambda: factories.make_track(f"track-{next(numbers)}"),
    "notifications.addressstatus": lambda: AddressStatus.objects.create(
        email_key=f"a{next(numbers)}@example.org", state="hard", since=NOW
    ),
    "notifications.heartbeat": lambda: Heartbeat.objects.create(name=f"job-{next(numbers)}", last_success_at=NOW),
    "notifications.lettertext": lambda: LetterText.objects.create(kind=f"nobody.knows-{next(numbers)}", language="it"),
    "notifications.message": message,
    "notifications.subscription": lambda: Subscription.objects.create(
        email=(address := f"a{next(numbers)}@example.org"),
        email_key=address,
        topic="events",
        language="it",
        tzid="Europe/Rome",
        asked_at=NOW,
    ),
    "privacy.consenttext": lambda: ConsentText.objects.create(
        version=next(numbers), text_en="To keep your place.", valid_from=NOW
    ),
    "privacy.datarequest": lambda: DataRequest.objects.create(
        kind="export", way="staff", reason="by letter", language="it", asked_at=NOW, done_at=NOW
    ),
    "privacy.retentionrun": lambda: RetentionRun.objects.create(at=NOW, counts={"tokens": 3}, failed=["unproved"]),
    "search.missedquery": lambda: MissedQuery.objects.create(text=f"word {next(numbers)}", days=3, last_on=NOW),
    "pages.editabletext": lambda: EditableText.objects.create(slug=f"text-{next(numbers)}", title_en="Text"),
    "pages.pagerating": lambda: PageRating.objects.create(path="/it/", language="it", rating=2),
    "pages.problemreport": lambda: ProblemReport.objects.create(text="It does not open.", language="it"),
    "programme.costline": lambda: CostLine.objects.create(
        visit=factories.make_visit(), heading_en="Hotel", payer="nagoya", estimate=300
    ),
    "programme.datedevent": lambda: DatedEvent.objects.create(
        slug=f"dated-{next(numbers)}", kind="visit", date=date(2020, 1, 1), title_en="Visit"
    ),
    "programme.document": lambda: Document.objects.create(
        visit=factories.make_visit(), kind="itinerary", language="it", number=1, dated_on=NOW.date(), created_at=NOW
    ),
    "programme.newsitem": lambda: factories.make_news(state="draft"),
    "programme.edition": edition,
    "programme.peoplecount": factories.make_people_count,
    "programme.papertext": lambda: PaperText.objects.get_or_create(kind="invitation", language="ja")[0],
    "programme.personaldatatransfer": lambda: PersonalDataTransfer.objects.create(
        what="itinerary", recipient="City", country="JP", legal_basis="arrangement", number=2, at=NOW
    ),
    "programme.exchange": lambda: Exchange.objects.create(
        slug=f"exchange-{next(numbers)}", title_en="Exchange", edition=edition()
    ),
    "programme.followup": lambda: FollowUp.objects.create(
        visit=factories.make_visit(),
        owner_torino=factories.make_organisation(side="torino"),
        text_en="Write to them",
        due_on=NOW.date(),
    ),
    "programme.followupcheck": lambda: FollowUpCheck.objects.create(
        source="visit", source_id=factories.make_visit().pk, day=30, side="torino", language="it", sent_at=NOW
    ),
    "programme.vehicle": lambda: Vehicle.objects.create(name=f"Bus {next(numbers)}", seats=9),
    "programme.milestone": lambda: Milestone.objects.create(
        edition=edition(), title_en="Step", due_on=date(2026, 1, 1)
    ),
    "programme.phase": lambda: Phase.objects.create(slug=f"phase-{next(numbers)}", name_en="Phase", first_year=2016),
    "programme.programmefigure": lambda: ProgrammeFigure.objects.create(
        slug=f"figure-{next(numbers)}", label_en="Figure", value=3, year=2024
    ),
    "programme.studyvisit": visit,
    "programme.traveltime": lambda: TravelTime.objects.create(
        origin=Place.objects.create(name_en="From", city=factories.make_city()),
        destination=Place.objects.create(name_en="To", city=factories.make_city()),
        minutes=25,
    ),
    "programme.survey": factories.make_survey,
    "programme.webinar": factories.make_webinar,
    "translation.textrecord": lambda: TextRecord.objects.create(
        model="ecosystem.organisation",
        object_id=factories.make_organisation().pk,
        field="summary",
        language="ja",
        source_language="en",
        written_at=NOW,
    ),
}


def make(label: str):
    return MAKERS[label]()


def coming(days: int = 3):
    """A start ``days`` from now, for pages that look at the real clock."""
    from django.utils import timezone

    return timezone.now().replace(microsecond=0) + timedelta(days=days)
