"""What of the texts needs doing: by language, each number with the part of the desk that shows exactly it."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from iurc_portal.staff.todo import Figures, register
from iurc_portal.translation.languages import Language
from iurc_portal.translation.queue import waiting_counts
from iurc_portal.translation.status import Status

TITLES = {
    (Language.JAPANESE, Status.MISSING): _("Texts missing in Japanese"),
    (Language.JAPANESE, Status.OUTDATED): _("Texts outdated in Japanese"),
    (Language.ITALIAN, Status.MISSING): _("Texts missing in Italian"),
    (Language.ITALIAN, Status.OUTDATED): _("Texts outdated in Italian"),
    (Language.ENGLISH, Status.MISSING): _("Texts missing in English"),
    (Language.ENGLISH, Status.OUTDATED): _("Texts outdated in English"),
}


def waiting_texts(user) -> list[tuple]:
    """Name, title, number and address for each language and state."""
    desk, counts = reverse("admin:translation_textrecord_changelist"), waiting_counts(user)
    return [
        (
            f"texts-{status}-{language}",
            title,
            counts[language, status],
            f"{desk}?{urlencode({'language': language.value, 'status': status.value})}",
        )
        for (language, status), title in TITLES.items()
    ]


register(Figures("texts", waiting_texts, "translation.view_textrecord"))
