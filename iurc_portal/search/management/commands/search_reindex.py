from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from iurc_portal.search import registry
from iurc_portal.search.backends import backend
from iurc_portal.search.index import BATCH, count_terms, forget_gone, reindex_many, stale_ids


class Command(BaseCommand):
    help = (
        "Write the search index anew, row by row in place: there is always an index to search in. "
        "Killed and started again with --stale, it goes on where it was."
    )

    def add_arguments(self, parser):
        parser.add_argument("--kind", help="only records of this kind")
        parser.add_argument(
            "--stale", action="store_true", help="only what is missing, differs, or is of another analyser or glossary"
        )
        parser.add_argument(
            "--batch", type=int, default=BATCH, help="records in one transaction (default: %(default)s)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say how much there is to do and write nothing")

    def handle(self, *, kind, stale: bool, batch, dry_run, **options):
        kinds = [each for each in registry.kinds() if kind in (None, each.name)]
        if not kinds:
            names = ", ".join(each.name for each in registry.kinds())
            raise CommandError(f"There is no kind {kind!r}. Kinds: {names}.")
        if not 1 <= batch <= 5000:
            raise CommandError("--batch: write a number from 1 to 5000.")
        if dry_run:
            for each in kinds:
                self._say(each, len(self.wanted(each, only_stale=stale)), forget_gone(each, dry_run=True))
            self.stdout.write("Nothing was written (--dry-run).")
            return
        terms: Counter[str] = Counter()
        with backend().writing_all():
            for each in kinds:
                gone = forget_gone(each)
                self._say(each, self._write(each, self.wanted(each, only_stale=stale), batch, terms), gone)
        backend().settle()
        if not stale:
            count_terms(terms if kind is None else None)

    def _write(self, kind: registry.Kind, ids: list[int], batch: int, terms: Counter[str]) -> int:
        written = 0
        for start in range(0, len(ids), batch):
            written += reindex_many(kind.name, ids[start : start + batch], terms=terms)
            if len(ids) > batch:
                self.stderr.write(f"\r{kind.name}: {written} of {len(ids)}", ending="")
        if written > batch:
            self.stderr.write("")
        return written

    def _say(self, kind: registry.Kind, written: int, gone: int) -> None:
        self.stdout.write(f"{kind.name:<16}{written:>8} written{gone:>8} taken out")

    @staticmethod
    def wanted(kind: registry.Kind, *, only_stale: bool) -> list[int]:
        return stale_ids(kind) if only_stale else list(kind.source().order_by("pk").values_list("pk", flat=True))
