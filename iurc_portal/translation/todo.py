"""What of the texts needs doing: by language, each number with the part of the desk that shows exactly it."""

from collections import Counter
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from iurc_portal.staff.todo import Figure, Figures, register
from iurc_portal.translation.languages import Language
from iurc_portal.translation.queue import waiting_counts
from iurc_portal.translation.registry import kinds
from iurc_portal.translation.status import Status

TITLES = {
    (Language.JAPANESE, Status.MISSING): _("Texts missing in Japanese"),
    (Language.JAPANESE, Status.OUTDATED): _("Texts outdated in Japanese"),
    (Language.ITALIAN, Status.MISSING): _("Texts missing in Italian"),
    (Language.ITALIAN, Status.OUTDATED): _("Texts outdated in Italian"),
    (Language.ENGLISH, Status.MISSING): _("Texts missing in English"),
    (Language.ENGLISH, Status.OUTDATED): _("Texts outdated in English"),
}


PARTS = {
    Status.MISSING: _("%(kind)s: missing"),
    Status.OUTDATED: _("%(kind)s: outdated"),
}


def waiting_texts(user) -> list[Figure]:
    """How many wait in each language and state; of those in Japanese how many of each kind, too."""
    counts = waiting_counts(user)
    totals: Counter[tuple[str, str]] = Counter()
    for (_label, language, status), number in counts.items():
        totals[language, status] += number
    figures = []
    for (language, status), title in TITLES.items():
        figures.append(Figure(f"texts-{status}-{language}", title, totals[language, status], _desk(language, status)))
        if language == Language.JAPANESE:
            figures += _parts(counts, language, status)
    return figures


def _parts(counts, language: str, status: Status) -> list[Figure]:
    """A figure for each kind, the most first."""
    found = [(kind, counts[kind.label, language, status]) for kind in kinds()]
    return [
        Figure(
            f"texts-{status}-{language}-{kind.label}",
            PARTS[status] % {"kind": capfirst(kind.model._meta.verbose_name_plural)},
            number,
            _desk(language, status, kind=kind.label),
            part=True,
        )
        for kind, number in sorted(found, key=lambda pair: -pair[1])
        if number
    ]


def _desk(language: str, status: str, **more: str) -> str:
    """The address of the desk with these texts alone."""
    asked = {"language": str(language), "status": str(status), **more}
    return f"{reverse('admin:translation_textrecord_changelist')}?{urlencode(asked)}"


register(Figures("texts", _("Texts to translate"), waiting_texts, "translation.view_textrecord"))
