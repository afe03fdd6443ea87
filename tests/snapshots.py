"""The database of the tests put back in an instant: as it was at one moment, or empty.

For tests that commit; nobody may be within a transaction meanwhile. Keys begin anew with a snapshot, so that caches
are emptied with it.
"""

import sqlite3

from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection, transaction

SEQUENCES = "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"


class Snapshot:
    """What the database holds when it is made."""

    def __init__(self):
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self.memory = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self.memory)
            return
        with connection.cursor() as cursor:
            self.rows = {table: _copied(cursor, table) for table in filled_tables()}
            cursor.execute(f"{SEQUENCES} WHERE last_value IS NOT NULL")
            self.sequences = cursor.fetchall()

    def put_back(self) -> None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self.memory.backup(connection.connection)
        else:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in deletions():
                    cursor.execute(statement)
                for table, data in self.rows.items():
                    with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
                        copy.write(data)
                cursor.executemany("SELECT setval(%s, %s)", self.sequences)
        ContentType.objects.clear_cache()
        for name in caches:
            caches[name].clear()


def filled_tables() -> list[str]:
    """The tables of a PostgreSQL database that hold rows, migrations aside."""
    tables = sorted(set(connection.introspection.table_names()) - {"django_migrations"})
    with connection.cursor() as cursor:
        looks = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables]
        cursor.execute(" UNION ALL ".join(looks))
        return [name for (name,) in cursor.fetchall()]


def deletions() -> list[str]:
    """What empties a PostgreSQL database within one transaction: our foreign keys are looked at when it ends.

    TRUNCATE, which Django would use, makes the files of some two hundred tables and their indexes anew each time.
    """
    return [f'DELETE FROM "{name}"' for name in filled_tables()]


def _copied(cursor, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
        return b"".join(copy)
