"""A person of whom the portal holds everything it can hold, and a search through every table for what names them."""

from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import models

from ecosystem.models import Person
from events.models import (
    AccessToken,
    Answer,
    AttendanceInterval,
    Certificate,
    CheckIn,
    Delivery,
    JoinClick,
    ParticipantExport,
    Registration,
    RegistrationGroup,
)
from events.services import letters, tokens
from events.services.feeds import make_feed
from iurc_portal.audit.services import record_transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import AddressStatus, Message, Subscription
from iurc_portal.notifications.subscriptions import issue
from iurc_portal.pages.models import ProblemReport
from programme.models import DelegateSensitive, Material, PersonalDataTransfer, SensitiveAccess
from programme.services import day, links, surveys
from tests import factories

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
EMAIL = "Taro.Kuronuma@example.org"
KEY = "taro.kuronuma@example.org"
NAMES = {
    "family_name": "黒沼田",
    "given_name": "多呂右",
    "family_kana": "クロヌマダ",
    "given_kana": "タロウスケ",
    "romaji": "KURONUMADA Tarousuke",
}
# Whatever of them stands anywhere names them: also in other cases and widths, and in keys to search and to order by.
MARKS = [KEY, "taro.kuronuma", *NAMES.values(), "kuronumada", "Zolforanera", "hummus allergy", "090-5555"]


def person_everywhere():
    """Their account, a registration in each state with all that hangs on it, one still to come. Returns the user."""
    user = factories.make_user(email=EMAIL, **NAMES)
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    staff = factories.make_user(email="clerk@torino.example", is_staff=True)
    past, coming = NOW - 40 * DAY, NOW + 10 * DAY
    for number, state in enumerate(Registration.State.values):
        for start in (past, coming) if state == "confirmed" else (past,):
            is_guest = number % 2 == 0
            _registration(state, start, user=None if is_guest else user, staff=staff)
    _mail(user)
    _ecosystem(user)
    ParticipantExport.objects.create(at=NOW, by=staff, query=f"q={KEY.replace('@', '%40')}", form="xlsx", number=1)
    ProblemReport.objects.create(text=f"Write to {EMAIL}", email=EMAIL, language="ja")
    _session(user)
    return user


def _registration(state: str, start: datetime, *, user, staff) -> Registration:
    event = factories.make_event(dtstart=start)
    row = factories.make_registration(
        event,
        email=EMAIL,
        user=user,
        state=state,
        hold_until=start if state == "offered" else None,
        company="Zolforanera",
        job_title="Zolforanera chief",
        access_needs="hummus allergy",
        decision_note="Zolforanera is welcome",
        interpretation="it",
        country="JP",
        **NAMES,
    )
    if state == "confirmed":
        row.certificate = Certificate.objects.create(registration=row, code=f"C{row.pk}", issued_at=NOW)
        CheckIn.objects.create(registration=row, at=NOW, by=staff)
        JoinClick.objects.create(registration=row, at=start)
        factories.make_presence(row, name="Kuronumada Tarousuke", email=EMAIL)
        AttendanceInterval.objects.create(
            event=event,
            joined_at=start,
            left_at=start + DAY,
            name="黒沼田 多呂右",
            external_id=f"u{row.pk}",
            imported_at=NOW,
        )
        rule = event.reminder_rules.create(trigger="-PT24H")
        Delivery.objects.create(registration=row, rule=rule, schedule_version=0, due_at=start, reason=f"to {KEY}")
        group = RegistrationGroup.objects.create(event=event, lead=row, name="Zolforanera friends", created_at=NOW)
        Registration.objects.filter(pk=row.pk).update(group=group)
        letters.queue_invitations(event, [EMAIL], language="ja", bound=True, now=NOW)
        tokens.issue_invitation(event, email_key=KEY)
        _as_member(row)
    question = factories.make_question(kind="text", is_sensitive=True)
    Answer.objects.create(registration=row, question=question, value="hummus allergy", answered_at=NOW)
    tokens.issue(row, AccessToken.Purpose.MANAGE, now=NOW)
    make_feed(name="Kuronumada's phone", registration=row, now=NOW)
    record_transition(row, from_state="", to_state=state, now=NOW, actor=staff, comment=f"called {EMAIL}")
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(Registration),
        object_id=str(row.pk),
        object_repr=str(row),
        action_flag=CHANGE,
        change_message="Zolforanera",
    )
    return row


def _as_member(row: Registration) -> None:
    """Somebody else had registered them, and was told by name that they do not come."""
    lead = factories.make_registration(row.event, email="lead@example.org", family_name="Rossi", given_name="Ugo")
    group = RegistrationGroup.objects.create(event=row.event, lead=lead, created_at=NOW)
    Registration.objects.filter(pk=row.pk).update(group=group)
    letters.queue_members_gone(lead, [row.display_name("ja")], declined=True, now=NOW)


