"""A database, a broker and a folder for one scenario alone, made before it and gone after it.

Where DATABASE_URL is PostgreSQL the scenario gets a database of its own on that server, else a SQLite file; where
REDIS_URL is set it gets a prefix of its own there, else a folder. FAULTS_BLUEPRINT names a migrated database that is
copied (``tests.faults.blueprint``): without it the scenario migrates, which takes a while.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

POSTGRES = ("postgres", "postgresql", "pgsql")


@contextmanager
def own_home(*, settings: str = "tests.faults.mail_settings", database: str = "") -> Iterator[Path]:
    """Set up Django with ``settings`` in a home of its own. ``database``: the address of one that is empty and ready.

    Workers that the scenario starts find everything in the environment.
    """
    name = f"faults_{uuid4().hex[:12]}"
    given = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="iurc-faults-") as folder:
        os.environ |= {"FAULTS_DIR": folder, "FAULTS_NAME": name, "DJANGO_SETTINGS_MODULE": settings}
        on_server = not database and urlsplit(given).scheme in POSTGRES
        if on_server:
            _ask_server(given, f'CREATE DATABASE "{name}"')
            database = urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
        try:
            _begin(database or f"sqlite:///{folder}/portal.sqlite3")
            yield Path(folder)
        finally:
            _forget_broker(name)
            if on_server:
                from django.db import connections

                connections.close_all()
                _ask_server(given, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _begin(database: str) -> None:
    """Fill ``database`` from the blueprint where there is one, and let Django know of it."""
    os.environ["DATABASE_URL"] = database
    blueprint = Path(os.environ.get("FAULTS_BLUEPRINT") or "none")
    is_postgres = urlsplit(database).scheme in POSTGRES
    copied = blueprint.exists() and is_postgres == (blueprint.suffix == ".sql")
    if copied and is_postgres:
        subprocess.run(
            [shutil.which("psql") or "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", blueprint],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    elif copied:
        shutil.copy(blueprint, database.removeprefix("sqlite:///"))

    import django

    django.setup()
    if not copied:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)


def _ask_server(address: str, statement: str) -> None:
    import psycopg

    for database in ("postgres", urlsplit(address).path.strip("/")):
        try:
            with psycopg.connect(
                urlunsplit(urlsplit(address)._replace(path=f"/{database}")), autocommit=True
            ) as server:
                server.execute(statement)
        except psycopg.OperationalError:
            if database != "postgres":
                raise
        else:
            return


def _forget_broker(name: str) -> None:
    if not os.environ.get("REDIS_URL"):
        return
    from redis import Redis

    broker = Redis.from_url(os.environ["REDIS_URL"])
    for key in broker.scan_iter(f"*{name}*", count=1000):
        broker.delete(key)
