"""The pages of a visit for afterwards: ledger, costs, report; the list of follow-ups."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from iurc_portal.notifications.models import Message
from programme.exceptions import FrozenReport
from programme.models import CostLine, FollowUp, FollowUpCheck, Gift, VisitReport
from programme.services import visit_reports as reports
from programme.todo import with_report_to_approve
from tests.factories import make_agenda_item, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def visit():
    fields = {"first_day": date(2026, 3, 3), "last_day": date(2026, 3, 4)}
    return make_visit(state="completed", lead=make_user(is_staff=True, side="torino"), **fields)


def staff(side="torino", **fields):
    user = make_user(is_staff=True, side=side, language="en", **fields)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
    return user


@pytest.fixture
def desk(client):
    client.force_login(staff())
    return client


def manager():
    user = staff()
    user.user_permissions.add(Permission.objects.get(codename="edit_both_sides"))
    return user


@pytest.fixture
def managers_desk(client):
    client.force_login(manager())
    return client


def page(visit, name):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, name])


def rows(prefix, *forms, initial=0):
    data = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": initial}
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return data


# --- Who opens them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["questions", "costs", "report"])
def test_both_sides_open_them_and_nobody_else(client, visit, name):
    found = {}
    for who, user in {
        "hosts": staff("torino"),
        "guests": staff("nagoya"),
        "staff of no side": staff(""),
        "member": make_user(),
    }.items():
        client.force_login(user)
        found[who] = client.get(page(visit, name)).status_code
    assert found == {"hosts": 200, "guests": 200, "staff of no side": 403, "member": 302}


# --- The ledger ------------------------------------------------------------------------------------------------------


def test_the_ledger_writes_item_host_answer_and_note_and_follows_up_at_once(desk, visit):
    body = make_organisation(kind="public_body")
    item, host = make_agenda_item(visit), make_person()
    item.hosts.create(person=host)
    first = visit.questions.create(order=1, text_en="How?")
    second = visit.questions.create(order=2, text_en="What?")
    answer = desk.post(
        page(visit, "questions"),
        rows(
            "ledger",
            {"id": first.pk, "item": item.pk, "host": host.pk, "answer": "yes", "note_it": "Con un bando"},
            {"id": second.pk, "answer": "partly", "note_ja": "一部のみ"},
            initial=2,
        ),
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert answer.status_code == 302
    assert (first.item, first.host, first.answer, first.note_it) == (item, host, "yes", "Con un bando")
    assert (second.answer, second.note_ja) == ("partly", "一部のみ")
    assert [(row.question, row.owner_torino) for row in FollowUp.objects.all()] == [(second, body)]


def test_an_item_of_another_visit_and_a_foreign_question_are_refused(desk, visit):
    question = visit.questions.create(order=1, text_en="How?")
    other = make_agenda_item()
    foreign = make_visit().questions.create(order=1, text_en="Theirs")
    wrong_item = desk.post(
        page(visit, "questions"), rows("ledger", {"id": question.pk, "item": other.pk, "answer": "yes"}, initial=1)
    )
    wrong_row = desk.post(page(visit, "questions"), rows("ledger", {"id": foreign.pk, "answer": "yes"}, initial=1))
    question.refresh_from_db()
    foreign.refresh_from_db()
    assert (wrong_item.status_code, question.answer, question.item) == (422, "open", None)
    assert (wrong_row.status_code, foreign.answer) == (422, "open")


def test_the_ledger_costs_the_same_for_many_questions(desk, visit, django_assert_max_num_queries):
    for order in range(12):
        visit.questions.create(order=order, text_en=f"Q{order}", item=make_agenda_item(visit), host=make_person())
    desk.get(page(visit, "questions"))
    with django_assert_max_num_queries(24):
        desk.get(page(visit, "questions"))


# --- Costs -----------------------------------------------------------------------------------------------------------


def line(**fields):
    return {"heading_en": "Coach", "payer": "torino", "currency": "EUR", **fields}


def save(desk, visit, *lines, gifts=(), initial=0):
    return desk.post(page(visit, "costs"), rows("costs", *lines, initial=initial) | rows("gifts", *gifts))


def test_the_guests_staff_see_and_write_what_their_own_side_pays(client, visit):
    theirs = CostLine.objects.create(visit=visit, heading_en="Hotel", payer="nagoya", estimate=300)
    ours = CostLine.objects.create(visit=visit, heading_en="Coach", payer="torino", estimate=500)
    client.force_login(staff("nagoya"))

    shown = client.get(page(visit, "costs")).content.decode()
    written = save(client, visit, line(payer="delegate", heading_en="Lunch"))
    refused = save(client, visit, line(payer="torino", heading_en="Bus"))
    save(client, visit, line(id=ours.pk, heading_en="Mine", payer="nagoya"), initial=1)  # a line they do not see

    assert ("Hotel" in shown, "Coach" in shown) == (True, False)
    assert (written.status_code, refused.status_code) == (302, 422)
    assert sorted(visit.costs.values_list("heading_en", "payer")) == [
        ("Coach", "torino"),
        ("Hotel", theirs.payer),
        ("Lunch", "delegate"),
    ]


def test_a_line_is_kept_with_its_receipt_and_the_receipt_opens(desk, visit):
    receipt = SimpleUploadedFile("r.pdf", PDF, content_type="application/pdf")
    answer = save(desk, visit, line(estimate="1,200.50", actual="1,180", receipt=receipt))
    kept = CostLine.objects.get()
    assert answer.status_code == 302
    assert (kept.visit, kept.estimate, kept.actual) == (visit, Decimal("1200.50"), Decimal("1180"))
    opened = desk.get(page(visit, "costs"), {"receipt": kept.pk})
    assert b"".join(opened.streaming_content) == PDF
    assert desk.get(page(make_visit(), "costs"), {"receipt": kept.pk}).status_code == 404
    assert [desk.get(page(visit, "costs"), {"receipt": key}).status_code for key in ("", "x", "99999999")] == [404] * 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"actual": "10"}, "__all__"),
        ({"currency": "JPY", "estimate": "10.5"}, "estimate"),
        ({"currency": "JPY", "estimate": "100", "rate": "160"}, "__all__"),
        ({"estimate": "12,50"}, "estimate"),
        ({"estimate": "-3"}, "estimate"),
        ({"rate_date": "令和8年3月4日"}, "rate_date"),
        ({"heading_en": ""}, "__all__"),
        ({"payer": "somebody", "estimate": "1"}, "payer"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field_and_nothing_is_lost(desk, visit, fields, field):
    answer = save(desk, visit, line(**fields))
    errors = answer.context["formset"].forms[0].errors
    assert (answer.status_code, list(errors), CostLine.objects.count()) == (422, [field], 0)


def test_a_receipt_that_is_no_pdf_is_refused(desk, visit):
    answer = save(desk, visit, line(receipt=SimpleUploadedFile("r.pdf", b"hello")))
    assert list(answer.context["formset"].forms[0].errors) == ["receipt"]


def test_taking_a_line_off_takes_its_receipt_along(desk, visit, django_capture_on_commit_callbacks):
    kept = CostLine(visit=visit, heading_en="Coach", payer="torino")
    kept.receipt.save("r.pdf", ContentFile(PDF))
    storage, name = kept.receipt.storage, kept.receipt.name
    with django_capture_on_commit_callbacks(execute=True):
        save(desk, visit, line(id=kept.pk, DELETE="on"), initial=1)
    assert (CostLine.objects.count(), storage.exists(name)) == (0, False)


def test_the_totals_and_the_table_to_take_away(desk, visit):
    CostLine.objects.create(visit=visit, heading_en="Coach", payer="torino", estimate=Decimal("100.10"))
    CostLine.objects.create(
        visit=visit,
        heading_en="=Dinner",
        payer="nagoya",
        currency="JPY",
        estimate=52000,
        rate=Decimal("162.35"),
        rate_date=date(2026, 3, 4),
    )
    CostLine.objects.create(visit=visit, heading_en="Taxi", payer="host", currency="JPY", estimate=900)
    content = desk.get(page(visit, "costs")).content.decode()
    for words in ("€100.10", "¥52,000", "€420.40", "1 line in yen has no rate", "3 lines have no actual amount"):
        assert words in content
    table = b"".join(desk.get(page(visit, "costs"), {"export": "csv"}).streaming_content).decode()
    assert [row.split(",")[:4] for row in table.splitlines()[1:]] == [
        ["Coach", "City of Torino", "EUR", "100.1"],
        ["'=Dinner", "City of Nagoya", "JPY", "52000"],
        ["Taxi", "the hosts", "JPY", "900"],
    ]
    assert desk.get(page(visit, "costs"), {"export": "xlsx"}).status_code == 200
    assert desk.get(page(visit, "costs"), {"export": "pdf"}).status_code == 404


def test_a_gift_above_the_limit_wants_its_declaration(desk, visit):
    gift = {"item_en": "Vase", "giver": "City", "receiver": "Office", "value": "200", "currency": "EUR"}
    refused = save(desk, visit, gifts=[gift])
    taken = save(desk, visit, gifts=[{**gift, "declared_on": "2026-03-04"}])
    assert list(refused.context["gifts"].forms[0].errors) == ["declared_on"]
    assert (taken.status_code, Gift.objects.get().value) == (302, Decimal(200))


# --- The report ------------------------------------------------------------------------------------------------------


def texts(**fields):
    return {
        f"{name}_{code}": ""
        for name in ("summary", "lessons", "next_steps", "internal_note")
        for code in ("it", "en", "ja")
    } | fields


def test_the_draft_begins_with_what_happened_in_three_languages(desk, visit):
    make_agenda_item(visit)
    visit.questions.create(order=1, text_en="How?", answer="yes")
    desk.post(page(visit, "report"), {"act": "begin"})
    draft = VisitReport.objects.get()
    assert draft.summary_en == (
        "A delegation from Nagoya visited Torino on 3–4 March 2026. There was 1 appointment. "
        "Of 1 questions 1 were answered, 0 in part."
    )
    assert draft.summary_ja.startswith("Nagoyaの代表団が2026年3月3日〜4日にTorinoを視察しました。")
    assert draft.lessons_en in {"", None}


def test_approving_freezes_texts_and_facts_and_a_correction_is_version_two(managers_desk, visit):
    question = visit.questions.create(order=1, text_en="How?", answer="yes")
    managers_desk.post(page(visit, "report"), {"act": "begin"})
    managers_desk.post(page(visit, "report"), texts(act="approve", lessons_en="Ask early"))
    question.answer = "no"
    question.save()
    report = VisitReport.objects.get()
    with pytest.raises(ValidationError) as refusal:
        reports.write_report(report, lessons_en="Something else")
    managers_desk.post(page(visit, "report"), {"act": "begin"})

    versions = [(row.version, row.state, row.lessons_en) for row in visit.reports.order_by("version")]
    assert refusal.value.code == "frozen"
    assert report.snapshot["questions"] == [{"text": {"en": "How?"}, "answer": "yes", "note": {}}]
    assert versions == [(1, "approved", "Ask early"), (2, "draft", "Ask early")]


def test_nothing_writes_over_an_approved_report_or_throws_it_away(visit):
    moment = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # already the first of April in Torino
    report = reports.write_report(reports.begin_report(visit), lessons_en="Ask early")
    report = reports.approve_report(report, by=make_user(), now=moment)

    for attempt in (
        lambda: VisitReport.objects.update(lessons_en="Other"),
        lambda: VisitReport.objects.bulk_update([report], ["snapshot"]),
        lambda: VisitReport.objects.all().delete(),
        report.save,
        report.delete,
    ):
        with pytest.raises(FrozenReport), transaction.atomic():
            attempt()
    sent = reports.send_report(report, by=make_user(), now=moment)

    assert (sent.state, sent.lessons_en, sent.sent_on) == ("sent", "Ask early", date(2026, 4, 1))


def test_without_lessons_nothing_is_approved_and_what_was_typed_is_kept(managers_desk, visit):
    managers_desk.post(page(visit, "report"), {"act": "begin"})
    managers_desk.post(page(visit, "report"), texts(act="approve", summary_en="A visit"))
    report = VisitReport.objects.get()
    assert (report.state, report.summary_en) == ("draft", "A visit")


def test_the_guests_staff_write_and_do_not_approve(client, visit):
    client.force_login(staff("nagoya"))
    client.post(page(visit, "report"), {"act": "begin"})
    client.post(page(visit, "report"), texts(act="approve", lessons_ja="早めに聞くこと"))
    report = VisitReport.objects.get()
    assert (report.state, report.lessons_ja) == ("draft", "早めに聞くこと")


def test_the_hosts_staff_ask_and_a_manager_finds_it_on_the_list_and_approves(client, visit):
    writer = staff()
    client.force_login(writer)
    client.post(page(visit, "report"), {"act": "begin"})
    refused = client.post(page(visit, "report"), texts(act="approve", lessons_en="Ask early"))
    client.post(page(visit, "report"), texts(act="ask", lessons_en="Ask early"))
    asked = VisitReport.objects.get()
    waiting = list(with_report_to_approve(NOW))
    client.force_login(manager())
    shown = client.get(page(visit, "report")).content.decode()
    client.post(page(visit, "report"), texts(act="approve", lessons_en="Ask early"))

    assert (refused.status_code, asked.state, asked.asked_by) == (302, "draft", writer)
    assert waiting == [visit]
    assert writer.get_full_name() in shown
    assert VisitReport.objects.get().state == "approved"
    assert list(with_report_to_approve(NOW)) == []


def test_approval_is_not_asked_for_without_lessons(desk, visit):
    desk.post(page(visit, "report"), {"act": "begin"})
    desk.post(page(visit, "report"), texts(act="ask", summary_en="A visit"))

    assert VisitReport.objects.get().asked_at is None


def test_before_the_end_there_is_no_report(desk):
    visit = make_visit(state="running")
    desk.post(page(visit, "report"), {"act": "begin"})
    assert VisitReport.objects.count() == 0


def test_sending_tells_the_leads_and_the_applicant_once(managers_desk, visit):
    visit.applicant_contact = "hanako@company.example"
    visit.language = "ja"
    visit.save()
    managers_desk.post(page(visit, "report"), {"act": "begin"})
    managers_desk.post(page(visit, "report"), texts(act="approve", lessons_en="Ask early"))
    managers_desk.post(page(visit, "report"), {"act": "send"})
    managers_desk.post(page(visit, "report"), {"act": "send"})
    assert sorted(Message.objects.values_list("to", "language")) == sorted(
        [(visit.lead.email, visit.lead.language), ("hanako@company.example", "ja")]
    )
    assert VisitReport.objects.get().state == "sent"


def test_the_public_page_shows_the_public_part_of_the_approved_version(client, managers_desk, visit):
    visit.delegates.create(person=make_person(family_name="Segreti"), reply="accepted")
    managers_desk.post(page(visit, "report"), {"act": "begin"})
    draft = client.get(visit.get_absolute_url()).content.decode()
    managers_desk.post(
        page(visit, "report"), texts(act="approve", lessons_en="Ask early", internal_note_en="Cold coffee")
    )
    shown = client.get(visit.get_absolute_url()).content.decode()
    assert 'id="report"' not in draft
    assert "Ask early" in shown
    assert "Cold coffee" not in shown
    assert "Segreti" not in shown + str(VisitReport.objects.get().snapshot)


# --- Checks ----------------------------------------------------------------------------------------------------------


def test_staff_read_sums_of_checks_and_managers_each_answer(client, visit):
    common = {"source": "visit", "source_id": visit.pk, "language": "it", "sent_at": NOW}
    for side, answer in (("torino", "stalled"), ("nagoya", "moving")):
        FollowUpCheck.objects.create(**common, day=30, side=side, answer=answer, note="Funds are short")
    FollowUpCheck.objects.create(**common, day=90, side="torino")
    sums = reverse("admin:programme_followupcheck_changelist")
    single = reverse("admin:programme_followupcheck_change", args=[FollowUpCheck.objects.first().pk])

    client.force_login(staff())
    rows = client.get(sums).context["rows"]
    pages = [client.get(address) for address in (sums, page(visit, "questions"))]
    refused = client.get(single).status_code
    client.force_login(manager())

    assert [(row.day, {str(answer): n for answer, n in numbers}) for row, numbers in rows] == [
        (30, {"moving": 1, "stalled": 1, "concluded": 0, "silent": 0, "": 0}),
        (90, {"moving": 0, "stalled": 0, "concluded": 0, "silent": 0, "": 1}),
    ]
    assert all("Funds are short" not in answer.content.decode() for answer in pages)
    assert refused == 403
    assert client.get(single).status_code == 200
    assert "Funds are short" in client.get(page(visit, "questions")).content.decode()


# --- Follow-ups ------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_own_side_and_actions_log_each_move(client, visit):
    own = FollowUp.objects.create(
        visit=visit, text_en="Ours", owner_torino=make_organisation(), due_on=date(2026, 5, 4)
    )
    client.force_login(staff("torino"))
    address = reverse("admin:programme_followup_changelist")
    assert "Ours" in client.get(address).content.decode()
    client.post(address, {"action": "finish", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert own.state == "done"
    client.force_login(staff("nagoya"))
    assert "Ours" not in client.get(address).content.decode()
    assert client.get(reverse("admin:programme_followup_change", args=[own.pk])).status_code in {302, 404}


def test_a_follow_up_is_dropped_on_its_page_with_a_reason(desk, visit):
    row = FollowUp.objects.create(
        visit=visit, text_en="Ours", owner_torino=make_organisation(), due_on=date(2026, 5, 4)
    )
    address = reverse("admin:programme_followup_change", args=[row.pk])
    data = {
        "visit": visit.pk,
        "owner_torino": row.owner_torino_id,
        "text_en": "Ours",
        "text_it": "",
        "text_ja": "",
        "due_on": "2026-05-04",
        "priority": 2,
        "move": "dropped",
        "webinar": "",
        "owner_nagoya": "",
    }
    refused = desk.post(address, {**data, "move_reason": " "})
    taken = desk.post(address, {**data, "move_reason": "No money"})
    row.refresh_from_db()
    assert "move_reason" in refused.context["adminform"].form.errors
    assert (taken.status_code, row.state, row.reason) == (302, "dropped", "No money")


def test_a_follow_up_without_an_owner_is_refused(desk, visit):
    data = {"visit": visit.pk, "text_en": "x", "due_on": "2026-05-04", "priority": 2}
    answer = desk.post(reverse("admin:programme_followup_add"), data)
    assert (answer.status_code, FollowUp.objects.count()) == (200, 0)
    assert "Choose who answers for it" in answer.content.decode()


def test_the_other_citys_staff_read_a_follow_up_without_a_move_to_make(client):
    guest = make_user(is_staff=True, side="nagoya")
    guest.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
    client.force_login(guest)
    mine = make_organisation(side="torino")
    theirs = make_organisation(side="nagoya")
    row = FollowUp.objects.create(
        visit=make_visit(), owner_torino=mine, owner_nagoya=theirs, text_en="Write", due_on=date(2026, 3, 1)
    )
    assert client.get(reverse("admin:programme_followup_change", args=[row.pk])).status_code == 200
    guest.user_permissions.set(Permission.objects.filter(codename__in=["view_followup"]))
    answer = client.get(reverse("admin:programme_followup_change", args=[row.pk]))
    assert answer.status_code == 200
    assert "move_reason" not in answer.content.decode()
