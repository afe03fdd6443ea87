"""Django's ``migrate``, which makes the tables of first migrations at once (``iurc_portal.first_tables``)."""

from unittest.mock import patch

from django.core.management.commands import migrate

from iurc_portal.first_tables import FirstTablesExecutor


class Command(migrate.Command):
    """Django's command makes its executor by name and has no setting for another: the name is lent to ours."""

    def handle(self, *args, **options):
        with patch.object(migrate, "MigrationExecutor", FirstTablesExecutor):
            return super().handle(*args, **options)
