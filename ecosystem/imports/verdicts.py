"""What is to become of each row: read its cells, find the record it means, compare, and say what is wrong."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ecosystem.identity import is_japanese, parted, website_host
from ecosystem.imports.cells import Known, Unreadable
from ecosystem.imports.columns import NAME, columns
from ecosystem.imports.messages import ONLY_NOTES, message
from ecosystem.models import City, ImportBatch, ImportRow, Organisation
from ecosystem.services.duplicates import NAMES, Directory, Entry
from ecosystem.services.optouts import asked_on_by_digest, digests, registered
from iurc_portal.clock import PartnerSide
from iurc_portal.search.fold import fold
from iurc_portal.translation.languages import columns as in_languages

Status, Action = ImportRow.Status, ImportRow.Action
COUNTRIES = {PartnerSide.TORINO: "IT", PartnerSide.NAGOYA: "JP"}  # whose register a number without one is of
NAME_FIELDS = tuple(in_languages("name"))


@dataclass
class Verdict:
    """The answer for one row; ``values`` are what would be written, by field."""

    status: str = Status.REFUSED
    action: str = Action.SKIP
    name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[str, list] = field(default_factory=dict)
    candidates: list[list] = field(default_factory=list)
    organisation: int | None = None


class Judge:
    """Judges the rows of one batch against the directory as it is now, for what ``user`` may write.

    Rows already judged belong to the directory: what comes twice in a file is found by the same rule. A handful of
    queries, and one for each 500 rows that mean a record there is.
    """

    def __init__(self, batch: ImportBatch, user):
        self.batch, self.known = batch, Known()
        self.directory = Directory.of_organisations()
        self.asked_on = asked_on_by_digest()
        self.by_slug = {
            slug: (pk, into) for slug, pk, into in Organisation.objects.values_list("slug", "pk", "merged_into")
        }
        self.may_write = set(Organisation.objects.editable_by(user).values_list("pk", flat=True))
        self.both_sides = user.is_superuser or user.has_perm("ecosystem.edit_both_sides")
        numbers = Organisation.objects.exclude(registry_id="").values_list("registry_country", "registry_id", "pk")
        self.by_number = {registered(country, number): pk for country, number, pk in numbers}
        self.merged_into = {pk: into for pk, into in self.by_slug.values() if into}
        self.slugs_seen: dict[str, int] = {}
        self.numbers_seen: dict[str, int] = {}

    def judge(self, rows: Iterable[ImportRow], size: int = 500) -> Iterator[tuple[ImportRow, Verdict]]:
        """Each row with its verdict, in the order given."""
        waiting: list[tuple[ImportRow, Verdict]] = []
        for row in rows:
            waiting.append((row, self._found(row)))
            if len(waiting) == size:
                yield from self._compared(waiting)
                waiting = []
        yield from self._compared(waiting)

    # --- Reading -------------------------------------------------------------------------------------------------

    def _read(self, row: ImportRow, verdict: Verdict) -> None:
        verdict.messages += [told for told in row.notes if self._is_used(told["column"])]
        targets = self.batch.targets
        if len(row.cells) > len(targets):
            verdict.messages.append(message("cells", len(targets), row.cells[len(targets)]))
        for position, (target, cell) in enumerate(zip(targets, row.cells, strict=False)):
            if not target or not cell:
                continue
            if "\ufffd" in cell:
                verdict.messages.append(message("lost", position, cell))
                continue
            try:
                value = columns()[target].read(cell, self.known)
            except Unreadable as wrong:
                verdict.messages.append(message(wrong.code, position, cell, **wrong.params))
                continue
            if target == NAME:
                target = "name_ja" if is_japanese(value) else f"name_{self.batch.language}"
            verdict.values.setdefault(target, value)
        verdict.name = next((verdict.values[name] for name in NAME_FIELDS if verdict.values.get(name)), "")
        self._complete(verdict)

    def _is_used(self, position: int | None) -> bool:
        return position is None or (position < len(self.batch.targets) and bool(self.batch.targets[position]))

    def _complete(self, verdict: Verdict) -> None:
        """What follows from the values together: the point with its precision, the seat in the name."""
        values = verdict.values
        if ("latitude" in values) != ("longitude" in values):
            verdict.messages.append(message("point"))
        elif "latitude" not in values or values.get("precision") == Organisation.Precision.NONE:
            values.pop("precision", None)
        if "registry_id" in values:
            own = COUNTRIES.get(values.get("side", self.batch.side), "")
            values.setdefault("registry_country", own)
        else:
            values.pop("registry_country", None)
        if "city" not in values and (place := self.known.cities.get(fold(parted(verdict.name)[1]))) is not None:
            values["city"] = place
            verdict.messages.append(message("city_in_name", None, place.slug))

    # --- Finding -------------------------------------------------------------------------------------------------

    def _found(self, row: ImportRow) -> Verdict:
        """The row read, and the record it means: by its address or number, or because it is called exactly so."""
        verdict = Verdict()
        self._read(row, verdict)
        values = verdict.values
        slug = values.get("slug", "")
        if slug and slug in self.slugs_seen:
            verdict.messages.append(message("same_slug", None, slug, line=self.slugs_seen[slug]))
        elif slug:
            self.slugs_seen[slug] = row.number
        number = registered(values.get("registry_country", ""), values.get("registry_id", ""))
        if number and number in self.numbers_seen:
            told = message("same_number", None, values["registry_id"], line=self.numbers_seen[number])
            verdict.messages.append(told)
        elif number:
            self.numbers_seen[number] = row.number
        if slug in self.by_slug:
            pk, into = self.by_slug[slug]
            verdict.organisation = into or pk
        elif number in self.by_number:
            pk = self.by_number[number]
            verdict.organisation = self.merged_into.get(pk, pk)
        elif not verdict.name and not self._has_wrong_name(verdict):
            verdict.messages.append(message("missing"))
        if any(told["code"] not in ONLY_NOTES for told in verdict.messages):
            return verdict
        if (
            verdict.organisation is None
            and not self.both_sides
            and values.get("side", self.batch.side) != self.batch.side
        ):
            verdict.messages.append(message("other_side"))
            return verdict
        self._placed(row, verdict)
        return verdict

    def _has_wrong_name(self, verdict: Verdict) -> bool:
        positions = [told["column"] for told in verdict.messages if told["column"] is not None]
        return any(self.batch.targets[one].startswith(NAME) for one in positions if one < len(self.batch.targets))

    def _placed(self, row: ImportRow, verdict: Verdict) -> None:
        """Among what is there: known, asked to be left out, perhaps the same as another, or new."""
        values = verdict.values
        names = [values[name] for name in NAMES if values.get(name)]
        if asked := self._asked(names, values):
            verdict.status = Status.OPTED_OUT
            verdict.messages.append(message("opted_out", day=asked.isoformat()))
            return
        place = values.get("city") or (None if "side" in values else self.batch.city)
        entry = Entry(-row.number, tuple(names), website_host(values.get("website", "")), place.pk if place else None)
        if verdict.organisation is None and "slug" not in values:
            exact = {one.key for name in names for one in self.directory.called(name, entry.city)}
            if len(exact) == 1 and (key := exact.pop()) > 0:
                verdict.organisation = key
        if verdict.organisation is not None:
            return
        alike = self.directory.alike(entry)
        self.directory.add(entry)
        if not alike:
            verdict.status, verdict.action = Status.NEW, Action.CREATE
            return
        verdict.status = Status.DUPLICATE
        verdict.candidates = [[key, reason] for key, reason in alike]
        verdict.messages += [self._of_duplicate(key, reason) for key, reason in alike[:2]]
        verdict.organisation = next((key for key, _reason in alike if key in self.may_write), None)

    @staticmethod
    def _of_duplicate(key: int, reason: str) -> dict[str, Any]:
        sure = reason in {"same", "host"}
        if key < 0:
            return message("same_line" if sure else "like_line", line=-key)
        return message("same_record" if sure else "like_record", organisation=key)

    def _asked(self, names: list[str], values: dict[str, Any]) -> date | None:
        if not self.asked_on:
            return None
        number = registered(values.get("registry_country", ""), values.get("registry_id", ""))
        own = digests(names=names, website=values.get("website", ""), registered=number)
        return min((self.asked_on[one] for one in own if one in self.asked_on), default=None)

    # --- Comparing -----------------------------------------------------------------------------------------------

    def _compared(self, waiting: list[tuple[ImportRow, Verdict]]) -> Iterator[tuple[ImportRow, Verdict]]:
        pairs = (verdict for _row, verdict in waiting if verdict.status == Status.REFUSED)
        meant = [verdict.organisation for verdict in pairs if verdict.organisation]
        records = Organisation.objects.select_related("city").prefetch_related("themes").in_bulk(meant)
        for row, verdict in waiting:
            record = records.get(verdict.organisation) if verdict.status == Status.REFUSED else None
            wrong = any(told["code"] not in ONLY_NOTES for told in verdict.messages)
            if record is not None and not wrong:
                self._compare(verdict, record)
            elif verdict.status == Status.REFUSED:
                verdict.organisation = None
            yield row, verdict

    def _compare(self, verdict: Verdict, record: Organisation) -> None:
        verdict.name = verdict.name or str(record)
        verdict.changes = changes_to(record, verdict.values, called=self.directory.entries[record.pk].names)
        if not verdict.changes:
            verdict.status = Status.UNCHANGED
            return
        if record.pk not in self.may_write or ("side" in verdict.changes and not self.both_sides):
            verdict.messages.append(message("other_side"))
            return
        verdict.status = Status.CHANGED
        overwrites = any(before not in ("", None, []) for before, _after in verdict.changes.values())
        verdict.action = Action.SKIP if overwrites else Action.UPDATE


def changes_to(
    record: Organisation, values: dict[str, Any], *, called: Collection[str] = (), gaps_only: bool = False
) -> dict[str, list]:
    """What ``values`` would change of ``record``, as ``{field: [before, after]}`` in words that JSON can hold.

    An empty cell changes nothing. A name by which the record is ``called`` already, in whatever language, is no
    change, unless the row named the record by its address.
    """
    changes = {}
    for name, value in values.items():
        if name == "slug" or (name in NAMES and value in called and "slug" not in values):
            continue
        before, after = as_json(value_of(record, name)), as_json(value)
        if name == "themes":
            before, after = sorted(before), sorted(after)
        if before == after or after in ("", None, []):
            continue
        if gaps_only and not is_gap(record, name, before):
            continue
        changes[name] = [before, after]
    return changes


def is_gap(record: Organisation, name: str, before) -> bool:
    if name == "open_to_japan":
        return before is False
    if name == "precision":
        return not record.has_point
    return before in ("", None, [])


def value_of(record: Organisation, name: str):
    if name == "themes":
        return [theme.pk for theme in record.themes.all()]
    return getattr(record, name)


def as_json(value):
    """A value as the preview keeps it: cities by their key, numbers and days as text."""
    if isinstance(value, City):
        return value.pk
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal("0.000001")))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
