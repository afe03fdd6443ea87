"""Where the tokens live: a GIN index on PostgreSQL, FTS5 with the triggers that keep it in step on SQLite."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, migrations

POSTGRES = ["CREATE INDEX search_document_tokens ON search_document USING gin (tokens) WITH (fastupdate = off)"]
POSTGRES_BACK = ["DROP INDEX search_document_tokens"]
# Deleting from an external-content table needs the old values: the special first column of FTS5 does it.
OLD = "INSERT INTO search_fts (search_fts, rowid, a, b, c, d) VALUES ('delete', old.document_id, old.a, old.b, old.c, old.d);"
NEW = "INSERT INTO search_fts (rowid, a, b, c, d) VALUES (new.document_id, new.a, new.b, new.c, new.d);"
SQLITE = [
    "CREATE TABLE search_text (document_id integer PRIMARY KEY REFERENCES search_document (id) ON DELETE CASCADE, "
    "a text NOT NULL, b text NOT NULL, c text NOT NULL, d text NOT NULL)",
    "CREATE VIRTUAL TABLE search_fts USING fts5 (a, b, c, d, content='search_text', content_rowid='document_id', "
    "tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER search_text_new AFTER INSERT ON search_text BEGIN {NEW} END",
    f"CREATE TRIGGER search_text_old AFTER DELETE ON search_text BEGIN {OLD} END",
    f"CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN {OLD} {NEW} END",
    # title, text, place, concepts
    "INSERT INTO search_fts (search_fts, rank) VALUES ('rank', 'bm25(8.0, 3.0, 2.0, 1.0)')",
]
SQLITE_BACK = ["DROP TABLE search_fts", "DROP TABLE search_text"]


def run(editor, statements):
    for statement in statements:
        editor.execute(statement, params=None)


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        return run(editor, POSTGRES)
    try:
        return run(editor, SQLITE)
    except DatabaseError as error:
        if "fts5" not in str(error):
            raise
        raise ImproperlyConfigured(
            "This SQLite was built without FTS5, which the search needs: use another Python, or PostgreSQL."
        ) from error


def backwards(apps, editor):
    run(editor, POSTGRES_BACK if editor.connection.vendor == "postgresql" else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
