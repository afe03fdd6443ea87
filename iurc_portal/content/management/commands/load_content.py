from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iurc_portal.content import engine
from iurc_portal.content.reading import ContentError

HEADINGS = {"created": "created", "updated": "updated", "unchanged": "unchanged", "kept": "kept-edited"}


class Command(BaseCommand):
    help = "Load the initial content (YAML). Run twice it changes nothing; what a person edited stays as it is."

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            type=Path,
            nargs="?",
            default=settings.BASE_DIR / "content",
            help="the folder with the YAML files (default: the content that comes with the portal)",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")

    def handle(self, *, path, dry_run, verbosity, **options):
        try:
            report = engine.load(path, now=timezone.now(), dry_run=dry_run)
        except ContentError as error:
            listed = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"The content was not loaded; nothing was written. To be mended:\n{listed}") from error
        self._print_counts(report.counts)
        self._print_kept(report.kept)
        self._print_warnings(report.warnings, verbosity)
        if dry_run:
            self.stdout.write("Nothing was written (--dry-run).")

    def _print_counts(self, counts):
        total: Counter[str] = sum(counts.values(), Counter())
        self.stdout.write(f"{'':<20}" + "".join(f"{heading:>13}" for heading in HEADINGS.values()))
        for kind, count in [*counts.items(), ("total", total)]:
            self.stdout.write(f"{kind:<20}" + "".join(f"{count[outcome]:>13}" for outcome in HEADINGS))

    def _print_kept(self, kept):
        if kept:
            self.stdout.write("Kept as a person left them:")
        for line in kept:
            self.stdout.write(f"  {line}")

    def _print_warnings(self, warnings, verbosity):
        """In general one line per file and field; with --verbosity 2 every record."""
        if verbosity > 1:
            lines = [f"{file}: {record}: {field}: {text}" for file, record, field, text in warnings]
        else:
            sums = Counter((file, field, text) for file, _record, field, text in warnings)
            lines = [f"{file}: {field}: {text}: {number} records" for (file, field, text), number in sums.items()]
        if lines:
            self.stdout.write("Warnings (nothing to stop for):")
        for line in lines:
            self.stdout.write(f"  {line}")
