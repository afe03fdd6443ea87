"""The tables of an app's first migration, made at once: a new database is ready in seconds.

Django draws all related models anew for each operation of a migration, which for some two hundred tables takes a
minute. A first migration that makes tables and nothing else leads to its last state whichever way it is gone: here
the state is drawn once and each table made with all its columns, constraints and indexes.
"""

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

TABLES_ALONE = {CreateModel, AddField, AddConstraint, AddIndex}


class MakeTables(Operation):
    """The operations of a first migration as one."""

    def __init__(self, operations: list[Operation]):
        self.operations = operations

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # the models as drawn so far: they are drawn again when somebody asks
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Make the tables of {len(self.operations)} operations"


def at_once(migration: Migration) -> Migration:
    """``migration`` itself, or what makes its tables at once if it is a first one that makes tables and no more."""
    if not migration.initial or not {type(operation) for operation in migration.operations} <= TABLES_ALONE:
        return migration
    made = Migration(migration.name, migration.app_label)
    made.dependencies, made.replaces, made.atomic = migration.dependencies, migration.replaces, migration.atomic
    made.initial, made.operations = True, [MakeTables(migration.operations)]
    return made


class FirstTablesExecutor(MigrationExecutor):
    def apply_migration(self, state, migration, fake=False, fake_initial=False):
        quick = not (fake or fake_initial)  # which look into the operations
        return super().apply_migration(state, at_once(migration) if quick else migration, fake, fake_initial)
