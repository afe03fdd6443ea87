import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

ROOT = Path(settings.BASE_DIR)
DEMO_SIGN_INS = (
    ("staff@torino.example", "City staff, Torino"),
    ("staff@nagoya.example", "City staff, Nagoya"),
    ("manager@torino.example", "programme manager"),
    ("admin@torino.example", "superuser"),
    ("company@nagoya.example", "member of a Japanese company"),
    ("editor@torino.example", "edits one organisation"),
    ("delegate@nagoya.example", "member of a delegation"),
)


def fingerprint(*folders: str) -> str:
    """A digest of what lies under the folders, by name, size and time: cheap, and it changes when they do."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = "What `make run` does before it starts: migrate, collect static files, load content and demonstration."

    def handle(self, **options):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        self.once("static", fingerprint("static"), "collectstatic", interactive=False, verbosity=0)
        self.once("content", fingerprint("content", "ecosystem", "programme"), "load_content", ROOT / "content")
        if settings.DEMO:
            call_command("load_demo")
        self.stdout.write(
            f"\nThe portal is at {settings.SITE_URL}/ and the staff workplace at {settings.SITE_URL}/admin/"
        )
        if settings.DEMO:
            self.stdout.write(f"Demonstration sign-ins, all with the password {settings.DEMO_PASSWORD}")
            for email, role in DEMO_SIGN_INS:
                self.stdout.write(f"  {email:<26}{role}")
        self.stdout.write(
            f"Mail is kept in {Path(settings.EMAIL_FILE_PATH).relative_to(ROOT)}/. Ctrl-C ends everything.\n"
        )

    def once(self, name: str, state: str, command: str, *args, **options) -> None:
        """Run a command unless it ran before on this very state and this very database."""
        stamp = (
            ROOT
            / "var"
            / f".{name}-{hashlib.sha256(str(settings.DATABASES['default']['NAME']).encode()).hexdigest()[:8]}"
        )
        if stamp.exists() and stamp.read_text() == state:
            return
        call_command(command, *args, **options)
        stamp.write_text(state)
