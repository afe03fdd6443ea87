"""One thing behind every address: of Torino's side, and the visit received by Torino, under way today."""

import re
from datetime import time, timedelta
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from ecosystem.services import freshness
from events.models import AccessToken
from events.services import tokens
from events.services.feeds import make_feed
from iurc_portal.clock import ROME
from iurc_portal.notifications import subscriptions
from iurc_portal.notifications.models import Subscription
from iurc_portal.privacy import links as data_links
from programme.models import FollowUpCheck
from programme.services import checks, links, plan_agenda_item, survey_answers
from tests import factories
from tests.admin import everything
from tests.permissions.addresses import Address
from tests.permissions.people import make_people

DAY = timedelta(days=1)
NOBODYS = "A" * 43  # looks like a token and opens nothing


class World:
    def __init__(self):
        self.now = timezone.now()
        self.today = self.now.astimezone(ROME).date()
        self.people = make_people()
        self.theirs = factories.make_organisation(slug="theirs")
        factories.make_member(self.theirs, self.people["editor"])
        self.company = factories.make_organisation(
            slug="company", city=factories.make_city("nagoya"), side="nagoya", legal_name="Mihon"
        )
        factories.make_member(self.company, self.people["company"])
        self.delegate_person = factories.make_person(user=self.people["delegate"], email=self.people["delegate"].email)
        self.host_person = factories.make_person(email="host@torino.example")
        self.visit = self._visit()
        self.proposal = factories.make_visit(
            applicant=self.company, proposed_by=self.people["company"], applicant_contact="a@mihon.example"
        )
        self.records = {}

    def _visit(self):
        visit = factories.make_visit(
            slug="visit",
            state="preparing",
            first_day=self.today - DAY,
            last_day=self.today + DAY,
            lead=self.people["torino"],
            purpose_it="Capire",
        )
        self.item = plan_agenda_item(
            visit=visit,
            date=self.today - DAY,
            starts=time(10),
            ends=time(11, 30),
            names={"it": "Incontro", "en": "Meeting", "ja": "会議"},
            organisation=self.theirs,
            hosts=[self.host_person],
            now=self.now,
        )
        factories.make_version(visit, now=self.now - DAY, tell=False)
        self.head = visit.delegates.create(person=factories.make_person(), role="head", rank=1, reply="accepted")
        self.delegate = visit.delegates.create(person=self.delegate_person, rank=2, reply="accepted")
        visit.state = "running"
        visit.save()
        return visit

    # --- Tokens ----------------------------------------------------------------------------------

    def tokens(self) -> dict[str, dict]:
        """For each address that a link of ours opens, the arguments with the token that opens it."""
        now = self.now
        registration = factories.make_registration(
            factories.make_event(dtstart=now + DAY), email="guest@example.org", language="it"
        )
        manage = tokens.issue(registration, AccessToken.Purpose.MANAGE, now=now)
        asked = self.theirs.confirmation_requests.create(on=self.today)
        subscription = Subscription.objects.create(
            email="s@example.org", email_key="s@example.org", topic="events", language="it", tzid="Europe/Rome",
            asked_at=now, proved_at=now,
        )  # fmt: skip
        survey = factories.make_survey(factories.make_event(dtstart=now - DAY))
        invitation = survey.invitations.create(
            registration=factories.make_registration(survey.event), asked_on=self.today
        )
        check = FollowUpCheck.objects.create(
            source="visit", source_id=self.visit.pk, day=30, side="nagoya", language="ja", sent_at=now
        )
        event = factories.make_event(dtstart=now + DAY, access="invitation")
        data = {"token": data_links.issue("guest@example.org", language="it", now=now)}
        _feed, clear = make_feed(name="telephone", registration=registration, now=now)
        found = {
            "own_data": data,
            "own_data_erase": data,
            "subscription": {"token": subscriptions.issue(subscription.pk, "end", now=now)},
            "by_link": {"token": freshness.issue_link(asked, language="it", now=now)},
            "registration": {"token": manage},
            "registration_ics": {"token": manage},
            "registration_calendars": {"token": manage},
            "registration_cancel": {"token": manage},
            "invitation": {"token": tokens.issue_invitation(event)},
            "personal_feed": {"clear": clear},
            "survey": {"token": survey_answers.issue_link(invitation)},
            "follow_up_check": {"token": checks.issue_link(check)},
        }
        return found | self.links_of_the_visit

    @cached_property
    def links_of_the_visit(self) -> dict[str, dict]:
        return {
            "host": {"token": links.issue_host_link(self.item.hosts.get(), language="it")},
            "delegate": {"token": links.issue_delegate_link(self.delegate, language="it")},
        }

    # --- Addresses -------------------------------------------------------------------------------

    def address(self, address: Address, role: str) -> str:
        """Where ``role`` goes: to a record of Torino's side; with the own link only as host and delegate."""
        name = address.name
        if name in FIXED:
            return FIXED[name]
        if name.startswith("workplace:"):
            page = name.removeprefix("workplace:")
            return reverse("admin:programme_studyvisit_workplace", args=[self.visit.pk, page])
        if name.endswith("_simple_history"):
            record = self.record(address.model)
            has_history = hasattr(record._meta, "simple_history_manager_attribute")
            return reverse(name, args=[record.pk, record.history.latest().pk if has_history else 1])
        given = {**self._arguments(address), **(self.links_of_the_visit[name] if name == role else {})}
        if name == address.route:  # it has no name to be reversed by
            return "/" + GAP.sub(lambda gap: str(given[gap[1]]), address.route)
        return reverse(name, kwargs=given)

    def _arguments(self, address: Address) -> dict:
        wanted = {}
        for gap in GAP.findall(address.route) + GROUP.findall(address.route):
            if gap in {"token", "clear", "code"}:
                wanted[gap] = NOBODYS
            else:
                wanted[gap] = self._argument(address, gap)
        return wanted

    def _argument(self, address: Address, gap: str):
        special = SPECIAL.get((address.name, gap), SPECIAL.get(("*", gap)))
        if special is not None:
            return special(self) if callable(special) else special
        if address.model:
            return self.record(address.model).pk
        part = next(part for start, part in BEHIND.items() if address.name.startswith(start))
        return getattr(self.public(part), {"id": "pk"}.get(gap, gap))

    def record(self, label: str):
        """The record of a kind that the staff's pages are asked for, made once."""
        if label not in self.records:
            self.records[label] = self._made(label)
        return self.records[label]

    def _made(self, label: str):
        if label == "programme.studyvisit":
            return self.visit
        if label == "programme.document":
            return self.visit.documents.create(
                kind="run-of-show", language="it", number=1, dated_on=self.today, created_at=self.now,
                state="ready", sha256="0" * 64, file=ContentFile(b"%PDF-1.4 ", name="paper.pdf"),
            )  # fmt: skip
        return everything.make(label)

    @cached_property
    def pack(self) -> int:
        """The evidence pack of the report that staff's pages are asked for."""
        return factories.make_pack(self.record("programme.programmereport")).pk

    def public(self, part: str):
        """What a public page shows, made once."""
        if part not in self.records:
            self.records[part] = PUBLIC[part](self)
        return self.records[part]


