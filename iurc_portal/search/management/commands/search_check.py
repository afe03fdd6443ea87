from django.core.management.base import BaseCommand, CommandError

from iurc_portal.search.check import faults


class Command(BaseCommand):
    help = "Compare the search index with the records. Ends with an error where they differ."

    def add_arguments(self, parser):
        parser.add_argument("--sample", type=int, default=200, help="records of each kind that are read and compared")

    def handle(self, *, sample, **options):
        found = faults(sample=sample)
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError("The index differs from the records. Run: manage.py search_reindex")
        self.stdout.write("The index agrees with the records.")
