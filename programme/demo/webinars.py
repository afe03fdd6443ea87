"""Sample webinars, coming and past, one event on site, and those who registered."""

from collections.abc import Iterable
from datetime import timedelta

from ecosystem.models import Concept, Organisation
from events.models import Event, EventLanguage, Registration, Track
from events.services import scheduling
from iurc_portal.accounts.addresses import email_key
from programme.demo import people
from programme.demo.places import place_of
from programme.demo.samples import Samples, at, columns_of
from programme.models import Exchange, Webinar
from programme.services import plan_webinar, publish_webinar

Role = EventLanguage.Role
EXCHANGE = "sample-mobility"
TRACKS = {
    "webinars": ("Webinar", "Webinar", "ウェビナー"),
    "visits": ("Visita studio", "Study visit", "視察"),
    "events": ("Evento", "Event", "イベント"),
}


def make_webinars(samples: Samples) -> None:
    for slug, names in TRACKS.items():
        Track.objects.get_or_create(slug=slug, defaults=columns_of("name", *names))
    samples.once("webinars", "webinar-driving", lambda: _driving(samples))
    samples.once("webinars", "webinar-social", lambda: _social(samples))
    samples.once("webinars", "webinar-nagoya", lambda: _nagoya(samples))
    samples.once("webinars", "webinar-past", lambda: _past(samples))
    samples.once("events", "event-on-site", lambda: _on_site(samples))


def _organisation(slug: str) -> Organisation:
    return Organisation.objects.get(slug=slug)


def _themes(*notations: str) -> Iterable[Concept]:
    return Concept.objects.themes().filter(notation__in=notations)


def _exchange() -> Exchange | None:
    return Exchange.objects.filter(slug=EXCHANGE).first()


def _publish(webinar: Webinar, samples: Samples, *, days_ago: int) -> Webinar:
    publish_webinar(webinar, now=samples.ago(days=days_ago), by=people.user(people.STAFF_TORINO))
    return webinar


def _driving(samples: Samples) -> Webinar:
    """In about two days, in Italian and Japanese with interpretation."""
    day = samples.workday(2)
    webinar = plan_webinar(
        slug="sample-webinar-automated-driving",
        start=at(day, 10),
        end=at(day, 11, 30),
        now=samples.ago(days=21),
        by=people.user(people.STAFF_TORINO),
        exchange=_exchange(),
        organizer=_organisation("citta-di-torino"),
        contact_email="iurc@torino.example",
        join_url="https://video.example/sample-automated-driving",
        registration_open=True,
        maximum_attendee_capacity=80,
        themes=_themes("autonomous-driving", "smart-mobility", "public-innovation"),
        languages=[
            ("it", Role.SPOKEN),
            ("ja", Role.SPOKEN),
            ("it", Role.INTERPRETED),
            ("ja", Role.INTERPRETED),
            ("en", Role.CAPTIONED),
        ],
        is_sample=True,
        **columns_of(
            "name",
            "Provare la guida autonoma a Torino (esempio)",
            "Testing automated driving in Torino (sample)",
            "トリノで試す自動運転（見本）",
        ),
        **columns_of(
            "description",
            "Webinar di esempio. Come un'impresa giapponese può provare un veicolo autonomo sulle strade di Torino: "
            "chi dà i permessi, quali percorsi sono già attrezzati, quanto tempo serve.",
            "Sample webinar. How a Japanese company can test an automated vehicle on the streets of Torino: who gives "
            "the permits, which routes are equipped already, how long it takes.",
            "見本のウェビナーです。日本企業がトリノの公道で自動運転車を試すには。許認可の窓口、整備済みの走行ルート、"
            "準備期間を紹介します。",
        ),
        texts={
            **columns_of(
                "audience",
                "Imprese giapponesi della mobilità e loro partner",
                "Japanese mobility companies and their partners",
                "モビリティ分野の日本企業とパートナー企業",
            ),
            **columns_of(
                "goals",
                "Sapere a chi rivolgersi e preparare una domanda di sperimentazione.",
                "Know whom to ask, and be ready to apply for a test.",
                "相談先を知り、実証の申請を準備できるようになること。",
            ),
        },
        segments=[
            {"starts_after": 0, "language": "it"}
            | columns_of(
                "speakers",
                "Anna Esempio (Città di Torino)",
                "Anna Esempio (City of Torino)",
                "Esempio Anna（エゼンピオ アンナ、トリノ市）",
            )
            | columns_of("title", "Benvenuto delle due città", "Welcome from the two cities", "両市からの挨拶"),
            {"starts_after": 10, "language": "it"}
            | columns_of("speakers", "Luca Esempio (5T)", "Luca Esempio (5T)", "Esempio Luca（エゼンピオ ルカ、5T）")
            | columns_of(
                "title",
                "Strade e dati pronti per i test",
                "Streets and data ready for tests",
                "実証に使える道路とデータ",
            ),
            {"starts_after": 40, "language": "ja"}
            | columns_of(
                "speakers", "Taro Mihon (Città di Nagoya)", "Taro Mihon (City of Nagoya)", "見本 太郎（名古屋市）"
            )
            | columns_of("title", "L'esperienza di Nagoya", "The experience of Nagoya", "名古屋での取組"),
            {"starts_after": 65, "language": ""}
            | columns_of("title", "Domande e risposte", "Questions and answers", "質疑応答"),
        ],
    )
    _publish(webinar, samples, days_ago=20)
    company = people.user(people.COMPANY)
    _register(samples, webinar.event, people.mihon("健", "ケン", "Ken"), people.COMPANY, days_ago=6, user=company)
    register_many(samples, webinar.event, number=14)
    return webinar


