"""Reading the YAML of the initial content, and saying kindly what is wrong with it.

Nothing here raises at the first mistake: every reader notes its problem and goes on, so that one run names them all.
"""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from iurc_portal.translation.languages import Language

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


class ContentError(Exception):
    """The content cannot be loaded. ``problems`` has one sentence for each thing to mend; nothing was written."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


class CarefulLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which refuses a field written twice (YAML would silently forget the first) and leaves dates
    as they are written, since ours may be a month or a year."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the field “{key.value}” is written twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


@dataclass
class Documents:
    """The parsed files by name, the problems that stop the load, and the warnings that do not."""

    files: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str, str, str]] = field(default_factory=list)
    asked_for: set[str] = field(default_factory=set)

    def problem(self, file: str, record: str, name: str, text: str) -> None:
        self.problems.append(f"{file}: {record}: {name}: {text}")

    def only(self, file: str, *sections: str) -> bool:
        """Take ``file`` for reading: it holds these sections and no others. Returns whether it is there at all."""
        self.asked_for.add(file)
        if file not in self.files:
            return False
        if not isinstance(self.files[file], dict):
            self.problem(file, "(top)", "file", f"is not a mapping. Begin with one of: {', '.join(sections)}.")
            self.files[file] = {}
        for extra in sorted(map(str, set(self.files[file]) - set(sections))):
            self.problem(file, "(top)", extra, f"unknown section. Known are: {', '.join(sections)}.")
        return True

    def need(self, file: str, *sections: str) -> None:
        """Like ``only``, and a missing file is a problem."""
        if not self.only(file, *sections):
            self.problems.append(f"{file}: the file is missing. Put it back, or restore it from the repository.")

    def entries(self, file: str, section: str, key: str) -> dict[str, "Entry"]:
        """The records of a list by their ``key``, which must be a slug and unique."""
        if file not in self.files:
            return {}
        found = self.files[file].get(section)
        if not isinstance(found, list):
            self.problem(file, section, "list", "a list of records is expected under this name.")
            return {}
        entries: dict[str, Entry] = {}
        for number, data in enumerate(found, start=1):
            if not isinstance(data, dict):
                self.problem(file, f"record {number}", section, "is not a record. Write its fields below a hyphen.")
                continue
            name = str(data.get(key) or "")
            entry = Entry(self, file, data, name or f"record {number}")
            if not SLUG.fullmatch(name):
                entry.wrong(key, "is missing or wrong. Write it in small letters a–z, digits and hyphens.")
            elif name in entries:
                entry.wrong(key, "is used twice. Give one of the two records another name.")
            entries[entry.name] = entry
        return entries

    def section(self, file: str, key: str) -> "Entry":
        """One mapping of a file as an entry; a missing one is a problem and an empty entry."""
        found = self.files[file].get(key) if file in self.files else {}
        if not isinstance(found, dict):
            self.problem(file, key, "section", "the section is missing or is not a mapping.")
            found = {}
        return Entry(self, file, found, key)

    def raise_if_wrong(self) -> None:
        if self.problems:
            raise ContentError(self.problems)


class Entry:
    """One record under examination: each reader returns a clean value, or notes a problem and returns a blank."""

    def __init__(self, documents: Documents, file: str, data: dict, name: str):
        self.documents, self.file, self.data, self.name = documents, file, data, name

    def wrong(self, field_name: str, text: str) -> None:
        self.documents.problem(self.file, self.name, field_name, text)

    def warn(self, field_name: str, text: str) -> None:
        self.documents.warnings.append((self.file, self.name, field_name, text))

    def known(self, *fields: str) -> None:
        """Refuse fields that nobody reads: a misspelt name would otherwise lose its text silently."""
        for extra in sorted(map(str, set(self.data) - set(fields))):
            self.wrong(extra, f"unknown field. Known are: {', '.join(sorted(fields))}.")

    def text(self, name: str, *, needed: bool = False) -> str:
        value = self.data.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "is missing. A text is needed.")
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.wrong(name, "a plain text is expected. Put it between quotation marks.")
            return ""
        return str(value)

    def texts(self, name: str, target: str = "", *, needed: bool = False, plain: str = "") -> dict[str, str]:
        """A text in three languages as column values: ``{"summary_it": …, "summary_en": …, "summary_ja": …}``.

        With ``plain``, a bare text may stand instead, and is taken to be in that language.
        """
        value = self.data.get(name)
        if plain and not isinstance(value, dict):
            value = {plain: self.text(name)}
        if not isinstance(value or {}, dict) or set(value or {}) - set(Language.values):
            self.wrong(name, "write it as en, it and ja.")
            value = {}
        words = Entry(self.documents, self.file, value or {}, f"{self.name}: {name}")
        found = {code: words.text(code) for code in Language.values}
        if not any(found.values()):
            if needed:
                self.wrong(name, "is missing. A text in one language at least is needed.")
        else:
            self.warn_of_missing(name, found)
        return {f"{target or name}_{code}": text for code, text in found.items()}

    def warn_of_missing(self, name: str, found: dict[str, str]) -> None:
        for code, text in found.items():
            if not text:
                self.warn(name, f"no {Language(code).name.title()} text")

    def choice(self, name: str, choices: list[str]) -> str:
        value = self.text(name, needed=True)
        if value and value not in choices:
            self.wrong(name, f"“{value}” is not known. Write one of: {', '.join(choices)}.")
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name)
        if value not in (None, True, False):
            self.wrong(name, f"“{value}” is neither true nor false.")
        return value is True

    def words(self, name: str) -> list[str]:
        """A list of plain texts."""
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or any(isinstance(word, dict | list | bool) or word is None for word in value):
            self.wrong(name, "a list of texts is expected, one per line after a hyphen.")
            return []
        return [str(word) for word in value]

    def references(self, name: str, known: Container[str], what: str) -> list[str]:
        """A list of keys, each of which must be in ``known``; one named twice counts once."""
        found = dict.fromkeys(self.words(name))
        for key in found:
            if key not in known:
                self.wrong(name, f"“{key}” is not a known {what}. Correct it, or add the {what}.")
        return [key for key in found if key in known]

    def children(self, name: str) -> Iterable["Entry"]:
        """The records of a list inside this record, numbered."""
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(name, "a list of records is expected.")
            return
        for number, data in enumerate(value, start=1):
            child = Entry(self.documents, self.file, data if isinstance(data, dict) else {}, "")
            child.name = f"{self.name}: {name} {number}"
            if not isinstance(data, dict):
                child.wrong("record", "is not a record. Write its fields below a hyphen.")
            yield child

    def url(self, name: str, *, needed: bool = False) -> str:
        value = self.text(name, needed=needed)
        return value if not value or self._is_address(name, value) else ""

    def sources(self) -> list[str]:
        """``source`` and ``more_sources`` as one list, the main one first, none twice."""
        addresses = [self.url("source"), *self.words("more_sources")]
        return list(dict.fromkeys(a for a in addresses if a and self._is_address("more_sources", a)))

    def _is_address(self, name: str, value: str) -> bool:
        try:
            parts = urlsplit(value)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:  # urlsplit's word for brackets that are no IPv6 address
            good = False
        if not good:
            self.wrong(name, f"“{value}” is not a web address. Write it with http:// or https://.")
        return good

    def whole(self, name: str, low: int, high: int, *, needed: bool = False) -> int | None:
        value = self.data.get(name)
        if value is None:
            if needed:
                self.wrong(name, "is missing. A whole number is needed.")
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(name, f"{value} is not a whole number between {low} and {high}.")
            return None
        return value

    def degrees(self, name: str, limit: int) -> Decimal | None:
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
            self.wrong(name, f"{value} is not between -{limit} and {limit} degrees.")
            return None
        return round(Decimal(str(value)), 6)

    def point(self, *, precision: str) -> dict[str, Any]:
        """Latitude, longitude and precision as column values; both coordinates or neither."""
        latitude, longitude = self.degrees("latitude", 90), self.degrees("longitude", 180)
        if (self.data.get("latitude") is None) != (self.data.get("longitude") is None):
            self.wrong("latitude", "stands without its pair. Give both latitude and longitude, or neither.")
        if latitude is None or longitude is None:
            return {"latitude": None, "longitude": None, "precision": "none"}
        return {"latitude": latitude, "longitude": longitude, "precision": precision}

    def partial_date(self, name: str, *, last: bool = False) -> tuple[date | None, str]:
        """A day, a month or a year, with its precision. ``last`` takes the last day it may be instead of the first."""
        value = self.text(name)
        if not value:
            return None, "day"
        parts = value.split("-")
        try:
            if not PARTIAL_DATE.fullmatch(value):
                raise ValueError(value)
            year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
            first = date(year, month, day)
        except ValueError:
            self.wrong(name, f"“{value}” is not a date. Write 2024, 2024-11 or 2024-11-18.")
            return None, "day"
        precision = ("year", "month", "day")[len(parts) - 1]
        if not last or precision == "day":
            return first, precision
        after = date(year + 1, 1, 1) if precision == "year" or month == 12 else date(year, month + 1, 1)
        return date.fromordinal(after.toordinal() - 1), precision

    def years(self, name: str, pattern: re.Pattern, example: str) -> re.Match | None:
        """A period of years by ``pattern`` (groups ``first`` and ``last``), in order."""
        found = pattern.fullmatch(self.text(name, needed=True))
        if found is None:
            if self.data.get(name) is not None:
                self.wrong(name, f"“{self.data[name]}” is not a period. Write {example}.")
        elif found["last"] and int(found["last"]) < int(found["first"]):
            self.wrong(name, f"“{found[0]}” ends before it begins.")
        return found


def read_folder(folder: Path) -> Documents:
    """Parse every YAML file of ``folder``. Raises ``ContentError`` naming file and line of what is broken."""
    documents = Documents()
    if not folder.is_dir():
        raise ContentError([f"{folder}: there is no such folder. Give the folder that holds the YAML files."])
    for path in sorted(folder.glob("*.yaml")):
        try:
            documents.files[path.name] = yaml.load(path.read_text(encoding="utf-8"), CarefulLoader)  # noqa: S506 – safe
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f"line {mark.line + 1}" if mark else "somewhere"
            documents.problems.append(f"{path.name}: {line}: the YAML is broken: {error.problem or error.context}.")
        except yaml.YAMLError as error:
            documents.problems.append(f"{path.name}: the YAML is broken: {error}.")
        except UnicodeDecodeError as error:
            documents.problems.append(f"{path.name}: byte {error.start} is not UTF-8. Save the file as UTF-8.")
    documents.raise_if_wrong()
    return documents