PUBLIC = {
    "organisation": lambda world: world.theirs,
    "offer": lambda world: factories.make_listing(world.theirs),
    "need": lambda world: factories.make_listing(world.theirs, direction="need"),
    "initiative": lambda world: factories.make_initiative(),
    "testbed": lambda world: factories.make_testbed(),
    "mirror": lambda world: factories.make_pair(state="agreed"),
    "test": lambda world: factories.make_test_run(),
    "practice": lambda world: factories.make_practice(),
    "transfer": lambda world: factories.make_transfer(practice=factories.make_practice()),
    "term": lambda world: factories.make_term("street"),
    "series": lambda world: everything.series(),
    "event": lambda world: factories.make_event(dtstart=world.now + DAY, organizer=world.theirs),
    "visit": lambda world: world.visit,
    "proposal": lambda world: world.proposal,
    "exchange": lambda world: everything.MAKERS["programme.exchange"](),
    "cluster": lambda world: everything.MAKERS["programme.thematiccluster"](),
    "text": lambda world: everything.MAKERS["pages.editabletext"](),
    "report": lambda world: factories.make_report(state="sent"),
}
BEHIND = {  # an address that begins so shows this
    "ecosystem:org": "organisation",
    "ecosystem:one_page": "organisation",
    "ecosystem:offer": "offer",
    "ecosystem:need": "need",
    "ecosystem:initiative": "initiative",
    "ecosystem:testbed": "testbed",
    "ecosystem:mirror": "mirror",
    "ecosystem:test": "test",
    "ecosystem:practice": "practice",
    "ecosystem:concept": "term",
    "api/v1/organisations": "organisation",
    "api/v1/offers": "offer",
    "api/v1/needs": "need",
    "api/v1/initiatives": "initiative",
    "api/v1/testbeds": "testbed",
    "api/v1/tests": "test",
    "api/v1/practices": "practice",
    "api/v1/transfers": "transfer",
    "api/v1/events": "event",
    "events:series": "series",
    "events:": "event",
    "programme:proposal": "proposal",
    "programme:exchange": "exchange",
    "programme:cluster": "cluster",
    "programme:report": "report",
    "programme:": "visit",
    "text": "text",
}
FIXED = {
    "admin/<url>": "/admin/nothing/",
    "api/v1/<rest>": "/api/v1/",
    "api/v1/<anything>": "/api/v1/nothing/",
}
SPECIAL = {
    ("*", "extension"): "json",
    ("vocabulary", "extension"): "ttl",
    ("concept_data", "extension"): "ttl",
    ("*", "scheme"): "glossary",
    ("*", "notation"): lambda world: world.public("term").notation,
    ("api/v1/concepts/<slug:slug>/", "slug"): lambda world: world.public("term").notation,
    ("*", "section"): "organisations",
    ("picture", "path"): f"pictures/{'0' * 32}.png",
    ("admin:app_list", "app_label"): "programme",
    ("admin:view_on_site", "content_type_id"): lambda world: ContentType.objects.get_for_model(type(world.visit)).pk,
    ("admin:view_on_site", "object_id"): lambda world: world.visit.pk,
    ("admin:auth_user_password_change", "id"): lambda world: world.record("accounts.user").pk,
    ("account_confirm_email", "key"): "invented",
    ("account_reset_password_from_key", "uidb36"): "1",
    ("account_reset_password_from_key", "key"): "invented",
    ("registration_afterwards", "item"): "nothing",
    ("join_afterwards", "item"): "nothing",
    ("check_in", "event"): lambda world: world.public("event").public_id,
    ("events_feed", "slug"): "events",
    ("events_feed", "language"): "it",
    ("programme:progress_csv", "picture"): "timeline",
    ("*", "edition"): lambda world: world.record("programme.indicator").edition.slug,
    ("*", "indicator"): lambda world: world.record("programme.indicator").code,
    ("programme:library_item", "item"): lambda world: factories.make_library_item().public_id,
    ("programme:news_item", "slug"): lambda world: factories.make_news().slug,
    ("programme:proposal_step", "step"): "purpose",
    ("programme:visit_document", "pk"): lambda world: world.record("programme.document").pk,
    ("my_follow_up", "pk"): lambda world: world.record("programme.followup").pk,
    ("admin:programme_studyvisit_move", "to_state"): "cancelled",
    ("admin:notifications_message_letter", "part"): "text",
    ("admin:translation_textrecord_desk", "label"): "ecosystem.organisation",
    ("admin:translation_textrecord_desk", "object_id"): lambda world: world.theirs.pk,
    ("admin:translation_textrecord_desk", "language"): "ja",
    ("admin:ecosystem_organisation_merge", "other"): lambda world: world.theirs.pk,
    ("admin:events_broadcast_letter", "part"): "text",
    ("admin:events_reminderrule_letter", "came"): "no",
    ("admin:programme_survey_take_away", "form"): "csv",
    ("delegate_certificate", "pk"): lambda world: world.record("programme.document").pk,
    ("programme:visit_certificate", "pk"): lambda world: world.record("programme.document").pk,
    ("admin:programme_survey_prepare", "audience"): "guest",
    ("admin:programme_programmereport_pack", "pack"): lambda world: world.pack,
    ("programme:report", "edition"): lambda world: world.public("report").edition.slug,
    ("programme:report", "period"): lambda world: world.public("report").period.slug,
    ("programme:report_paper", "edition"): lambda world: world.public("report").edition.slug,
    ("programme:report_paper", "period"): lambda world: world.public("report").period.slug,
    ("*", "language"): "it",
    ("*", "event_id"): lambda world: world.record("events.event").pk,
}
GAP = re.compile(r"<(?:\w+:)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>")
