"""Sample study visits: one under way in Torino, one being planned in Nagoya, one that waits for an answer."""

from datetime import date, time, timedelta

from ecosystem.models import City, Organisation, Person
from programme.demo import people
from programme.demo.agendas import DELEGATION, HOSTS, IN_NAGOYA, IN_TORINO, QUESTIONS, READINGS, Item
from programme.demo.parties import know_languages, make_party
from programme.demo.places import place_of
from programme.demo.releases import change_and_release, release_sample
from programme.demo.samples import Samples, columns_of, three
from programme.demo.webinars import EXCHANGE
from programme.models import Delegate, Exchange, HostConfirmation, StudyVisit
from programme.services import find_or_write_person, move_visit, plan_agenda_item

State, Role, Reply = StudyVisit.State, Delegate.Role, Delegate.Reply
Answer = HostConfirmation.Answer


def make_exchange(samples: Samples, edition) -> None:
    def make() -> Exchange:
        exchange = Exchange(
            slug=EXCHANGE,
            edition=edition,
            is_sample=True,
            **columns_of(
                "title",
                "Provare la mobilità di domani (esempio)",
                "Testing the mobility of tomorrow (sample)",
                "これからの移動を試す（見本）",
            ),
            **columns_of(
                "story",
                "Filone di esempio: webinar e visite su come le due città lasciano provare veicoli e servizi nuovi.",
                "A sample strand: webinars and visits on how the two cities let new vehicles and services be tested.",
                "見本のテーマです。新しい車両やサービスを両市がどのように試しているかを、ウェビナーと視察で学びます。",
            ),
        )
        exchange.move_to(Exchange.State.ACTIVE)
        exchange.full_clean()
        exchange.save()
        return exchange

    samples.once("exchanges", EXCHANGE, make)


def make_visits(samples: Samples) -> None:
    samples.once("visits", "visit-under-way", lambda: _under_way(samples))
    samples.once("visits", "visit-being-planned", lambda: _being_planned(samples))
    samples.once("visits", "visit-proposed", lambda: _proposed(samples))


def _under_way(samples: Samples) -> StudyVisit:
    """From yesterday to tomorrow in Torino, released and begun; the delegation is complete."""
    first = samples.today - timedelta(days=1)
    lead = people.user(people.STAFF_TORINO)
    visit = visit_of(
        slug="sample-visit-of-nagoya-to-torino",
        host="torino",
        applicant="city-of-nagoya",
        first_day=first,
        last_day=first + timedelta(days=2),
        expected_size=6,
        head_post="局長",
        transport="鉄道・貸切バス",
        interpretation_wanted="日本語–イタリア語",
        duty_phone="+39 011 000 0000",
        lead=lead,
        **columns_of(
            "title",
            "Nagoya visita Torino: provare in città (esempio)",
            "Nagoya visits Torino: testing in the city (sample)",
            "名古屋市トリノ視察 まちを実証の場に（見本）",
        ),
        **columns_of(
            "subject",
            "Come una città apre strade e dati a chi sperimenta",
            "How a city opens streets and data to those who test",
            "都市が道路とデータを実証に開放するしくみ",
        ),
        **columns_of(
            "public_summary",
            "Visita di esempio. Una delegazione di Nagoya vede da vicino come Torino fa provare veicoli e servizi "
            "nuovi, e racconta la propria esperienza.",
            "Sample visit. A delegation from Nagoya sees how Torino lets new vehicles and services be tested, and "
            "tells its own experience.",
            "見本の視察です。名古屋市の代表団が、トリノで新しい車両やサービスを試すしくみを学び、自らの経験も紹介します。",
        ),
    )
    propose(visit, samples, days_ago=75, applicant=people.user(people.STAFF_NAGOYA))
    move_visit(visit, State.ACCEPTED, now=samples.ago(days=60), by=lead)
    plan(visit, IN_TORINO, samples, first_day=first, days_ago=45, by=lead)
    _theme_days(
        visit,
        ("La città che sperimenta", "The city that tests", "実証する都市"),
        ("Ricerca, imprese, impatto", "Research, companies, impact", "研究・企業・インパクト"),
        ("Energia e prossimi passi", "Energy and next steps", "エネルギーと今後の連携"),
    )
    for rank, (person, role) in enumerate(delegation_of_nagoya(), start=1):
        Delegate.objects.create(visit=visit, person=person, role=role, rank=rank, reply=Reply.ACCEPTED)
    know_languages(visit)
    make_party(visit, now=samples.ago(days=20), by=lead)
    release_sample(visit, now=samples.ago(days=10), by=lead)
    change_and_release(visit, now=samples.ago(days=2), by=lead)
    move_visit(visit, State.RUNNING, now=samples.ago(days=1), code="calendar")
    return visit


