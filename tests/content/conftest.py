import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from iurc_portal.content import engine

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Folder:
    """A copy of the content that a test may spoil."""

    def __init__(self, path: Path):
        self.path = path

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text
        (self.path / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def load(self, **options) -> engine.Report:
        return engine.load(self.path, now=NOW, **options)


@pytest.fixture
def folder(tmp_path):
    return Folder(Path(shutil.copytree(settings.BASE_DIR / "content", tmp_path / "content")))


@pytest.fixture(scope="module")
def whole_content(django_db_setup, django_db_blocker):
    """The content, loaded once for all tests of a module: each sees it as if it were its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        engine.load(settings.BASE_DIR / "content", now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def whole_demonstration(whole_content, django_db_blocker):
    """The demonstration beside the content, made once for all tests of a module in the same way."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            call_command("load_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def files():
    """The files as any YAML reader sees them, dates as texts."""
    return {
        path.name: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 – builds plain texts only
        for path in (settings.BASE_DIR / "content").glob("*.yaml")
    }
