"""A sample visit that is over, with all that comes afterwards; and a proposal that somebody is still writing."""

from datetime import timedelta
from decimal import Decimal

from ecosystem.models import City, Organisation
from programme.demo import people
from programme.demo.agendas import IN_TORINO
from programme.demo.listings import SEIKI
from programme.demo.parties import interpret, know_languages
from programme.demo.releases import release_sample
from programme.demo.samples import Samples, columns_of
from programme.demo.visit_surveys import ask, certify, tick
from programme.demo.visits import delegation_of_nagoya, plan, propose, visit_of
from programme.models import (
    AgendaItem,
    CostLine,
    Delegate,
    FollowUp,
    FollowUpCheck,
    Gift,
    LearningQuestion,
    StudyVisit,
)
from programme.services import move_visit, visit_reports
from programme.services.followups import move_follow_up, write_answers
from programme.services.proposals import begin_proposal, write_proposal

State = StudyVisit.State
Answer = LearningQuestion.Answer

ENDED = 45  # days ago
ANSWERS = [
    (
        Answer.YES,
        "Un ufficio unico; la risposta arriva in trenta giorni.",
        "One office; the answer comes within thirty days.",
        "窓口は一つで、回答は30日以内です。",
    ),
    (
        Answer.PARTLY,
        "Le spese sì; sull'assicurazione risponderà l'ufficio legale.",
        "The costs yes; the legal office will answer about insurance.",
        "費用については回答がありました。保険については法務担当から回答します。",
    ),
    (Answer.OPEN, "", "", ""),
]


def make_after(samples: Samples) -> None:
    samples.once("visits", "visit-over", lambda: _over(samples))
    certify(samples)
    writer, company = people.user(people.COMPANY), Organisation.objects.filter(slug=SEIKI).first()
    if writer and company:
        samples.once("visits", "visit-being-written", lambda: _being_written(samples, writer, company))


def _over(samples: Samples) -> StudyVisit:
    """Two days in Torino six weeks ago: questions answered in part, costs nearly all in, the report approved."""
    last = samples.today - timedelta(days=ENDED)
    first = last - timedelta(days=1)
    lead = people.user(people.STAFF_TORINO)
    visit = visit_of(
        slug="sample-visit-that-is-over",
        host="torino",
        applicant="city-of-nagoya",
        first_day=first,
        last_day=last,
        expected_size=5,
        head_post="部長",
        transport="鉄道",
        interpretation_wanted="日本語–イタリア語",
        language="ja",
        lead=lead,
        partner_lead=people.user(people.STAFF_NAGOYA),
        **columns_of(
            "title",
            "Nagoya visita Torino: energia nei quartieri (esempio)",
            "Nagoya visits Torino: energy in neighbourhoods (sample)",
            "名古屋市トリノ視察 地域のエネルギー（見本）",
        ),
        **columns_of(
            "subject",
            "Comunità energetiche e consumi degli edifici pubblici",
            "Energy communities and what public buildings consume",
            "エネルギー共同体と公共建築の省エネ",
        ),
        **columns_of(
            "public_summary",
            "Visita di esempio, conclusa: che cosa si è visto, che cosa si è imparato e che cosa resta da fare.",
            "Sample visit that is over: what was seen, what was learnt, and what is still to be done.",
            "終了した見本の視察です。見たこと、学んだこと、これからの取り組みを紹介します。",
        ),
    )
    propose(visit, samples, days_ago=ENDED + 90, applicant=people.user(people.STAFF_NAGOYA))
    move_visit(visit, State.ACCEPTED, now=samples.ago(days=ENDED + 80), by=lead)
    items = [item for item in IN_TORINO if item.day < 2]
    plan(visit, items, samples, first_day=first, days_ago=ENDED + 60, by=lead)
    members = [(person, role) for person, role in delegation_of_nagoya() if person.user_id is None]
    for rank, (person, role) in enumerate(members[:5], start=1):
        Delegate.objects.create(visit=visit, person=person, role=role, rank=rank, reply=Delegate.Reply.ACCEPTED)
    know_languages(visit)
    planned = AgendaItem.objects.filter(day__visit=visit).select_related("event", "day__visit")
    interpret(planned, visit.delegates.select_related("person"), now=samples.ago(days=ENDED + 20), by=lead)
    release_sample(visit, now=samples.ago(days=ENDED + 10), by=lead)
    move_visit(visit, State.RUNNING, now=samples.ago(days=ENDED + 1), code="calendar")
    _answer(visit, samples)
    tick(visit, samples, days_ago=ENDED - 1, by=lead)
    move_visit(visit, State.COMPLETED, now=samples.ago(days=ENDED - 1), code="calendar")
    _follow_up(visit, samples, lead)
    _pay(visit, last)
    ask(visit, by=lead)
    _report(visit, samples, lead)
    move_visit(visit, State.REPORTED, now=samples.ago(days=ENDED - 12), by=lead)
    _check(visit, samples)
    return visit


