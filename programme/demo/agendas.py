"""What the sample visits do, hour by hour, and with whom. Hosts are real organisations; their people are samples."""

from collections.abc import Sequence
from dataclasses import dataclass

from programme.models import AgendaItem, Delegate, HostConfirmation

Kind, Role, Answer = AgendaItem.Kind, Delegate.Role, HostConfirmation.Answer


@dataclass(frozen=True)
class Item:
    """One item to plan: ``day`` counts from the first day, times are the host city's."""

    day: int
    starts: str
    ends: str
    kind: str
    names: tuple[str, str, str]
    organisation: str = ""
    place: str = ""
    host: str = ""
    answer: str = Answer.PENDING
    public: bool = False
    languages: Sequence[str] = ()
    dress: tuple[str, str, str] = ("", "", "")
    notes: str = ""


HOSTS = {
    "Anna": ("citta-di-torino", ("Assessora (esempio)", "Deputy mayor (sample)", "副市長（見本）"), 2),
    "Luca": ("citta-di-torino", ("Dirigente innovazione (esempio)", "Director (sample)", "部長（見本）"), 4),
    "Sara": ("5t", ("Responsabile test (esempio)", "Head of tests (sample)", "実証責任者（見本）"), 5),
    "Marco": ("politecnico-di-torino", ("Professore (esempio)", "Professor (sample)", "教授（見本）"), 4),
    "Elena": ("ogr-torino", ("Responsabile OGR Tech (esempio)", "Head of OGR Tech (sample)", "責任者（見本）"), 5),
    "Davide": ("camera-di-commercio-torino", ("Responsabile (esempio)", "Manager (sample)", "課長（見本）"), 5),
    "Chiara": ("environment-park", ("Direttrice (esempio)", "Director (sample)", "所長（見本）"), 4),
    "一郎": ("city-of-nagoya", ("Direttore generale (esempio)", "Director general (sample)", "局長（見本）"), 3),
    "美咲": ("station-ai", ("Responsabile (esempio)", "Manager (sample)", "マネージャー（見本）"), 5),
    "学": ("toyota-commemorative-museum", ("Guida (esempio)", "Guide (sample)", "案内担当（見本）"), 6),
}
READINGS = {"一郎": ("イチロウ", "Ichiro"), "美咲": ("ミサキ", "Misaki"), "学": ("マナブ", "Manabu")}

