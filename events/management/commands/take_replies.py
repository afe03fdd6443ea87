"""Take answers to our invitations: one letter from standard input, as a mail server pipes it, or the mailbox's."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from events import replies_mailbox
from events.services.replies import LARGEST, take_reply


class Command(BaseCommand):
    help = "Take one answer to an invitation (.eml) from standard input; with --mailbox those in REPLY_MAILBOX_URL."

    def add_arguments(self, parser):
        parser.add_argument("--mailbox", action="store_true", help="Read the configured mailbox instead.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what the letter is; not with --mailbox.")

    def handle(self, *, mailbox, dry_run, **options):
        now = timezone.now()
        if not mailbox:
            with transaction.atomic():
                outcome = take_reply(sys.stdin.buffer.read(LARGEST + 1), now=now)
                transaction.set_rollback(dry_run)
            self.stdout.write(outcome.value)
            return
        if dry_run:
            raise CommandError("--dry-run reads no mailbox: letters would be marked.")
        if not settings.REPLY_MAILBOX_URL:
            raise CommandError("REPLY_MAILBOX_URL is not set.")
        try:
            counts = replies_mailbox.read_mailbox(settings.REPLY_MAILBOX_URL, now=now)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{outcome}: {number}" for outcome, number in sorted(counts.items())) or "nothing")