def _mail(user) -> None:
    outbox.queue_message(
        key=f"x:{KEY}",
        kind="events.link",
        to=EMAIL.upper(),
        language="ja",
        tzid="Asia/Tokyo",
        payload={"name": "黒沼田"},
    )
    Message.objects.update(state=Message.State.SENT, sent_at=NOW, error=f"550 {KEY} refused")
    AddressStatus.objects.create(email_key=KEY, state="soft", since=NOW, detail=f"{KEY}: mailbox full")
    subscription = Subscription.objects.create(
        email=EMAIL, email_key=KEY, topic="events", language="ja", tzid="Asia/Tokyo", asked_at=NOW, proved_at=NOW
    )
    issue(subscription.pk, "end", now=NOW)
    make_feed(name="Kuronumada's laptop", user=user, now=NOW)
    _calendar(user)


def _calendar(user) -> None:
    """A calendar elsewhere, with an entry of the person's own in it."""
    own = {"username": KEY, "secret": "", "display_name": "Kuronumada's calendar"}
    calendar = factories.make_remote_calendar(user, url=f"https://dav.example/{KEY}/", **own)
    theirs = {"when": "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z", "summary": "Kuronumada's dentist"}
    item = factories.make_remote_item(calendar, event=False, base={"theirs": theirs}, note="黒沼田")
    item.proposals.create(kind="conflict", theirs=theirs, created_at=NOW, by=user)
    calendar.runs.create(started_at=NOW, detail=f"{KEY} unknown")


def _ecosystem(user) -> None:
    claim = factories.make_claim(user=user, mailbox="taro.kuronuma@zolforanera.example", evidence="Zolforanera chief")
    record_transition(claim, from_state="", to_state=claim.state, now=NOW, comment="Zolforanera")
    organisation = factories.make_organisation()
    factories.make_member(organisation, user)
    factories.make_revision(organisation=organisation, author=user, note="Kuronumada writes")
    organisation.contact_points.create(label_en="Desk", email=EMAIL, phone="090-5555")
    person = {**NAMES, "email": KEY, "phone": "090-5555", "title": "Zolforanera chief"}
    Person.objects.create(**person, organisation=organisation, user=user)
    delegate = Person.objects.create(**person)
    visit = factories.make_visit(applicant_contact=EMAIL, contact_name="黒沼田 多呂右", proposed_by=user)
    in_visit = visit.delegates.create(person=delegate, title_en="Zolforanera chief", affiliation_ja="Zolforanera")
    DelegateSensitive.objects.create(
        delegate=in_visit, allergies="hummus allergy", emergency_phone="090-5555", consent_at=NOW
    )
    item = factories.make_agenda_item(visit)
    item.interpreters.create(
        interpreter=delegate, language_from="it", language_to="ja", starts=item.event.dtstart, ends=item.event.dtend
    )
    paper = visit.documents.create(
        kind="invitation",
        language="ja",
        person=delegate,
        number=1,
        state="ready",
        sha256="0" * 64,
        file="documents/gone.pdf",
        particulars={"transfer": {"name": "Kuronumada Tarousuke"}},
        dated_on=NOW.date(),
        created_at=NOW,
    )
    PersonalDataTransfer.objects.create(
        document=paper, what="invitation", recipient="A city", country="JP", legal_basis="consent", number=1, at=NOW
    )
    host = item.hosts.create(person=delegate, reason="Zolforanera meets", needs="Zolforanera")
    Material.objects.create(item=host.item, host=host, language="ja", name="Zolforanera.pdf", received_at=NOW)
    asked = surveys.prepare_survey(visit, audience="host")
    asked.invitations.create(person=delegate, language="ja", asked_on=NOW.date())
    links.issue_host_link(host, language="ja")
    links.issue_delegate_link(in_visit, language="ja")
    SensitiveAccess.objects.create(visit=visit, by=user, at=NOW, kind="care")
    item.attendance.create(delegate=in_visit, state="present", at=NOW, by=user)
    factories.make_version(visit, now=NOW, tell=True)
    day.note_attendance(visit, item=item.pk, states={in_visit.pk: "part"}, now=NOW, by=user)
    visit.delays.create(item=item, minutes=20, at=NOW, by=user)
    factories.make_stay(person=delegate)
    factories.make_stay(mentor=delegate)
    factories.make_meeting(interpreter=delegate).people.add(delegate)
    factories.make_speaker(person=delegate, family_name="", given_name="", affiliation_en="Zolforanera")


def _session(user) -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["note"] = KEY
    session.set_expiry(NOW + 400 * DAY)
    session.create()


def traces(marks=MARKS) -> list[str]:
    """Every cell of the whole database that holds one of ``marks``: «events.Registration.email 3: …»."""
    words = [mark.casefold() for mark in marks]
    found = []
    for model in apps.get_models(include_auto_created=True):
        columns = [field.attname for field in model._meta.concrete_fields if isinstance(field, HOLDS_WORDS)]
        rows = model._base_manager.values_list("pk", *columns) if columns else []
        for pk, *cells in rows:
            for column, cell in zip(columns, cells, strict=True):
                text = str(cell).casefold()
                if any(word in text for word in words):
                    found.append(f"{model._meta.label}.{column} {pk}: {cell}")
    return found


HOLDS_WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
