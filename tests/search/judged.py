"""Questions to the real content, each with what a relevant record must say, in whichever language.

The oracle is independent of the search: a regular expression over all texts of the record, names and themes included.
``EXACTLY`` names the records where an expression cannot say it.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """``trait`` says what the question tries: a typo, another language than the text, a half-width spelling …"""

    words: str
    kind: str
    trait: str
    says: str = ""
    exactly: tuple[str, ...] = ()

    def is_relevant(self, slug: str, text: str) -> bool:
        return slug in self.exactly if self.exactly else bool(re.search(self.says, text, re.IGNORECASE))


AUTONOMOUS = (
    r"autonomous (driv|vehic|shuttl|wheel|mobil|car|bus)|self-driv|driverless|automated driv"
    r"|guida autonoma|veicoli autonomi|自動運転"
)
IMPACT = r"social impact|impatto sociale|社会的インパクト|ソーシャル・?インパクト|社会的影響"
INNOVATION = (
    r"social innovation|innovazione sociale|社会イノベーション|ソーシャル・?イノベーション|社会的イノベーション"
)
DRONE = r"drone|droni|ドローン|無人航空機|unmanned|UAV|UAS"
FIVE_G = r"\b5G\b|５Ｇ"
ROBOT = r"robot|ロボ"
SPACE = r"aerospace|spaziale|aerospazi|宇宙|satellite (data|navi)|衛星|\bESA\b"
CIRCULAR = r"circular economy|economia circolare|循環型経済|循環経済|サーキュラーエコノミー|circular|circolar|循環"
INCUBATOR = r"incubat|インキュベ"
FOUNDATION = r"foundation|fondazione|財団"
AI = r"\bAI\b|artificial intelligence|intelligenza artificiale|人工知能|\bIA\b|STATION Ai"
KYOTO = r"kyoto|京都"
BATTERY = r"batter|accumulator|バッテリー|電池"
ACCEL = r"accelerat|アクセラレ"
LIVING_LAB = r"living lab|リビング・?ラボ|laboratorio urbano"
MUSEUM = r"museum|museo|musei|美術館|博物館"
COWORKING = r"co-?working|コワーキング"
AIRPORT = r"airport|aeroport|空港"
SENSOR = r"sensor|sensori|センサ"
SHUTTLE = r"shuttle|navett|シャトル"

QUESTIONS = [
    Question("自動運転", "organisations", "japanese", AUTONOMOUS),
    Question("guida autonoma", "organisations", "cross-language", AUTONOMOUS),
    Question("autonomous driving", "organisations", "cross-language", AUTONOMOUS),
    Question("self-driving", "organisations", "cross-language", AUTONOMOUS),
    Question("自動運転", "tests", "japanese", AUTONOMOUS),
    Question("driverless", "tests", "cross-language", AUTONOMOUS),
    Question("社会的インパクト", "organisations", "japanese", IMPACT),
    Question("social impact", "organisations", "cross-language", IMPACT),
    Question("impatto sociale", "organisations", "cross-language", IMPACT),
    Question("ソーシャルインパクト", "organisations", "cross-language", IMPACT),
    Question("innovazione sociale", "organisations", "cross-language", INNOVATION),
    Question("社会イノベーション", "organisations", "japanese", INNOVATION),
    Question("ドローン", "organisations", "cross-language", DRONE),
    Question("ﾄﾞﾛｰﾝ", "organisations", "half-width", DRONE),
    Question("drone", "tests", "cross-language", DRONE),
    Question("droni", "organisations", "cross-language", DRONE),
    Question("5G", "organisations", "code", FIVE_G),
    Question("５Ｇ", "tests", "full-width", FIVE_G),
    Question("ロボット", "organisations", "cross-language", ROBOT),
    Question("ﾛﾎﾞｯﾄ", "tests", "half-width", ROBOT),
    Question("robotica", "organisations", "cross-language", ROBOT),
    Question("宇宙", "organisations", "two letters", SPACE),
    Question("aerospazio", "organisations", "cross-language", SPACE),
    Question("economia circolare", "organisations", "cross-language", CIRCULAR),
    Question("循環", "organisations", "two letters", CIRCULAR),
    Question("circular economy", "practices", "cross-language", CIRCULAR),
    Question("インキュベーター", "organisations", "japanese", INCUBATOR),
    Question("incubatori", "organisations", "inflected", INCUBATOR),
    Question("財団", "organisations", "two letters", FOUNDATION),
    Question("fondazioni", "organisations", "inflected", FOUNDATION),
    Question("人工知能", "organisations", "cross-language", AI),
    Question("intelligenza artificiale", "organisations", "cross-language", AI),
    Question("京都", "organisations", "two letters", KYOTO),
    Question("電池", "organisations", "two letters", BATTERY),
    Question("アクセラレーター", "organisations", "japanese", ACCEL),
    Question("acceleratore", "organisations", "cross-language", ACCEL),
    Question("living lab", "organisations", "cross-language", LIVING_LAB),
    Question("リビングラボ", "organisations", "cross-language", LIVING_LAB),
    Question("コワーキング", "organisations", "japanese", COWORKING),
    Question("coworking", "organisations", "inflected", COWORKING),
    Question("空港", "organisations", "two letters", AIRPORT),
    Question("センサー", "organisations", "japanese", SENSOR),
    Question("センサ", "organisations", "long mark", SENSOR),
    Question("sensori", "organisations", "inflected", SENSOR),
    Question("シャトル", "tests", "japanese", SHUTTLE),
    Question("navetta", "tests", "inflected", SHUTTLE),
    Question("Politecnico di Torino", "organisations", "name", exactly=("politecnico-di-torino",)),
    Question("トリノ工科大学", "organisations", "name", exactly=("politecnico-di-torino",)),
    Question("名古屋市", "organisations", "name", exactly=("city-of-nagoya",)),
    Question("città di torino", "organisations", "name", exactly=("citta-di-torino",)),
    Question("Citta di Torino", "organisations", "name", exactly=("citta-di-torino",)),
    Question("TIER IV", "organisations", "name", exactly=("tier-iv",)),
    Question("Politecnco", "organisations", "typo", r"politecnico"),
    Question("acceleratroe", "organisations", "typo", ACCEL),
    Question("incubatroe", "organisations", "typo", INCUBATOR),
    Question("fondazzione", "organisations", "typo", FOUNDATION),
    Question("アクセラレイター", "organisations", "typo", ACCEL),
    Question("コワキング", "organisations", "typo", COWORKING),
    Question("univeristy", "organisations", "typo", r"universit"),
    Question("accelrator", "organisations", "typo", ACCEL),
    Question("museo", "organisations", "inflected", MUSEUM),
    Question("zzzzzz", "organisations", "nothing"),
    Question("寿司", "organisations", "nothing"),
    Question("quantum chromodynamics", "organisations", "nothing"),
    Question("知県名", "organisations", "nothing"),
    Question("12345678901234567890", "organisations", "nothing"),
    Question("' OR 1=1 --", "practices", "nothing"),
    Question("おにぎり", "tests", "nothing"),
    Question("zanzibar", "tests", "nothing"),
]
