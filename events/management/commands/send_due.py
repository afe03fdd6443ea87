"""Queue the reminders that are due now, as the sweep does every minute."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from events.services import reminders


class Command(BaseCommand):
    help = "Queue the reminders that are due now. The outbox delivers them. Harmless at any time."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be queued.")

    def handle(self, *, dry_run, **options):
        with transaction.atomic():
            counts = reminders.send_due(now=timezone.now())
            transaction.set_rollback(dry_run)
        prefix = "would queue" if dry_run else "queued"
        self.stdout.write(f"{prefix} {counts['queued']}, missed {counts['missed']}, skipped {counts['skipped']}")
