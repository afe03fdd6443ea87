"""Names of people in two traditions: family name first in Japanese, given name first in Italian and English.

They are kept as typed. How they are found and put in order is in ``spelling.py``; the keys are columns, so that lists
can be searched, ordered and paged by the database (events spec 11.9–11.12).
"""

from collections.abc import Iterable
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Collate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.spelling import is_latin, kana_order, latin_order, search_key, words_of_romaji

KATAKANA = RegexValidator(  # of organisations, whose readings are kept in one kana
    r"^[\u30a0-\u30ff\uff66-\uff9f\u3000 ・]*$", _("Write the reading in katakana, for example ヤマダ."), code="kana"
)
KANA = RegexValidator(  # of people: kept as typed, in either kana and either width, and compared as katakana (11.11)
    r"^[\u3041-\u3096\u309b-\u309e\u30a0-\u30ff\uff65-\uff9f\u3099\u309a\u3000 ]*\Z",
    _("Write the reading in kana, for example ヤマダ."),
    code="kana",
)
NAME_FIELDS = ("family_name", "given_name", "family_kana", "given_kana", "romaji")
KEY_FIELDS = ("name_key", "order_ja", "order_latin")


class DerivedField(models.CharField):
    """A column that follows from others of its row: the method ``source`` of the model gives it at every save."""

    def __init__(self, *args, source: str, **kwargs):
        self.source = source
        super().__init__(*args, **{"editable": False, "blank": True, "default": "", **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance, add):
        derive = getattr(model_instance, self.source, None)
        if derive is None:  # rows of the history and of migrations have columns and no methods: theirs are copied
            return super().pre_save(model_instance, add)
        value = derive()[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


class Named(models.Model):
    """The name fields of events spec 11.9. Only family and given name are ever asked for."""

    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_kana = models.CharField(_("family name, reading"), max_length=80, blank=True, validators=[KANA])
    given_kana = models.CharField(_("given name, reading"), max_length=80, blank=True, validators=[KANA])
    romaji = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    name_key = DerivedField(max_length=1000, source="key_to_search")
    order_ja = DerivedField(max_length=600, source="key_of_order_in_japanese")
    order_latin = DerivedField(max_length=400, source="key_of_order_in_latin_letters")

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """The keys go with the names: who saves some of these saves the keys, too."""
        fields = kwargs.get("update_fields")
        if fields is not None and not set(NAME_FIELDS).isdisjoint(fields):
            kwargs["update_fields"] = {*fields, *KEY_FIELDS}
        super().save(*args, **kwargs)

    def name_parts(self, language: str) -> tuple[str, ...]:
        """The parts of the name in the order in which a reader of ``language`` meets them (11.10), none of them empty.

        Family first in ja, as typed; given first in it and en. A name in another script is told by ``romaji`` there,
        a single part; without it, it stays in the order in which its own script writes it.
        """
        own_order = (self.family_name, self.given_name)
        if language == "ja":
            parts: Iterable[str] = own_order
        elif is_latin(self.family_name + self.given_name):
            parts = reversed(own_order)
        else:
            parts = (self.romaji,) if self.romaji else own_order
        return tuple(part for part in parts if part)

    def display_name(self, language: str) -> str:
        """The name for a reader of ``language``, without an honorific: for pages, lists and badges (11.10)."""
        return " ".join(self.name_parts(language))

    def greeting_name(self, language: str) -> str:
        """The name as a letter addresses it: with 様 in Japanese, as it is elsewhere."""
        name = self.display_name(language)
        return f"{name} 様" if language == "ja" and name else name

    # --- What the database looks for and orders by -------------------------------------------------------------------

    def key_to_search(self) -> str:
        """Every spelling under which somebody may look for this person (11.11); both orders, each part."""
        pairs = ((self.family_name, self.given_name), (self.family_kana, self.given_kana))
        spellings = [f"{family} {given} {family} {family}{given}" for family, given in pairs]
        return search_key(" ".join([*spellings, self.romaji]))

    def key_of_order_in_japanese(self) -> str:
        """By kana, then by name; who has no reading is ordered by the name itself (11.12)."""
        name = f"{self.family_name} {self.given_name}".strip()
        kana = f"{self.family_kana} {self.given_kana}".strip()
        return f"{kana_order(kana or name)}  {search_key(name)}" if name or kana else ""

    def key_of_order_in_latin_letters(self) -> str:
        """By family name without accents, then by given name; a name in another script by its Latin letters."""
        family, given = self.family_name, self.given_name
        if self.romaji and not is_latin(family + given):
            family, given = words_of_romaji(self.romaji)
        return latin_order(family, given)


def fill_keys(model: type[models.Model]) -> None:
    """Give every row of ``model`` its keys: for migrations, whose models have the columns and none of the methods."""
    chunk: list[Any] = []
    row: Any  # it has the names of a ``Named`` and is none
    for row in model._default_manager.order_by("pk").iterator(chunk_size=500):
        row.name_key = Named.key_to_search(row)[:1000]
        row.order_ja = Named.key_of_order_in_japanese(row)[:600]
        row.order_latin = Named.key_of_order_in_latin_letters(row)[:400]
        chunk.append(row)
    model._default_manager.bulk_update(chunk, KEY_FIELDS, batch_size=500)


def name_order(language: str | None = None, *, prefix: str = "") -> list:
    """``order_by`` of people for a reader of ``language`` (default: the active one), the same on both databases.

    ``prefix`` leads to the person: ``"registration__"``.
    """
    from django.db import connection  # which database it is shows when it is asked

    column = "order_ja" if (language or get_language() or "en")[:2] == "ja" else "order_latin"
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return [Collate(f"{prefix}{column}", collation), f"{prefix}pk"]
