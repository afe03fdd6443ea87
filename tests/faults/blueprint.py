"""The tests' own database as a file, so that no scenario has to migrate again."""

import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def write(folder: Path) -> Path | None:
    """Copy what the database of the tests holds now. None where the tools of PostgreSQL are missing or too old."""
    if connection.vendor == "sqlite":
        path = folder / "blueprint.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        return path
    path = folder / "blueprint.sql"
    if not (shutil.which("pg_dump") and shutil.which("psql")):
        return None
    command = ["pg_dump", "--no-owner", "--no-privileges", "-f", path, "-d", address()]
    return path if subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


def address() -> str:
    """Where the database of the tests is, as DATABASE_URL says it."""
    known = connection.settings_dict
    who = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    return f"postgres://{who}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"
