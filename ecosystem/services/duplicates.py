"""Which records may be one organisation (ecosystem spec E14). Names are compared in blocks, never all with all."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz, process

from ecosystem.identity import name_key, name_words, parted, website_host
from ecosystem.models import City, Organisation
from iurc_portal.search.fold import fold
from iurc_portal.translation.languages import columns

ALIKE = 85  # percent: names at least so similar, in one city, may be the same
COMMON = 400  # a group of three letters that so many names share tells nothing
SHOWN = 5
NAMES = (*columns("name"), "legal_name")


@dataclass(frozen=True)
class Entry:
    """What is known of one record. ``key`` is an organisation's, or, below zero, the line of a file."""

    key: int
    names: tuple[str, ...]
    host: str
    city: int | None


class Directory:
    """Names and hosts of many records, for asking which of them another one may be.

    Reasons are ``same`` (name in one spelling), ``host`` (website) and ``like`` (similar name). Names count within
    one city; a record without a seat may be anywhere. ``for_many`` asks in blocks; to ask once, the blocks would cost
    more than they spare.
    """

    def __init__(self, *, for_many: bool = True):
        self.for_many = for_many
        self.entries: dict[int, Entry] = {}
        self.city_names = {
            fold(name) for names in City.objects.values_list(*columns("name")) for name in names if name
        }
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_words: dict[str, list[int]] = defaultdict(list)
        self._by_host: dict[str, list[int]] = defaultdict(list)
        self._by_letters: dict[str, list[int]] = defaultdict(list)
        self._spellings: dict[int, list[tuple[str, str]]] = {}

    @classmethod
    def of_organisations(cls, *, for_many: bool = True):
        """All records that stand; what was merged is known by its names, too, under the one that remained."""
        directory = cls(for_many=for_many)
        found: dict[int, list[tuple]] = {}
        rows = Organisation.objects.order_by("pk").values_list("pk", "merged_into", "city", "website", *NAMES)
        for pk, into, city, website, *names in rows:
            found.setdefault(into or pk, []).append((into is None, city, website, names))
        for pk, records in found.items():
            records.sort(key=lambda record: not record[0])
            names = dict.fromkeys(name for record in records for name in record[3] if name)
            directory.add(Entry(pk, tuple(names), website_host(records[0][2]), records[0][1]))
        return directory

    def add(self, entry: Entry) -> None:
        self.entries[entry.key] = entry
        self._spellings[entry.key] = spellings = self.spellings_of(entry.names)
        for key, words in spellings:
            self._by_key[key].append(entry.key)
            self._by_words[words].append(entry.key)
        if self.for_many:
            for letters in {letters for key, _words in spellings for letters in _groups(key)}:
                self._by_letters[letters].append(entry.key)
        if entry.host:
            self._by_host[entry.host].append(entry.key)

    def spellings_of(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """For each name its key and its words by the alphabet, also without the city in brackets after it."""
        found = {}
        for name in names:
            alone, place = parted(name)
            for one in {name, alone} if fold(place) in self.city_names else {name}:
                found[name_key(one)] = " ".join(sorted(name_words(one)))
        return list(found.items())

    def called(self, name: str, city: int | None) -> list[Entry]:
        """The records that are called exactly so (but for the space around and the case)."""
        wanted = name.casefold()
        return [
            self.entries[key]
            for key in dict.fromkeys(self._by_key.get(name_key(name), ()))
            if wanted in {one.casefold() for one in self.entries[key].names} and _near(self.entries[key].city, city)
        ]

    def alike(self, entry: Entry) -> list[tuple[int, str]]:
        """The keys of the records that may be the same as ``entry``, with the reason, the surest first."""
        found: dict[int, str] = {}
        spellings = self.spellings_of(entry.names)
        for key, _words in spellings:
            for other in self._by_key.get(key, ()):
                if _near(self.entries[other].city, entry.city):
                    found.setdefault(other, "same")
        for other in self._by_host.get(entry.host, ()) if entry.host else ():
            found.setdefault(other, "host")
        similar = [
            (score, other)
            for other in (self._sharing_letters(spellings) if self.for_many else self._found_by_scan(spellings))
            if other not in found and _near(self.entries[other].city, entry.city)
            if (score := self._similarity(spellings, other)) >= ALIKE
        ]
        found |= {other: "like" for _score, other in sorted(similar, reverse=True)}
        found.pop(entry.key, None)
        return list(islice(found.items(), SHOWN))

    def _sharing_letters(self, spellings: list[tuple[str, str]]) -> set[int]:
        """The records that share a third of the groups of letters: others cannot be similar enough."""
        near: set[int] = set()
        for key, _words in spellings:
            groups = _groups(key)
            shared: Counter[int] = Counter()
            for letters in groups:
                others = self._by_letters.get(letters, ())
                if len(others) <= COMMON:
                    shared.update(others)
            near |= {other for other, count in shared.items() if count * 3 >= len(groups)}
        return near

    def _found_by_scan(self, spellings: list[tuple[str, str]]) -> set[int]:
        """The records with a name similar to one of these, letter by letter or word by word."""
        near: set[int] = set()
        for spelling in spellings:
            for asked, known in zip(spelling, (self._by_key, self._by_words), strict=True):
                for text, _score, _place in process.extract(
                    asked, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
                ):
                    near.update(known[text])
        return near

    def _similarity(self, spellings: list[tuple[str, str]], other: int) -> float:
        """In percent; names with other numbers in them ("Liceo 1", "Liceo 2") are not similar."""
        best = 0.0
        for key, words in spellings:
            for their_key, their_words in self._spellings[other]:
                if _digits(key) == _digits(their_key):
                    best = max(
                        best,
                        fuzz.ratio(key, their_key, score_cutoff=ALIKE),
                        fuzz.ratio(words, their_words, score_cutoff=ALIKE),
                    )
        return best


def possible_duplicates(organisation: Organisation) -> list[tuple[Organisation, str]]:
    """The records that may be the same as ``organisation``, each with the reason, for its staff page."""
    directory = Directory.of_organisations(for_many=False)
    if organisation.pk not in directory.entries:
        return []
    alike = directory.alike(directory.entries[organisation.pk])
    records = Organisation.objects.select_related("city").in_bulk([key for key, _reason in alike])
    return [(records[key], reason) for key, reason in alike]


def _groups(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[start : start + 3] for start in range(max(1, len(padded) - 2))}


def _near(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _digits(key: str) -> str:
    return "".join(letter for letter in key if letter.isdigit())
