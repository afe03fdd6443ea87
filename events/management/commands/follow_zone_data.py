"""List the events that new time zone data would move and, once confirmed, move them (events spec 12.5)."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from events.services import zone_data
from iurc_portal.translation.times import both_cities_lines


class Command(BaseCommand):
    help = (
        "After an update of the time zone data: list the coming events whose wall clock no longer fits their instant. "
        "Nothing moves without --move; then each moves as an ordinary change, and those registered are told. "
        "Restart web and worker processes after an update, or they go on with the former data."
    )

    def add_arguments(self, parser):
        parser.add_argument("--move", action="store_true", help="Move them all, after the list was read.")
        parser.add_argument("--only", nargs="+", metavar="SLUG", default=[], help="Only these events.")

    def handle(self, *, move, only, **options):
        now = timezone.now()
        found = [drift for drift in zone_data.drifted(now=now) if not only or drift.event.slug in only]
        for drift in found:
            event = drift.event
            self.stdout.write(f"{event.slug} ({event.get_status_display()}): {event.wall_start} {event.tzid}")
            self.stdout.write(f"  now    {' | '.join(both_cities_lines(event.dtstart, event.dtend, 'en'))}")
            self.stdout.write(f"  wanted {' | '.join(both_cities_lines(drift.start, drift.end, 'en'))}")
            if move:
                self._move(drift, now)
        verb = "moved" if move else "would move; run again with --move to move them"
        self.stdout.write(f"{len(found)} {verb}." if found else "Every coming event stands where its wall clock says.")

    def _move(self, drift, now) -> None:
        try:
            zone_data.follow(drift, now=now)
        except ValidationError as refusal:
            self.stderr.write(f"  refused: {' '.join(refusal.messages)}")
