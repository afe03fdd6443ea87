"""A first migration made at once leaves the tables that it would leave step by step, and the others go as ever."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from iurc_portal.first_tables import MakeTables, at_once

NAME_SET = models.CheckConstraint(condition=~models.Q(name=""), name="trial_name_set")
ONE_HEAD = models.UniqueConstraint(fields=["head"], name="trial_one_head")


def first_migration(*further):
    """Two kinds of rows that point to each other, with all that ``makemigrations`` writes in a first migration."""
    key = ("id", models.BigAutoField(primary_key=True))
    migration = migrations.Migration("0001_initial", "trial")
    migration.initial = True
    migration.operations = [
        migrations.CreateModel("Team", [key, ("name", models.CharField(max_length=20))]),
        migrations.CreateModel(
            "Member",
            [key, ("team", models.ForeignKey("trial.team", models.CASCADE)), ("rank", models.IntegerField(default=1))],
        ),
        migrations.AddField("team", "head", models.ForeignKey("trial.member", models.SET_NULL, null=True)),
        migrations.AddField("team", "friends", models.ManyToManyField("trial.team")),
        migrations.AddIndex("member", models.Index(fields=["rank"], name="trial_rank")),
        migrations.AddConstraint("team", NAME_SET),
        migrations.AddConstraint("team", ONE_HEAD),
        *further,
    ]
    return migration


def tables_after(migration):
    """What the database says of each table that ``migration`` makes; they are gone afterwards."""
    with connection.schema_editor() as editor:
        state = migration.apply(ProjectState(), editor)
    found = {}
    with connection.cursor() as cursor:
        for name in ("trial_member", "trial_team", "trial_team_friends"):
            columns = connection.introspection.get_table_description(cursor, name)
            constraints = connection.introspection.get_constraints(cursor, name)
            found[name] = (
                [(column.name, column.type_code, column.null_ok) for column in columns],
                sorted(map(str, constraints.values())),
            )
    with connection.schema_editor() as editor:
        for name in ("Team", "Member"):
            editor.delete_model(state.apps.get_model("trial", name))
    return found, set(state.models)


@pytest.mark.django_db(transaction=True)
def test_its_tables_are_those_of_its_steps():
    step_by_step = tables_after(first_migration())
    whole = tables_after(at_once(first_migration()))

    assert whole == step_by_step
    assert len(whole[0]["trial_team"][1]) >= 4  # the key, the head, one head, a name


def test_only_a_first_migration_that_makes_tables_alone_is_made_at_once():
    first, later = first_migration(), first_migration()
    later.initial = False
    moves_rows = first_migration(migrations.RunPython(migrations.RunPython.noop))

    assert [type(one) for one in at_once(first).operations] == [MakeTables]
    assert (at_once(later), at_once(moves_rows)) == (later, moves_rows)