def _social(samples: Samples) -> Webinar:
    """Next week, in Italian and English, with two places left."""
    day = samples.workday(8)
    webinar = plan_webinar(
        slug="sample-webinar-social-impact",
        start=at(day, 9),
        end=at(day, 10, 30),
        now=samples.ago(days=30),
        by=people.user(people.STAFF_TORINO),
        organizer=_organisation("camera-di-commercio-torino"),
        contact_email="iurc@torino.example",
        join_url="https://video.example/sample-social-impact",
        registration_open=True,
        maximum_attendee_capacity=12,
        themes=_themes("social-innovation", "impact-finance"),
        languages=[("en", Role.SPOKEN), ("it", Role.SPOKEN), ("ja", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Misurare l'impatto sociale: un laboratorio per pochi (esempio)",
            "Measuring social impact: a small workshop (sample)",
            "社会的インパクトを測る 少人数ワークショップ（見本）",
        ),
        **columns_of(
            "description",
            "Webinar di esempio, a posti limitati. Con Torino Social Impact si prova a misurare l'effetto di un "
            "servizio su un caso concreto.",
            "Sample webinar with few places. Together with Torino Social Impact we try to measure the effect of a "
            "service on a real case.",
            "定員の少ない見本のウェビナーです。トリノ・ソーシャル・インパクトとともに、具体的な事例で効果の測り方を試します。",
        ),
        texts=columns_of(
            "audience",
            "Imprese e organizzazioni sociali",
            "Companies and social organisations",
            "企業、社会的団体",
        ),
        segments=[
            {"starts_after": 0, "language": "en"}
            | columns_of("speakers", "Sara Esempio", "Sara Esempio", "Esempio Sara（エゼンピオ サラ）")
            | columns_of("title", "Perché misurare", "Why measure", "なぜ測るのか"),
            {"starts_after": 30, "language": "it"}
            | columns_of("speakers", "Marco Esempio", "Marco Esempio", "Esempio Marco（エゼンピオ マルコ）")
            | columns_of("title", "Lavoro a gruppi su un caso", "Group work on a case", "事例を使ったグループワーク"),
        ],
    )
    _publish(webinar, samples, days_ago=28)
    register_many(samples, webinar.event, number=10)
    return webinar


def _nagoya(samples: Samples) -> Webinar:
    """In a month, by the clocks of Nagoya, in Japanese with interpretation into Italian and English."""
    day = samples.workday(30)
    webinar = plan_webinar(
        slug="sample-webinar-nagoya-city-lab",
        start=at(day, 17),
        end=at(day, 18, 30),
        tzid="Asia/Tokyo",
        now=samples.ago(days=5),
        by=people.user(people.STAFF_NAGOYA),
        exchange=_exchange(),
        organizer=_organisation("city-of-nagoya"),
        contact_email="iurc@nagoya.example",
        join_url="https://video.example/sample-nagoya-city-lab",
        registration_open=True,
        maximum_attendee_capacity=100,
        themes=_themes("startup-support", "public-innovation", "robotics"),
        languages=[("ja", Role.SPOKEN), ("it", Role.INTERPRETED), ("en", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Nagoya apre le sue strade ai test (esempio)",
            "Nagoya opens its streets to tests (sample)",
            "名古屋のまちを実証の場に（見本）",
        ),
        **columns_of(
            "description",
            "Webinar di esempio. NAGOYA CITY LAB e Hatch Technology NAGOYA raccontano alle imprese torinesi come si "
            "propone una sperimentazione in città.",
            "Sample webinar. NAGOYA CITY LAB and Hatch Technology NAGOYA tell companies of Torino how to propose a "
            "test in the city.",
            "見本のウェビナーです。NAGOYA CITY LABとHatch Technology NAGOYAが、トリノの企業に"
            "実証の提案方法を紹介します。",
        ),
        texts=columns_of(
            "audience",
            "Imprese e startup torinesi",
            "Companies and start-ups of Torino",
            "トリノの企業・スタートアップ",
        ),
        segments=[
            {"starts_after": 0, "language": "ja"}
            | columns_of(
                "speakers",
                "Ichiro Mihon (NAGOYA CITY LAB)",
                "Ichiro Mihon (NAGOYA CITY LAB)",
                "見本 一郎（NAGOYA CITY LAB）",
            )
            | columns_of("title", "Come funziona", "How it works", "仕組みの紹介"),
            {"starts_after": 45, "language": "ja"}
            | columns_of("speakers", "Jiro Mihon", "Jiro Mihon", "見本 次郎")
            | columns_of("title", "Tre prove raccontate", "Three tests told", "3つの実証事例"),
        ],
    )
    publish_webinar(webinar, now=samples.ago(days=4), by=people.user(people.STAFF_NAGOYA))
    register_many(samples, webinar.event, number=3)
    return webinar


def _past(samples: Samples) -> Webinar:
    """Three weeks ago, with a summary; what else remains of it is in ``library.py``."""
    day = samples.workday(-23)
    webinar = plan_webinar(
        slug="sample-webinar-two-ecosystems",
        start=at(day, 9),
        end=at(day, 10, 30),
        now=samples.ago(days=60),
        by=people.user(people.STAFF_TORINO),
        organizer=_organisation("citta-di-torino"),
        registration_open=True,
        maximum_attendee_capacity=100,
        themes=_themes("startup-support", "public-innovation"),
        languages=[("en", Role.SPOKEN), ("ja", Role.INTERPRETED), ("it", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Due ecosistemi a confronto (esempio)",
            "Two ecosystems side by side (sample)",
            "2つの都市のエコシステム（見本）",
        ),
        **columns_of(
            "description",
            "Webinar di esempio, concluso. Torino e Nagoya si presentano: chi innova, dove, con quali aiuti.",
            "Sample webinar, over. Torino and Nagoya introduce themselves: who innovates, where, with what support.",
            "終了した見本のウェビナーです。トリノと名古屋が、担い手・拠点・支援策を紹介し合いました。",
        ),
        texts=columns_of(
            "summary",
            "Hanno partecipato sedici persone di esempio. Le domande più frequenti riguardavano i permessi e i "
            "costi di una prima prova.",
            "Sixteen sample people took part. Most questions were about permits and the cost of a first test.",
            "見本の参加者16名。許認可と最初の実証の費用に関する質問が多く寄せられました。",
        ),
    )
    _publish(webinar, samples, days_ago=50)
    company = people.user(people.COMPANY)
    _register(samples, webinar.event, people.mihon("健", "ケン", "Ken"), people.COMPANY, days_ago=40, user=company)
    register_many(samples, webinar.event, number=17, days_ago=40)
    return webinar


def _on_site(samples: Samples) -> Event:
    """In three weeks, on site in Torino and online."""
    day = samples.workday(20)
    event = scheduling.create_event(
        slug="sample-meeting-of-companies",
        start=at(day, 17),
        end=at(day, 19),
        now=samples.ago(days=12),
        by=people.user(people.STAFF_TORINO),
        track=Track.objects.get(slug="events"),
        organizer=_organisation("ogr-torino"),
        place=place_of("ogr-torino"),
        event_attendance_mode=Event.AttendanceMode.MIXED,
        join_url="https://video.example/sample-meeting",
        registration_open=True,
        maximum_attendee_capacity=60,
        themes=_themes("startup-support"),
        languages=[("it", Role.SPOKEN), ("en", Role.SPOKEN), ("ja", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Serata d'incontro fra imprese (esempio)",
            "Evening meeting of companies (sample)",
            "企業交流の夕べ（見本）",
        ),
        **columns_of(
            "description",
            "Evento di esempio, in presenza e online. Imprese giapponesi e torinesi si presentano in tre minuti "
            "ciascuna.",
            "Sample event, on site and online. Japanese and Torino companies introduce themselves in three minutes "
            "each.",
            "会場とオンラインで行う見本のイベントです。日本とトリノの企業が3分ずつ自己紹介します。",
        ),
    )
    scheduling.publish_event(event, now=samples.ago(days=11), by=people.user(people.STAFF_TORINO))
    register_many(samples, event, number=12)
    return event


GUESTS = [
    (people.mihon("太郎", "タロウ", "Taro"), "ja", "見本モビリティ株式会社", "JP"),
    (people.esempio("Anna"), "it", "Esempio Mobilità srl", "IT"),
    (people.mihon("さくら", "サクラ", "Sakura"), "ja", "見本ロボット株式会社", "JP"),
    (people.esempio("Luca"), "it", "Cooperativa Esempio", "IT"),
    ({"family_name": "Sample", "given_name": "Alex"}, "en", "Sample Ventures", "GB"),
]


def register_many(samples: Samples, event: Event, *, number: int, days_ago: int = 3) -> None:
    for turn in range(number):
        names, language, company, country = GUESTS[turn % len(GUESTS)]
        _register(
            samples,
            event,
            names,
            f"sample{turn + 1}@guests.example",
            days_ago=days_ago,
            language=language,
            company=company,
            country=country,
        )


def _register(samples: Samples, event: Event, names: dict, email: str, *, days_ago: int, **fields) -> None:
    """A confirmed place, written without the letter that the service would send: nobody reads these addresses."""
    asked = samples.ago(days=days_ago)
    fields = {"language": "ja", "country": "JP", "company": "見本株式会社", **names, **fields}
    Registration.objects.create(
        event=event,
        email=email,
        email_key=email_key(email),
        state=Registration.State.CONFIRMED,
        joined_at=asked,
        confirmed_at=asked + timedelta(minutes=4),
        tzid="Asia/Tokyo" if fields["language"] == "ja" else "Europe/Rome",
        last_sequence=event.sequence,
        **fields,
    )
