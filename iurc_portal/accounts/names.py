"""Names of people in two traditions: family name first in Japanese, given name first in Italian and English."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

KATAKANA = RegexValidator(
    r"^[\u30a0-\u30ff\uff66-\uff9f\u3000 ・]*$", _("Write the reading in katakana, for example ヤマダ."), code="kana"
)


class Named(models.Model):
    """The name fields of events spec 11.9. Only family and given name are ever asked for."""

    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_kana = models.CharField(_("family name, reading"), max_length=80, blank=True, validators=[KATAKANA])
    given_kana = models.CharField(_("given name, reading"), max_length=80, blank=True, validators=[KATAKANA])
    romaji = models.CharField(_("name in Latin letters"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def display_name(self, language: str) -> str:
        """The name for a reader of ``language`` (11.10): family first in ja; given first, in Latin letters, else."""
        if language == "ja":
            return f"{self.family_name} {self.given_name}".strip()
        if self.romaji and not f"{self.family_name}{self.given_name}".isascii() and not _is_latin(self.family_name):
            return self.romaji
        return f"{self.given_name} {self.family_name}".strip()

    def greeting_name(self, language: str) -> str:
        """The name as a letter addresses it: with 様 in Japanese, as it is elsewhere."""
        name = self.display_name(language)
        return f"{name} 様" if language == "ja" and name else name


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 0x250 or not letter.isalpha() for letter in text)
