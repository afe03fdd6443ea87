"""Sample news: four that readers find, one that comes by itself in two days."""

from datetime import timedelta
from functools import partial

from ecosystem.models import GoodPractice
from programme.demo import people
from programme.demo.samples import Samples, columns_of
from programme.models import Exchange, NewsItem, StudyVisit, Webinar
from programme.services.news import publish_news

VISIT, PRACTICE, CLUSTER = (
    "sample-visit-of-nagoya-to-torino",
    "sample-morning-street",
    "sample-mobility-with-melbourne",
)
PAST = "sample-webinar-two-ecosystems"

NOTES = [  # name, how long from now, what it is about, title, text
    (
        "delegation-in-torino",
        timedelta(days=-1),
        ("visit", VISIT),
        (
            "La delegazione di Nagoya è a Torino (esempio)",
            "The delegation from Nagoya is in Torino (sample)",
            "名古屋市の代表団がトリノに到着（見本）",
        ),
        (
            "Notizia di esempio. Sono cominciati oggi i tre giorni della visita studio: la delegazione incontra chi "
            "autorizza le prove in città, vede due luoghi di prova e racconta come si lavora a Nagoya.\n\n"
            "Che cosa ne è uscito si leggerà qui alla fine della visita.",
            "Sample news. The three days of the study visit began today: the delegation meets those who permit "
            "tests in the city, sees two test sites and tells how things are done in Nagoya.\n\n"
            "What came of it will be told here once the visit is over.",
            "見本のお知らせです。本日より3日間の視察が始まりました。代表団は市内での実証を所管する部署と面談し、"
            "2か所の実証の場を見学するとともに、名古屋市の取り組みを紹介します。\n\n"
            "視察の成果は、終了後にこのサイトでお知らせします。",
        ),
    ),
    (
        "recording-of-webinar",
        timedelta(days=-6),
        ("webinar", PAST),
        (
            "In rete le registrazioni del webinar sui due ecosistemi (esempio)",
            "Recordings of the webinar on the two ecosystems are online (sample)",
            "ウェビナー「二つのエコシステム」の録画を公開しました（見本）",
        ),
        (
            "Notizia di esempio. Chi non ha potuto partecipare trova le registrazioni in italiano, inglese e "
            "giapponese, con le trascrizioni in inglese e giapponese.",
            "Sample news. If you could not take part, you find the recordings in Italian, English and Japanese, "
            "with transcripts in English and Japanese.",
            "見本のお知らせです。当日ご参加になれなかった方は、録画を日本語・英語・イタリア語でご覧いただけます。"
            "日本語と英語の書き起こしもご利用ください。",
        ),
    ),
    (
        "webinar-with-melbourne",
        timedelta(days=-12),
        ("exchange", CLUSTER),
        (
            "Anche Melbourne al webinar sui trasporti a chiamata (esempio)",
            "Melbourne joins the webinar on transport on demand (sample)",
            "オンデマンド交通のウェビナーにメルボルン市が参加（見本）",
        ),
        (
            "Notizia di esempio. Il cluster sulla mobilità urbana organizza un webinar con tre città: gli orari "
            "della pagina valgono per Torino, Nagoya e Melbourne. Le iscrizioni sono aperte.",
            "Sample news. The cluster on urban mobility holds a webinar with three cities: its page tells the time "
            "in Torino, Nagoya and Melbourne. Registration is open.",
            "見本のお知らせです。都市モビリティのクラスターが、三都市によるウェビナーを開催します。"
            "ページにはトリノ、名古屋、メルボルンの各現地時刻を掲載しています。参加申込みを受け付けています。",
        ),
    ),
    (
        "practice-taken-over",
        timedelta(days=-20),
        ("practice", PRACTICE),
        (
            "Torino riprende una buona pratica di Nagoya (esempio)",
            "Torino takes over a good practice of Nagoya (sample)",
            "名古屋の優良事例をトリノが導入（見本）",
        ),
        (
            "Notizia di esempio. Consegne prima delle 8 da un deposito comune: ciò che è nato a Nagoya si prova ora "
            "in una strada di Torino. La pagina racconta che cosa è stato adattato e che cosa non aveva funzionato.",
            "Sample news. Deliveries before 8 from a shared depot: what began in Nagoya is now being tried in a "
            "street of Torino. The page of the practice tells what was adapted, and what had not worked.",
            "見本のお知らせです。共同の荷さばき場から8時までに配送するという名古屋の取り組みを、"
            "トリノの通りで試行しています。調整した点や、うまくいかなかった点は、優良事例のページに掲載しています。",
        ),
    ),
    (
        "coming-by-itself",
        timedelta(days=2),
        ("visit", VISIT),
        (
            "La visita studio si è conclusa (esempio)",
            "The study visit is over (sample)",
            "視察が終了しました（見本）",
        ),
        (
            "Notizia di esempio, preparata in anticipo: compare da sola nel giorno scritto dal personale.",
            "Sample news, prepared ahead: it appears by itself on the day that staff have written.",
            "事前に準備した見本のお知らせです。担当者が指定した日に自動的に公開されます。",
        ),
    ),
]


def make_news(samples: Samples) -> None:
    for name, after, about, title, text in NOTES:
        samples.once("news", name, partial(_note, samples, name, after, about, title, text))


def _record(kind: str, slug: str):
    rows = {
        "visit": StudyVisit.objects.filter(slug=slug),
        "webinar": Webinar.objects.filter(event__slug=slug),
        "practice": GoodPractice.objects.filter(slug=slug),
        "exchange": Exchange.objects.filter(slug=slug),
    }
    return rows[kind].first()


def _note(samples: Samples, name: str, after: timedelta, about: tuple[str, str], title, text) -> NewsItem:
    by = people.user(people.STAFF_TORINO)
    moment = samples.now + after
    item = NewsItem.objects.create(
        slug=f"sample-{name}",
        published_at=moment,
        author=by,
        is_sample=True,
        **{about[0]: _record(*about)},
        **columns_of("title", *title),
        **columns_of("text", *text),
    )
    return publish_news(item=item, by=by, now=min(moment, samples.now))
