"""Sample speakers of two webinars, and what remains of one that is over. The addresses lead nowhere, on purpose."""

from datetime import timedelta

from ecosystem.models import Organisation
from programme.demo import people
from programme.demo.samples import Samples, columns_of
from programme.models import LibraryItem, Speaker, Webinar
from programme.services import shelve

Kind, Access, Role = LibraryItem.Kind, LibraryItem.Access, Speaker.Role
PAST, COMING = "sample-webinar-two-ecosystems", "sample-webinar-automated-driving"
PLACE = "https://video.example/sample-two-ecosystems"
KEPT_DAYS = 180  # what is for participants alone stays half a year


def make_library(samples: Samples) -> None:
    samples.once("speakers", "webinar-driving", _speakers_of_driving)
    samples.once("speakers", "webinar-past", _speakers_of_past)
    samples.once("library", "webinar-past", lambda: _library_of_past(samples))


def _webinar(slug: str) -> Webinar:
    return Webinar.objects.select_related("event").get(event__slug=slug)


def _organisation(slug: str) -> Organisation | None:
    return Organisation.objects.filter(slug=slug).first()


def _speakers_of_driving() -> Speaker:
    webinar = _webinar(COMING)
    first = webinar.speakers.create(
        **people.esempio("Anna"),
        order=1,
        role=Role.MODERATOR,
        organisation=_organisation("citta-di-torino"),
        **columns_of(
            "title",
            "Responsabile dell'innovazione (esempio)",
            "Head of innovation (sample)",
            "イノベーション担当課長（見本）",
        ),
    )
    webinar.speakers.create(
        **people.esempio("Luca"),
        order=2,
        organisation=_organisation("5t"),
        **columns_of("title", "Ingegnere del traffico (esempio)", "Traffic engineer (sample)", "交通技術者（見本）"),
        **columns_of(
            "bio",
            "Persona di esempio. Da dieci anni prepara semafori e dati per i veicoli connessi.",
            "A sample person. For ten years he has prepared traffic lights and data for connected vehicles.",
            "見本の人物です。10年にわたり、コネクテッドカー向けの信号設備とデータの整備に携わっています。",
        ),
    )
    webinar.speakers.create(
        **people.mihon("太郎", "タロウ", "Taro"),
        order=3,
        organisation=_organisation("city-of-nagoya"),
        **columns_of("title", "Funzionario (esempio)", "Officer (sample)", "主査（見本）"),
    )
    return first


def _speakers_of_past() -> Speaker:
    webinar = _webinar(PAST)
    first = webinar.speakers.create(
        **people.esempio("Sara"),
        order=1,
        role=Role.MODERATOR,
        organisation=_organisation("citta-di-torino"),
        **columns_of(
            "title", "Relazioni internazionali (esempio)", "International affairs (sample)", "国際交流担当（見本）"
        ),
    )
    webinar.speakers.create(
        **people.mihon("一郎", "イチロウ", "Ichiro"),
        order=2,
        organisation=_organisation("city-of-nagoya"),
        **columns_of(
            "title", "Sostegno alle startup (esempio)", "Start-up support (sample)", "スタートアップ支援担当（見本）"
        ),
        **columns_of(
            "bio",
            "Persona di esempio. Accompagna le startup di Nagoya dalla prima idea alla prova in città.",
            "A sample person. He accompanies start-ups of Nagoya from the first idea to the test in the city.",
            "見本の人物です。名古屋のスタートアップを、構想段階からまちでの実証まで支援しています。",
        ),
    )
    webinar.speakers.create(
        **people.mihon("恵子", "ケイコ", "Keiko"),
        order=3,
        role=Role.INTERPRETER,
        **columns_of("affiliation", "Interpreti Esempio", "Sample Interpreters", "見本通訳事務所"),
    )
    return first


def _library_of_past(samples: Samples) -> LibraryItem:
    """Recordings in three languages, transcripts in two, and slides for those who had a place."""
    webinar = _webinar(PAST)
    day_after = webinar.event.dtend + timedelta(days=2)
    last_day = day_after.date() + timedelta(days=KEPT_DAYS)
    rows = [
        (Kind.RECORDING, "en", Access.PUBLIC, "recording-en", {}),
        (Kind.RECORDING, "it", Access.PUBLIC, "recording-it", _interpreted()),
        (Kind.RECORDING, "ja", Access.PUBLIC, "recording-ja", _interpreted()),
        (Kind.TRANSCRIPT, "en", Access.PUBLIC, "transcript-en", {}),
        (Kind.TRANSCRIPT, "ja", Access.PUBLIC, "transcript-ja", {}),
        (Kind.SLIDES, "en", Access.PARTICIPANTS, "slides-en", {"expires_on": last_day}),
    ]
    made = [
        shelve(
            LibraryItem(webinar=webinar, kind=kind, language=language, access=access, url=f"{PLACE}/{name}", **fields),
            by=people.user(people.STAFF_TORINO),
            now=min(day_after, samples.now),
        )
        for kind, language, access, name, fields in rows
    ]
    return made[0]


def _interpreted() -> dict:
    return columns_of(
        "title", "Registrazione con interprete", "Recording with the interpreter's voice", "通訳音声付き録画"
    )