IN_TORINO = [
    Item(
        0,
        "09:30",
        "10:30",
        Kind.CEREMONY,
        ("Saluto del Comune", "Welcome by the City", "市役所での歓迎"),
        "citta-di-torino",
        "citta-di-torino",
        "Anna",
        Answer.ACCEPTED,
        True,
        ("it", "ja"),
        ("Abito formale", "Formal dress", "正装"),
    ),
    Item(
        0,
        "11:00",
        "12:30",
        Kind.MEETING,
        (
            "Come si prova in città: Torino City Lab e CTE Next",
            "Testing in the city: Torino City Lab and CTE Next",
            "まちで試すしくみ トリノ・シティ・ラボとCTE Next",
        ),
        "citta-di-torino",
        "citta-di-torino",
        "Luca",
        Answer.ACCEPTED,
        True,
        ("it", "ja"),
    ),
    Item(0, "13:00", "14:30", Kind.MEAL, ("Pranzo", "Lunch", "昼食")),
    Item(
        0,
        "15:00",
        "16:30",
        Kind.SITE_VISIT,
        ("La navetta autonoma AuToMove", "The automated shuttle AuToMove", "自動運転シャトル AuToMove"),
        "5t",
        "",
        "Sara",
        Answer.ACCEPTED,
        True,
        ("it", "en"),
        ("Scarpe comode", "Comfortable shoes", "歩きやすい靴"),
    ),
    Item(
        1,
        "09:30",
        "11:00",
        Kind.MEETING,
        ("Ricerca e imprese al Politecnico", "Research and companies at Politecnico", "トリノ工科大学の産学連携"),
        "politecnico-di-torino",
        "politecnico-di-torino",
        "Marco",
        Answer.ACCEPTED,
        True,
        ("en",),
    ),
    Item(
        1,
        "11:30",
        "13:00",
        Kind.SITE_VISIT,
        ("Le startup di OGR Tech", "The start-ups of OGR Tech", "OGR Techのスタートアップ"),
        "ogr-torino",
        "ogr-torino",
        "Elena",
        Answer.ACCEPTED,
        True,
        ("it", "en"),
    ),
    Item(1, "13:00", "14:30", Kind.MEAL, ("Pranzo", "Lunch", "昼食"), "ogr-torino", "ogr-torino"),
    Item(
        1,
        "15:00",
        "16:30",
        Kind.TALK,
        (
            "Torino Social Impact: imprese e impatto",
            "Torino Social Impact: business and impact",
            "トリノ・ソーシャル・インパクト 事業とインパクト",
        ),
        "camera-di-commercio-torino",
        "camera-di-commercio-torino",
        "Davide",
        Answer.ACCEPTED,
        True,
        ("it", "ja"),
    ),
    Item(1, "17:00", "19:00", Kind.FREE, ("Tempo libero", "Free time", "自由時間")),
    Item(
        2,
        "09:30",
        "11:00",
        Kind.SITE_VISIT,
        (
            "Energia e idrogeno a Environment Park",
            "Energy and hydrogen at Environment Park",
            "エンバイロメント・パークのエネルギーと水素",
        ),
        "environment-park",
        "environment-park",
        "Chiara",
        Answer.PENDING,
        True,
        ("it", "en"),
    ),
    Item(
        2,
        "11:30",
        "12:30",
        Kind.MEETING,
        ("Che cosa facciamo insieme: conclusioni", "What we do together: conclusions", "今後の連携 まとめ"),
        "citta-di-torino",
        "citta-di-torino",
        "Luca",
        Answer.ACCEPTED,
        False,
        ("it", "ja"),
    ),
    Item(
        2,
        "15:00",
        "16:30",
        Kind.TRAVEL,
        ("Trasferimento all'aeroporto", "Transfer to the airport", "空港へ移動"),
        notes="Pullman di esempio, ritrovo all'hotel alle 14:45.",
    ),
]
IN_NAGOYA = [
    Item(
        0,
        "10:00",
        "11:00",
        Kind.CEREMONY,
        ("Saluto della Città di Nagoya", "Welcome by the City of Nagoya", "名古屋市表敬訪問"),
        "city-of-nagoya",
        "city-of-nagoya",
        "一郎",
        Answer.ACCEPTED,
        True,
        ("ja", "it"),
        ("Abito formale", "Formal dress", "正装"),
    ),
    Item(
        0,
        "13:30",
        "15:00",
        Kind.SITE_VISIT,
        ("STATION Ai: startup e imprese", "STATION Ai: start-ups and companies", "STATION Ai スタートアップと企業"),
        "station-ai",
        "station-ai",
        "美咲",
        Answer.PENDING,
        True,
        ("ja", "en"),
    ),
    Item(
        1,
        "09:30",
        "11:30",
        Kind.SITE_VISIT,
        (
            "La manifattura al Museo Toyota",
            "Manufacturing at the Toyota museum",
            "トヨタ産業技術記念館でみるものづくり",
        ),
        "toyota-commemorative-museum",
        "toyota-commemorative-museum",
        "学",
        Answer.PENDING,
        True,
        ("ja", "en"),
    ),
    Item(
        1,
        "14:00",
        "15:30",
        Kind.MEETING,
        (
            "Come si propone un test a NAGOYA CITY LAB",
            "How to propose a test to NAGOYA CITY LAB",
            "NAGOYA CITY LABへの実証提案",
        ),
        "nagoya-city-lab",
        "city-of-nagoya",
        "一郎",
        Answer.PENDING,
        False,
        ("ja", "it"),
    ),
]
DELEGATION = [  # in protocol order
    (
        "太郎",
        "タロウ",
        "Taro",
        ("Direttore generale (esempio)", "Director general (sample)", "局長（見本）"),
        3,
        Role.HEAD,
    ),
    ("恵子", "ケイコ", "Keiko", ("Direttrice (esempio)", "Director (sample)", "部長（見本）"), 4, Role.DEPUTY),
    ("大輔", "ダイスケ", "Daisuke", ("Capo ufficio (esempio)", "Manager (sample)", "課長（見本）"), 5, Role.MEMBER),
    ("直美", "ナオミ", "Naomi", ("Funzionaria (esempio)", "Officer (sample)", "主事（見本）"), 6, Role.MEMBER),
    ("翔", "ショウ", "Sho", ("Ricercatore (esempio)", "Researcher (sample)", "研究員（見本）"), 6, Role.MEMBER),
    ("由美", "ユミ", "Yumi", ("Interprete (esempio)", "Interpreter (sample)", "通訳（見本）"), 6, Role.INTERPRETER),
]
QUESTIONS = [
    (
        "Chi dà i permessi, e in quanto tempo?",
        "Who gives the permits, and how long does it take?",
        "許認可の窓口と所要期間は?",
    ),
    ("Chi paga, e chi risponde dei danni?", "Who pays, and who is liable for damage?", "費用負担と賠償責任は?"),
    ("Che cosa non ha funzionato?", "What did not work?", "うまくいかなかったことは?"),
]
