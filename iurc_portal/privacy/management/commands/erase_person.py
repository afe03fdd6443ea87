"""Erase everything that names the person of one address."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from iurc_portal.privacy import services
from iurc_portal.privacy.models import DataRequest
from iurc_portal.privacy.subjects import subject_of


class Command(BaseCommand):
    help = "Withdraw a person from what is to come, then erase everything that names them. It cannot be undone."

    def add_arguments(self, parser):
        parser.add_argument("address")
        parser.add_argument("--reason", required=True, help="how the person asked; it is written down")
        parser.add_argument("--dry-run", action="store_true", help="Only say what is held.")

    def handle(self, *, address, reason, dry_run, **options):
        with translation.override("en"):
            for section in services.held(subject_of(address)):
                self.stdout.write(f"{len(section.records):>7}  {section.title}")
            if dry_run:
                self.stdout.write("Nothing was written (--dry-run).")
                return
            try:
                done = services.erase(
                    email=address, way=DataRequest.Way.STAFF, language="en", reason=reason, now=timezone.now()
                ).done_at
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("Erased." if done else "Withdrawn; the rest is erased once the last letters have left.")