def _answer(visit: StudyVisit, samples: Samples) -> None:
    questions = list(visit.questions.order_by("order"))
    items = list(visit.days.order_by("date").first().items.order_by("event__dtstart"))
    for question, item, (answer, *note) in zip(questions, items, ANSWERS, strict=False):
        question.item, question.answer = item, answer
        for column, text in columns_of("note", *note).items():
            setattr(question, column, text)
    write_answers(visit, questions, now=samples.ago(days=ENDED))


def _follow_up(visit: StudyVisit, samples: Samples, lead) -> None:
    """Of the two that came of the questions one is done; a third both cities promised each other."""
    first = visit.follow_ups.order_by("pk").first()
    if first is not None:
        move_follow_up(first, FollowUp.State.DONE, now=samples.ago(days=20), by=lead)
    owners = {"owner_torino": first.owner_torino if first else None, "owner_nagoya": visit.applicant}
    FollowUp.objects.create(
        visit=visit,
        due_on=samples.workday(25),
        priority=FollowUp.Priority.HIGH,
        **owners,
        **columns_of(
            "text",
            "Scegliere insieme un edificio per città e confrontare i consumi di un anno",
            "Choose one building in each city together and compare what it consumes in a year",
            "両市で建物を一つずつ選び、1年間のエネルギー消費を比較する",
        ),
    )


def _pay(visit: StudyVisit, day) -> None:
    rate = {"rate": Decimal("162.35"), "rate_date": day}
    none = "見本・esempio"
    lines = [
        ("Pullman", "Coach", "貸切バス", "torino", "EUR", "840.00", "812.50", {"no_receipt_reason": none}),
        ("Interpreti", "Interpreters", "通訳", "programme", "EUR", "1900.00", "1900.00", {"no_receipt_reason": none}),
        ("Voli", "Flights", "航空券", "nagoya", "JPY", "980000", "1012400", {"no_receipt_reason": none, **rate}),
        ("Cena di benvenuto", "Welcome dinner", "歓迎夕食会", "torino", "EUR", "460.00", None, {}),
    ]
    for it, en, ja, payer, currency, estimate, actual, more in lines:
        line = CostLine(
            visit=visit,
            payer=payer,
            currency=currency,
            estimate=Decimal(estimate),
            actual=Decimal(actual) if actual else None,
            **more,
            **columns_of("heading", it, en, ja),
        )
        line.full_clean()
        line.save()
    Gift.objects.create(
        visit=visit,
        giver="名古屋市",
        receiver="Città di Torino",
        value=Decimal(8000),
        currency="JPY",
        **columns_of("item", "Ventaglio di Nagoya", "Fan from Nagoya", "名古屋扇子"),
    )


def _report(visit: StudyVisit, samples: Samples, lead) -> None:
    report = visit_reports.begin_report(visit)
    lessons = columns_of(
        "lessons",
        "Prima i dati di consumo, poi gli impianti: senza misure nessuno cambia abitudini.",
        "First the data, then the installations: without measuring nobody changes habits.",
        "設備より先に計測です。消費が見えなければ行動は変わりません。",
    )
    visit_reports.write_report(report, **lessons)
    visit_reports.approve_report(report, by=lead, now=samples.ago(days=ENDED - 12))


def _check(visit: StudyVisit, samples: Samples) -> None:
    """After thirty days: Torino says that it moves, Nagoya has not answered yet."""
    at = samples.ago(days=ENDED - 31)
    check = {"source": "visit", "source_id": visit.pk, "day": 30, "sent_at": at}
    FollowUpCheck.objects.create(
        **check,
        side="torino",
        language="it",
        answer=FollowUpCheck.Answer.MOVING,
        answered_at=at + timedelta(hours=3),
        note="Il primo edificio è scelto (esempio).",
    )
    FollowUpCheck.objects.create(**check, side="nagoya", language="ja")


def _being_written(samples: Samples, writer, company: Organisation) -> StudyVisit:
    """A company of Nagoya has filled in half of the steps."""
    visit = begin_proposal(
        by=writer,
        applicant=company,
        host_city=City.objects.get(slug="torino"),
        subject="小さな製造業のデジタル化（見本）",
        language="ja",
    )
    first = samples.workday(75)
    write_proposal(
        visit,
        fields={"purpose": "トリノの中小製造業がどのようにデジタル化を進めているかを学び、自社の計画に活かすため。"},
        questions=["最初に何から始めましたか？", "費用はどのくらいかかりましたか？"],
        wishes=[(first, first + timedelta(days=1))],
    )
    titles = columns_of(
        "title",
        "Digitalizzare una piccola manifattura (esempio)",
        "Small manufacturers going digital (sample)",
        "小さな製造業のデジタル化（見本）",
    )
    StudyVisit.objects.filter(pk=visit.pk).update(is_sample=True, **titles)
    return visit
