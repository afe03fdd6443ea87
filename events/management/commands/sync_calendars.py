"""Bring connected calendars into step by hand, and see how far it is (events spec 9)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events.models import RemoteCalendar
from events.services.calendars.running import run_calendar


class Command(BaseCommand):
    help = (
        "Run over connected calendars now, those due or those named, one after the other. Paused ones are left out "
        "unless they are named. --dry-run asks the servers and writes nothing, neither there nor here."
    )

    def add_arguments(self, parser):
        parser.add_argument("calendars", nargs="*", type=int, metavar="ID", help="Only these, due or not.")
        parser.add_argument("--all", action="store_true", help="All that are not paused, due or not.")
        parser.add_argument(
            "--full", action="store_true", help="Compare everything, whatever the server's token says."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")

    def handle(self, *, calendars, all, full, dry_run, **options):
        now = timezone.now()
        rows = RemoteCalendar.objects.select_related("owner")
        due = rows.running() if all else rows.due(now=now)
        rows = list((rows.filter(pk__in=calendars) if calendars else due).order_by("pk"))
        if missing := set(calendars) - {row.pk for row in rows}:
            raise CommandError(f"no calendar {', '.join(map(str, sorted(missing)))}")
        bad = 0
        for calendar in rows:
            bad += not self._run(calendar, full=full, dry_run=dry_run)
        self.stdout.write(f"{len(rows)} calendars, {bad} not in step." if rows else "No calendar is due.")

    def _run(self, calendar, *, full: bool, dry_run: bool) -> bool:
        self.stdout.write(f"{calendar.pk} {calendar} ({calendar.owner})")
        run = run_calendar(calendar, now=timezone.now(), full=full, dry_run=dry_run, progress=self._progress)
        if run is None:
            self.stdout.write("  another run holds it")
            return True
        counts = ", ".join(f"{name} {number}" for name, number in run.counts.items())
        self.stdout.write(f"  {run.outcome}{': ' + run.error if run.error else ''} {run.detail} ({counts})")
        return run.outcome == run.Outcome.DONE

    def _progress(self, what: str, done: int, of: int) -> None:
        if of and (done == of or done % 50 == 0):
            self.stdout.write(f"  {what} {done}/{of}")
