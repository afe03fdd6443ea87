"""Forget what is kept no longer, as every night; also after a backup was restored."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from iurc_portal.privacy import registry, retention


class Command(BaseCommand):
    help = "Delete, blank or anonymise what is over by the table of retention. Harmless at any time."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be forgotten.")

    def handle(self, *, dry_run, **options):
        now = timezone.now()
        try:
            counts = (
                {rule.name: rule.over(now).count() for rule in registry.rules()}
                if dry_run
                else retention.purge(now=now)
            )
        except retention.RetentionFailed as error:
            raise CommandError(f"These rules failed, the others were followed: {error}") from error
        with translation.override("en"):
            for name, number in counts.items():
                self.stdout.write(f"{number:>7}  {registry.rule_title(name)}")
        self.stdout.write("Nothing was written (--dry-run)." if dry_run else f"{sum(counts.values())} in all.")
