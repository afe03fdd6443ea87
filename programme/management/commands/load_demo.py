from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from events.models import Event
from iurc_portal.search.index import postponed
from programme.demo import NoContent, Samples, make_all
from programme.demo.people import SIGN_INS


class Command(BaseCommand):
    help = (
        "Load sample visits, webinars, registrations and people, with dates relative to today. "
        "Run twice it makes nothing again; what a person edited or deleted stays so."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would be made and write nothing")

    def handle(self, *, dry_run, **options):
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("load_demo is for demonstrations, never for production. Set DEMO=on to use it.")
        samples = Samples(now=timezone.now())
        try:
            with translation.override("en"), transaction.atomic():
                with postponed():
                    make_all(samples)
                if dry_run:
                    transaction.set_rollback(True)
        except NoContent as error:
            raise CommandError("Load the real content first: manage.py load_content content") from error
        self.stdout.write(f"{'':<20}{'created':>13}{'already there':>15}")
        for kind, count in samples.counts.items():
            self.stdout.write(f"{kind:<20}{count['created']:>13}{count['there']:>15}")
        if dry_run:
            self.stdout.write("Nothing was written (--dry-run).")
        elif not Event.objects.filter(is_sample=True, dtstart__gt=samples.now).exists():
            self.stdout.write("The samples have gone by. For fresh dates begin with an empty database.")
        self.stdout.write(f"Sign in as {', '.join(SIGN_INS)}; password: see DEMO_PASSWORD.")
