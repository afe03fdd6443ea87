"""Write a copy of everything that is held of one address."""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from iurc_portal.privacy import services


class Command(BaseCommand):
    help = "Write a ZIP with JSON and XLSX of everything that the portal holds of one person."

    def add_arguments(self, parser):
        parser.add_argument("address")
        parser.add_argument("file", type=Path, help="where to write it; a file that is there is not written over")
        parser.add_argument("--language", default="en", choices=["it", "en", "ja"])

    def handle(self, *, address, file, language, **options):
        content = services.copy_of(address, language=language, now=timezone.now())
        with file.open("xb") as target:
            target.write(content)
        self.stdout.write(f"{len(content)} bytes written")
