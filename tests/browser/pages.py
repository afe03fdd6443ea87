"""Every kind of page, once: the browser tests and the screenshots go through this one table.

Addresses are without their language, except where a page has none. They exist after ``load_content`` and
``load_demo``. ``python -m tests.browser.pages`` prints the whole table as JSON for the database of the settings.
"""

import json
import os
from datetime import timedelta

WEEK = timedelta(days=7)
PUBLIC = {
    "home": "/",
    "search": "/search/?q=Torino",
    "search-empty": "/search/?q=zzzzzz",
    "directory": "/ecosystem/",
    "directory-filtered": "/ecosystem/?theme=smart-mobility&q=Torino",
    "directory-nothing": "/ecosystem/?q=zzzzzz",
    "directory-bad-filter": "/ecosystem/?theme=no-such-theme",
    "directory-map": "/ecosystem/?view=map",
    "embed": "/ecosystem/embed/?theme=smart-mobility",
    "open-data": "/ecosystem/open-data/",
    "organisation": "/ecosystem/organisations/politecnico-di-torino/",
    "organisation-sample": "/ecosystem/organisations/esempio-mobility/",
    "offers": "/ecosystem/offers/",
    "offers-nothing": "/ecosystem/offers/?q=zzzzzz",
    "needs": "/ecosystem/needs/",
    "initiatives": "/ecosystem/initiatives/",
    "initiative": "/ecosystem/initiatives/torino-city-lab/",
    "testbeds": "/ecosystem/testbeds/",
    "testbed": "/ecosystem/testbeds/sample-delivery-street/",
    "testbed-few": "/ecosystem/testbeds/nishiki-2-chome/",
    "tests": "/ecosystem/tests/",
    "test": "/ecosystem/tests/automove-shuttle/",
    "practices": "/ecosystem/practices/",
    "practice": "/ecosystem/practices/co-city/",
    "practice-taken-over": "/ecosystem/practices/sample-morning-street/",
    "glossary": "/ecosystem/glossary/",
    "concept": "/ecosystem/glossary/smart-city/",
    "events": "/events/",
    "events-month": "/events/?view=month",
    "events-embed": "/events/embed/",
    "event-days": "/events/sample-open-days/",
    "series": "/events/series/monthly-round-table-sample/",
    "calendars": "/events/calendars/",
    "programme": "/programme/",
    "webinars": "/programme/webinars/",
    "library": "/programme/library/",
    "library-nothing": "/programme/library/?kind=subtitles",
    "news-list": "/programme/news/",
    "news-item": "/programme/news/sample-delegation-in-torino/",
    "visits": "/programme/visits/",
    "exchanges": "/programme/exchanges/",
    "clusters": "/programme/clusters/",
    "staff-exchanges": "/programme/staff-exchanges/",
    "progress": "/programme/progress/",
    "progress-edition": "/programme/progress/torino-nagoya/",
    "progress-indicator": "/programme/progress/torino-nagoya/I6/",
    "progress-indicator-counted": "/programme/progress/torino-nagoya/I4/",
    "progress-indicator-by-hand": "/programme/progress/torino-nagoya/I8/",
    "reports": "/programme/reports/",
    "text-accessibility": "/texts/accessibility/",
    "text-privacy": "/texts/privacy/",
    "text-legal": "/texts/legal/",
    "report": "/report/",
    "report-thanks": "/report/thanks/",
    "news": "/news/",
    "news-asked": "/news/asked/",
    "your-data": "/your-data/",
    "your-data-asked": "/your-data/asked/",
    "your-data-erased": "/your-data/erased/",
    "sign-in": "/account/login/",
    "sign-up": "/account/signup/",
    "sign-in-code": "/account/login/code/",
    "password-reset": "/account/password/reset/",
    "not-found": "/no-such-page/",
}
MEMBER = {  # signed in as a member of a delegation
    "my-area": "/my/",
    "my-calendars": "/my/calendars/",
    "my-follow-ups": "/my/follow-ups/",
    "my-data": "/my/data/",
    "claim": "/ecosystem/organisations/politecnico-di-torino/claim/",
    "propose": "/programme/visits/propose/",
    "my-addresses": "/account/email/",
    "my-password": "/account/password/change/",
    "my-second-factor": "/account/2fa/",
    "sign-out": "/account/logout/",
}
STAFF = {
    "staff-home": "/admin/",
    "staff-organisations": "/admin/ecosystem/organisation/",
    "staff-new-organisation": "/admin/ecosystem/organisation/add/",
    "staff-import": "/admin/ecosystem/organisation/import/",
    "staff-imports": "/admin/ecosystem/importbatch/",
    "staff-opt-outs": "/admin/ecosystem/listingoptout/",
    "staff-export": "/admin/ecosystem/organisation/export/",
    "staff-proposals": "/admin/ecosystem/profilerevision/",
    "staff-claims": "/admin/ecosystem/claim/",
    "staff-listings": "/admin/ecosystem/listing/",
    "staff-new-listing": "/admin/ecosystem/listing/add/",
    "staff-people": "/admin/ecosystem/person/",
    "staff-testbeds": "/admin/ecosystem/testbed/",
    "staff-new-testbed": "/admin/ecosystem/testbed/add/",
    "staff-transfers": "/admin/ecosystem/transfer/",
    "staff-new-transfer": "/admin/ecosystem/transfer/add/",
    "staff-translations": "/admin/translation/textrecord/?language=ja",
    "staff-concepts": "/admin/ecosystem/concept/",
    "staff-events": "/admin/events/event/",
    "staff-calendar": "/admin/events/event/calendar/",
    "staff-calendar-week": "/admin/events/event/calendar/?view=week",
    "staff-feed-sources": "/admin/events/feedsource/",
    "staff-new-feed-source": "/admin/events/feedsource/add/",
    "staff-imported-items": "/admin/events/importeditem/",
    "staff-registrations": "/admin/events/registration/",
    "staff-visits": "/admin/programme/studyvisit/",
    "staff-vehicles": "/admin/programme/vehicle/",
    "staff-papers": "/admin/programme/document/",
    "staff-data-transfers": "/admin/programme/personaldatatransfer/",
    "staff-letter-wordings": "/admin/programme/papertext/",
    "staff-new-visit": "/admin/programme/studyvisit/add/",
    "staff-follow-ups": "/admin/programme/followup/",
    "staff-new-follow-up": "/admin/programme/followup/add/",
    "staff-people-counts": "/admin/programme/peoplecount/",
    "staff-readings": "/admin/programme/indicator/periods/",
    "staff-reports": "/admin/programme/programmereport/",
    "staff-indicators": "/admin/programme/indicator/",
    "staff-new-indicator": "/admin/programme/indicator/add/",
    "staff-action-plan": "/admin/programme/actionitem/",
    "staff-stays": "/admin/programme/staffexchange/",
    "staff-new-stay": "/admin/programme/staffexchange/add/",
    "staff-meetings": "/admin/programme/meeting/",
    "staff-new-meeting": "/admin/programme/meeting/add/",
    "staff-clusters": "/admin/programme/thematiccluster/",
    "staff-checks": "/admin/programme/followupcheck/",
    "staff-webinars": "/admin/programme/webinar/",
    "staff-new-webinar": "/admin/programme/webinar/add/",
    "staff-surveys": "/admin/programme/survey/",
    "staff-new-survey": "/admin/programme/survey/add/",
    "staff-outbox": "/admin/notifications/message/",
    "staff-texts": "/admin/pages/editabletext/",
    "staff-users": "/admin/accounts/user/",
    "staff-people-by-address": "/admin/privacy/datarequest/people/",
    "staff-data-requests": "/admin/privacy/datarequest/",
    "staff-retention": "/admin/privacy/retentionrun/",
    "staff-kept-longer": "/admin/events/retentionhold/",
    "staff-calendars": "/admin/events/remotecalendar/",
    "staff-connect-calendar": "/admin/events/remotecalendar/add/",
    "staff-calendar-proposals": "/admin/events/syncproposal/",
    "staff-consents": "/admin/privacy/consenttext/",
    "staff-new-user": "/admin/accounts/user/add/",
}


