"""Branches of activity: NACE Rev. 2.1 is stored, ISIC Rev. 4 and JSIC are derived (ecosystem spec E25).

Sources: Commission Delegated Regulation (EU) 2023/137 (sections and divisions of NACE Rev. 2.1); ISIC Rev. 4, whose
two-digit divisions NACE keeps; JSIC Rev. 14 (Ministry of Internal Affairs and Communications), of which only the
closest division (大分類) can honestly be named: the tables agree no further.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

CODE = re.compile(r"[0-9]{2}(\.[0-9]{1,2})?")
MOTOR_REPAIR = "95.3"  # new in NACE 2.1; in ISIC Rev. 4 the trade of motor vehicles

# First and last division of each section, and its title.
NACE: tuple[tuple[str, int, int, Any], ...] = (
    ("A", 1, 3, _("agriculture, forestry and fishing")),
    ("B", 5, 9, _("mining and quarrying")),
    ("C", 10, 33, _("manufacturing")),
    ("D", 35, 35, _("electricity, gas, steam and air conditioning supply")),
    ("E", 36, 39, _("water supply, sewerage and waste management")),
    ("F", 41, 43, _("construction")),
    ("G", 46, 47, _("wholesale and retail trade")),
    ("H", 49, 53, _("transportation and storage")),
    ("I", 55, 56, _("accommodation and food services")),
    ("J", 58, 60, _("publishing, broadcasting and content production")),
    ("K", 61, 63, _("telecommunication, programming, consulting and other information services")),
    ("L", 64, 66, _("finance and insurance")),
    ("M", 68, 68, _("real estate")),
    ("N", 69, 75, _("professional, scientific and technical activities")),
    ("O", 77, 82, _("administrative and support services")),
    ("P", 84, 84, _("public administration and defence")),
    ("Q", 85, 85, _("education")),
    ("R", 86, 88, _("health and social work")),
    ("S", 90, 93, _("arts, sports and recreation")),
    ("T", 94, 96, _("other services")),
    ("U", 97, 98, _("activities of households")),
    ("V", 99, 99, _("international organisations")),
)
ISIC = (
    ("A", 1, 3), ("B", 5, 9), ("C", 10, 33), ("D", 35, 35), ("E", 36, 39), ("F", 41, 43), ("G", 45, 47),
    ("H", 49, 53), ("I", 55, 56), ("J", 58, 63), ("K", 64, 66), ("L", 68, 68), ("M", 69, 75), ("N", 77, 82),
    ("O", 84, 84), ("P", 85, 85), ("Q", 86, 88), ("R", 90, 93), ("S", 94, 96), ("T", 97, 98), ("U", 99, 99),
)  # fmt: skip
# The division of JSIC that is closest to divisions of NACE; 98 (households producing for themselves) has none.
JSIC = (
    (1, 2, "A 農業，林業"), (3, 3, "B 漁業"), (5, 9, "C 鉱業，採石業，砂利採取業"), (10, 33, "E 製造業"),
    (35, 37, "F 電気・ガス・熱供給・水道業"), (38, 39, "R サービス業（他に分類されないもの）"), (41, 43, "D 建設業"),
    (46, 47, "I 卸売業，小売業"), (49, 53, "H 運輸業，郵便業"), (55, 56, "M 宿泊業，飲食サービス業"),
    (58, 63, "G 情報通信業"), (64, 66, "J 金融業，保険業"), (68, 68, "K 不動産業，物品賃貸業"),
    (69, 75, "L 学術研究，専門・技術サービス業"), (77, 77, "K 不動産業，物品賃貸業"),
    (78, 78, "R サービス業（他に分類されないもの）"), (79, 79, "N 生活関連サービス業，娯楽業"),
    (80, 82, "R サービス業（他に分類されないもの）"), (84, 84, "S 公務（他に分類されるものを除く）"),
    (85, 85, "O 教育，学習支援業"), (86, 88, "P 医療，福祉"), (90, 90, "N 生活関連サービス業，娯楽業"),
    (91, 91, "O 教育，学習支援業"), (92, 93, "N 生活関連サービス業，娯楽業"),
    (94, 95, "R サービス業（他に分類されないもの）"), (96, 97, "N 生活関連サービス業，娯楽業"),
    (99, 99, "R サービス業（他に分類されないもの）"),
)  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """A branch of activity: its NACE code and section, the section of ISIC Rev. 4, the closest division of JSIC."""

    code: str
    section: str
    title: Any
    isic: str
    jsic: str


def is_nace(code) -> bool:
    """Whether ``code`` is a division, a group or a class of NACE Rev. 2.1, as far as its division tells."""
    return isinstance(code, str) and bool(CODE.fullmatch(code)) and bool(_section(_division(code)))


def activity(code: str) -> Activity:
    """What is known of a code for which ``is_nace`` holds."""
    division = _division(code)
    section, title = _section(division)
    isic = next((letter for letter, first, last in ISIC if first <= division <= last), "")
    jsic = next((name for first, last, name in JSIC if first <= division <= last), "")
    return Activity(code, section, title, "G" if code.startswith(MOTOR_REPAIR) else isic, jsic)


def _division(code: str) -> int:
    return int(code[:2])


def _section(division: int) -> tuple[str, Any] | tuple[()]:
    return next(((letter, title) for letter, first, last, title in NACE if first <= division <= last), ())
