"""The two databases behind one door: same tokens in, same rows out. Nothing outside the search looks in here."""

from django.db import connection

from iurc_portal.search.backends.base import Backend


def backend() -> Backend:
    """The back end of the database in use."""
    if connection.vendor == "postgresql":
        from iurc_portal.search.backends.postgres import PostgresBackend

        return PostgresBackend()
    from iurc_portal.search.backends.sqlite import SqliteBackend

    return SqliteBackend()