def _being_planned(samples: Samples) -> StudyVisit:
    """In about six weeks in Nagoya: the first items are drafts, hosts and delegates have yet to answer."""
    first = samples.workday(42)
    last = first + timedelta(days=1)
    lead = people.user(people.STAFF_NAGOYA)
    visit = visit_of(
        slug="sample-visit-of-torino-to-nagoya",
        host="nagoya",
        applicant="citta-di-torino",
        first_day=first,
        last_day=last,
        expected_size=4,
        head_post="Dirigente",
        transport="Shinkansen, metropolitana",
        interpretation_wanted="giapponese–italiano",
        lead=lead,
        **columns_of(
            "title",
            "Torino visita Nagoya: startup e manifattura (esempio)",
            "Torino visits Nagoya: start-ups and manufacturing (sample)",
            "トリノ市名古屋視察 スタートアップとものづくり（見本）",
        ),
        **columns_of(
            "subject",
            "Come Nagoya avvicina startup e grandi imprese",
            "How Nagoya brings start-ups and large companies together",
            "スタートアップと大企業をつなぐ名古屋の取り組み",
        ),
        **columns_of(
            "public_summary",
            "Visita di esempio, in preparazione. Una delegazione torinese incontra chi a Nagoya fa nascere e crescere "
            "nuove imprese.",
            "Sample visit, in preparation. A delegation from Torino meets those who help new companies start and grow "
            "in Nagoya.",
            "準備中の見本の視察です。トリノの代表団が、名古屋で新しい企業を生み育てる人々と出会います。",
        ),
    )
    propose(visit, samples, days_ago=30, applicant=people.user(people.STAFF_TORINO))
    move_visit(visit, State.ACCEPTED, now=samples.ago(days=20), by=lead)
    plan(visit, IN_NAGOYA, samples, first_day=first, days_ago=14, by=lead)
    delegates = [
        (_host("Luca"), Role.HEAD, Reply.ACCEPTED),
        (_host("Sara"), Role.MEMBER, Reply.ACCEPTED),
        (_host("Elena"), Role.MEMBER, Reply.INVITED),
    ]
    for rank, (person, role, reply) in enumerate(delegates, start=1):
        Delegate.objects.create(visit=visit, person=person, role=role, rank=rank, reply=reply)
    know_languages(visit)
    return visit


def _proposed(samples: Samples) -> StudyVisit:
    """Asked for four days ago; the host city has yet to answer."""
    wished = [samples.workday(days) for days in (90, 104, 118)]
    visit = visit_of(
        slug="sample-visit-waiting-for-an-answer",
        host="torino",
        applicant="nagoya-chamber",
        wished_dates=", ".join(f"{day:%d/%m/%Y}" for day in wished),
        expected_size=8,
        head_post="専務理事",
        transport="貸切バス",
        interpretation_wanted="日本語–イタリア語",
        **columns_of(
            "title",
            "Imprese di Nagoya e impatto sociale (esempio)",
            "Companies of Nagoya and social impact (sample)",
            "名古屋の企業と社会的インパクト（見本）",
        ),
        **columns_of(
            "subject",
            "Come le imprese torinesi misurano il proprio impatto",
            "How companies of Torino measure their impact",
            "トリノの企業によるインパクトの測定方法",
        ),
    )
    propose(visit, samples, days_ago=4, applicant=None)
    return visit