def found_in_database() -> dict[str, dict]:
    """Pages whose address depends on the demonstration: the first coming webinar, the visit under way, tokens."""
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from ecosystem.models import Claim, Concept, Listing, Membership, MirrorPair, Organisation, ProfileRevision
    from ecosystem.services import claims, freshness, imports
    from events.models import AccessToken, Event, Registration, Series
    from events.services import tokens
    from iurc_portal.accounts.models import User
    from iurc_portal.privacy import links as data_links
    from programme.models import (
        Exchange,
        FollowUp,
        FollowUpCheck,
        HostConfirmation,
        PaperText,
        ProgrammeReport,
        StudyVisit,
        Survey,
        Webinar,
    )
    from programme.proposal_forms import STEPS
    from programme.services import checks, links, survey_answers, surveys

    now = timezone.now()
    sent = ProgrammeReport.objects.sent().select_related("edition").first()
    coming = Event.objects.listed().upcoming(now=now).filter(registration_open=True).first()
    days = Event.objects.get(slug="sample-open-days")
    series = Series.objects.get(slug="monthly-round-table-sample")
    past = Event.objects.listed().past(now=now).first()
    visit = StudyVisit.objects.filter(state=StudyVisit.State.RUNNING).first()
    exchange = Exchange.objects.exclude(state=Exchange.State.CANCELLED).first()
    registrations = Registration.objects.confirmed().filter(event__dtstart__gt=now)[:3]
    organisation = Organisation.objects.get(slug="politecnico-di-torino")
    webinar = Webinar.objects.filter(event=coming).first()
    other = Organisation.objects.exclude(pk=organisation.pk).filter(side=organisation.side).first()
    clerk = User.objects.filter(is_superuser=True).first()
    file = "Denominazione;Sito;Città\nZolfora S.r.l.;zolfora.example;Torino\nBrenvia;no where;Atlantis\n"
    read, checked = (
        imports.start_import(data=file.encode(), file_name="elenco.csv", side="torino", by=clerk, now=now)
        for _n in range(2)
    )
    imports.check_import(batch=checked, by=clerk, now=now)
    pair = MirrorPair.objects.visible_to(AnonymousUser()).first()
    concept = Concept.objects.glossary().approved().get(notation="smart-city")
    offer = Listing.objects.filter(direction=Listing.Direction.OFFER).earliest("pk")
    own = {}
    for language, registration in zip(("it", "en", "ja"), registrations, strict=True):
        Registration.objects.filter(pk=registration.pk).update(language=language)
        manage = tokens.issue(registration, AccessToken.Purpose.MANAGE, now=now)
        prove = tokens.issue(registration, AccessToken.Purpose.PROVE, now=now)
        data = data_links.issue(registration.email, language=language, now=now)
        own[language] = {"own-data": f"/p/{data}/", "own-data-erase": f"/p/{data}/erase/"}
        own[language] |= {"own": f"/r/{manage}/", "own-cancel": f"/r/{manage}/cancel/", "own-confirm": f"/r/{prove}/"}
    told, draft = Survey.objects.get(state="published"), Survey.objects.get(state="draft")
    asking = surveys.open_survey(surveys.prepare_survey(told.event, audience="host"), now=now)
    asked_people = told.event.registrations.confirmed().order_by("pk")[:3]
    for language, registration in zip(("it", "en", "ja"), asked_people, strict=True):
        Registration.objects.filter(pk=registration.pk).update(language=language)
        invitation = asking.invitations.create(registration=registration, asked_on=now.date())
        own[language]["survey"] = f"/q/{survey_answers.issue_link(invitation)}/"
    planned = StudyVisit.objects.filter(state=StudyVisit.State.PREPARING, days__items__hosts__isnull=False).first()
    for language, pages in own.items():
        receiver = HostConfirmation.objects.filter(item__day__visit=planned).order_by("pk").first()
        pages["host"] = f"/h/{links.issue_host_link(receiver, language=language)}/"
        guest = planned.delegates.order_by("rank").first()
        pages["delegate"] = f"/d/{links.issue_delegate_link(guest, language=language)}/"
    edited = ProfileRevision.objects.open().first().organisation
    delegate = User.objects.get(email="delegate@nagoya.example")
    Membership.objects.get_or_create(user=delegate, organisation=edited, defaults={"role": Membership.Role.EDITOR})
    draft_visit = StudyVisit.objects.filter(state=StudyVisit.State.DRAFT, proposed_by__isnull=False).first()
    StudyVisit.objects.filter(pk=draft_visit.pk).update(proposed_by=delegate)
    visit.delegates.filter(role="head").update(role="member")
    visit.delegates.filter(person__user=delegate).update(role="head")  # who may tick those present
    writing, over = f"/programme/visits/proposals/{draft_visit.number}/", StudyVisit.objects.get(state="reported")
    of_visit = Survey.objects.get(visit=over, audience=Survey.Audience.GUEST)
    Survey.objects.filter(pk=of_visit.pk).update(state=Survey.State.OPEN, opened_at=now)
    for language, invitation in zip(("it", "en", "ja"), of_visit.invitations.order_by("pk"), strict=False):
        of_visit.invitations.filter(pk=invitation.pk).update(language=language)
        own[language]["survey-of-visit"] = f"/q/{survey_answers.issue_link(invitation)}/"
    for language, day in zip(("it", "en", "ja"), FollowUpCheck.DAYS, strict=True):
        what = {"source": "visit", "source_id": over.pk, "day": day, "side": "nagoya"}
        check, _new = FollowUpCheck.objects.update_or_create(**what, defaults={"language": language, "sent_at": now})
        own[language]["check"] = f"/c/{checks.issue_link(check)}/"
    claim = Claim.objects.filter(state=Claim.State.PENDING).first()
    wording = PaperText.objects.get(kind="invitation", language="ja")
    asked, _new = organisation.confirmation_requests.get_or_create(on=now.date())
    unproved, _new = Claim.objects.get_or_create(
        organisation=organisation,
        user=delegate,
        state=Claim.State.UNPROVED,
        defaults={"mailbox": "desk@polito.example", "language": "en", "asked_at": now, "proof_until": now + WEEK},
    )
    for language, pages in own.items():
        pages["confirm-profile"] = f"/o/{freshness.issue_link(asked, language=language, now=now)}/"
    own["en"]["claim-proof"] = f"/o/{claims.issue_proof(unproved)}/"
    return {
        "public": {
            "offer": f"/ecosystem/offers/{offer.pk}/",
            "event": f"/events/{coming.slug}/",
            "event-past": f"/events/{past.slug}/",
            "register": f"/events/{coming.slug}/register/",
            "registered": f"/events/{coming.slug}/register/asked/",
            "visit": f"/programme/visits/{visit.slug}/",
            "visit-over": f"/programme/visits/{over.slug}/",
            "mirror": f"/ecosystem/mirrors/{pair.pk}/",
            "exchange": f"/programme/exchanges/{exchange.slug}/",
            "report-of-a-period": f"/programme/reports/{sent.edition.slug}/{sent.period.slug}/",
        },
        "member": {
            "visit-agenda": f"/programme/visits/{visit.slug}/agenda/",
            "visit-people": f"/programme/visits/{visit.slug}/people/",
            "visit-documents": f"/programme/visits/{visit.slug}/documents/",
            "visit-emergency": f"/programme/visits/{visit.slug}/emergency/",
            "visit-attendance": f"/programme/visits/{visit.slug}/attendance/",
            "edit-profile": f"/ecosystem/organisations/{edited.slug}/edit/",
            "proposal": writing,
            **{f"proposal-{step.slug}": f"{writing}{step.slug}/" for step in STEPS},
            "confirm-own-profile": f"/ecosystem/organisations/{edited.slug}/confirm/",
        },
        "staff": {
            "staff-organisation": f"/admin/ecosystem/organisation/{organisation.pk}/change/",
            "staff-translation": f"/admin/translation/textrecord/ecosystem.organisation/{organisation.pk}/ja/",
            "staff-organisation-history": f"/admin/ecosystem/organisation/{organisation.pk}/history/",
            "staff-proposal": f"/admin/ecosystem/profilerevision/{edited.revisions.open().get().pk}/change/",
            "staff-claim": f"/admin/ecosystem/claim/{claim.pk}/change/",
            "staff-import-columns": f"/admin/ecosystem/importbatch/{read.pk}/columns/",
            "staff-import-preview": f"/admin/ecosystem/importbatch/{checked.pk}/change/",
            "staff-merge": f"/admin/ecosystem/organisation/{organisation.pk}/merge/{other.pk}/",
            "staff-do-not-list": f"/admin/ecosystem/organisation/{organisation.pk}/do-not-list/",
            "staff-mirror-pair": f"/admin/ecosystem/mirrorpair/{pair.pk}/change/",
            "staff-concept": f"/admin/ecosystem/concept/{concept.pk}/change/",
            "staff-listing": f"/admin/ecosystem/listing/{offer.pk}/change/",
            "staff-visit": f"/admin/programme/studyvisit/{visit.pk}/change/",
            **{
                f"staff-visit-{name}": f"/admin/programme/studyvisit/{visit.pk}/page/{name}/"
                for name in ("arrange", "groups", "interpreters")
            },
            "staff-visit-proposed": f"/admin/programme/studyvisit/{draft_visit.pk}/change/",
            **{
                f"staff-visit-{name}": f"/admin/programme/studyvisit/{over.pk}/page/{name}/"
                for name in ("questions", "costs", "report", "surveys")
            },
            "staff-report": f"/admin/programme/programmereport/{sent.pk}/change/",
            "staff-follow-up": f"/admin/programme/followup/{FollowUp.objects.unfinished().first().pk}/change/",
            "staff-visit-papers": f"/admin/programme/studyvisit/{visit.pk}/page/documents/",
            "staff-visit-letter": f"/admin/programme/studyvisit/{visit.pk}/page/documents/?kind=official-letter",
            "staff-visit-itinerary": f"/admin/programme/studyvisit/{visit.pk}/page/documents/?kind=itinerary",
            "staff-letter-wording": f"/admin/programme/papertext/{wording.pk}/change/",
            "staff-visit-hosts": f"/admin/programme/studyvisit/{planned.pk}/page/hosts/",
            "staff-visit-delegation": f"/admin/programme/studyvisit/{planned.pk}/page/delegation/",
            "staff-visit-sensitive": f"/admin/programme/studyvisit/{planned.pk}/page/sensitive/",
            "staff-visit-release": f"/admin/programme/studyvisit/{visit.pk}/page/release/",
            "staff-webinar": f"/admin/programme/webinar/{webinar.pk}/change/",
            "staff-survey": f"/admin/programme/survey/{draft.pk}/change/",
            "staff-survey-open": f"/admin/programme/survey/{asking.pk}/change/",
            "staff-survey-results": f"/admin/programme/survey/{told.pk}/results/",
            "staff-event": f"/admin/events/event/{coming.pk}/change/",
            "staff-event-days": f"/admin/events/event/{days.pk}/change/",
            "staff-event-copy": f"/admin/events/event/{days.pk}/copy/",
            "staff-series": f"/admin/events/series/{series.pk}/change/",
        },
        "own": own,
    }


def table() -> dict[str, dict]:
    """All pages by who sees them: ``public``, ``member``, ``staff``; ``own`` holds token pages by language."""
    found = found_in_database()
    return {
        "public": PUBLIC | found["public"],
        "member": MEMBER | found["member"],
        "staff": STAFF | found["staff"],
        "own": found["own"],
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iurc_portal.settings")
    import django

    django.setup()
    print(json.dumps(table()))  # noqa: T201 - what whoever runs this module waits for