def visit_of(*, host: str, applicant: str, **fields) -> StudyVisit:
    visit = StudyVisit(
        host_city=City.objects.get(slug=host),
        guest_city=City.objects.exclude(slug=host).get(is_partner=True),
        applicant=Organisation.objects.get(slug=applicant),
        applicant_contact="visite@esempio.example" if host == "nagoya" else "shisatsu@mihon.example",
        exchange=Exchange.objects.filter(slug=EXCHANGE).first(),
        is_sample=True,
        **columns_of(
            "purpose",
            "Capire che cosa si può riprendere nella propria città, e con chi.",
            "To learn what can be repeated in one's own city, and with whom.",
            "自らの都市で何を、誰と実現できるかを学ぶこと。",
        ),
        **columns_of(
            "decision_power",
            "La delegazione può concordare una prova comune e indicarne il responsabile.",
            "The delegation can agree on a joint test and name who answers for it.",
            "共同実証の実施と担当者の決定が可能です。",
        ),
        **columns_of(
            "expected_output",
            "Un elenco di tre prove possibili, con un referente per città.",
            "A list of three possible tests, with one contact in each city.",
            "実施可能な実証3件と、両市の担当者の一覧。",
        ),
        **fields,
    )
    visit.full_clean()
    visit.save()
    return visit


def propose(visit: StudyVisit, samples: Samples, *, days_ago: int, applicant) -> None:
    for order, texts in enumerate(QUESTIONS, start=1):
        visit.questions.create(order=order, **columns_of("text", *texts))
    move_visit(visit, State.PROPOSED, now=samples.ago(days=days_ago), by=applicant)


def plan(visit: StudyVisit, items: list[Item], samples: Samples, *, first_day: date, days_ago: int, by) -> None:
    for item in items:
        planned = plan_agenda_item(
            visit=visit,
            date=first_day + timedelta(days=item.day),
            starts=time.fromisoformat(item.starts),
            ends=time.fromisoformat(item.ends),
            names=three(*item.names),
            now=samples.ago(days=days_ago),
            by=by,
            kind=item.kind,
            organisation=Organisation.objects.get(slug=item.organisation) if item.organisation else None,
            place=place_of(item.place) if item.place else None,
            hosts=[_host(item.host)] if item.host else [],
            is_public=item.public,
            spoken_languages=item.languages,
            dress=three(*item.dress),
            staff_notes=item.notes,
        )
        if item.answer != Answer.PENDING:
            planned.hosts.update(answer=item.answer, answered_at=samples.ago(days=days_ago - 5))


def _theme_days(visit: StudyVisit, *themes: tuple[str, str, str]) -> None:
    for day, theme in zip(visit.days.order_by("date"), themes, strict=True):
        for column, text in columns_of("theme", *theme).items():
            setattr(day, column, text)
        day.save()


def _host(given: str) -> Person:
    slug, title, band = HOSTS[given]
    names = people.mihon(given, *READINGS[given]) if given in READINGS else people.esempio(given)
    return find_or_write_person(
        **names,
        **columns_of("title", *title),
        organisation=Organisation.objects.get(slug=slug),
        languages=["ja", "en"] if given in READINGS else ["it", "en"],
        rank_band=band,
    )


def delegation_of_nagoya() -> list[tuple[Person, str]]:
    """Sample people with their roles in protocol order; one of them was written with the sign-ins."""
    nagoya = Organisation.objects.get(slug="city-of-nagoya")
    return [
        (
            find_or_write_person(
                **people.mihon(given, kana, romaji),
                **columns_of("title", *title),
                organisation=nagoya,
                languages=["ja", "it", "en"] if role == Role.INTERPRETER else ["ja", "en"],
                rank_band=band,
            ),
            role,
        )
        for given, kana, romaji, title, band, role in DELEGATION
    ]
