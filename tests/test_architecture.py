"""Imports and foreign keys follow the arrows: iurc_portal ← ecosystem ← events ← programme."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from tests.conftest import BEGUN_FIRST

ROOT = Path(__file__).resolve().parent.parent
ORDER = ["iurc_portal", "ecosystem", "events", "programme"]
COMPOSITION_ROOT = {"iurc_portal/urls.py", "iurc_portal/settings.py", "iurc_portal/celery.py"}


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


@pytest.mark.parametrize("app", ORDER)
def test_no_module_imports_an_app_above_its_own(app):
    above = set(ORDER[ORDER.index(app) + 1 :])
    files = [path for path in (ROOT / app).rglob("*.py") if str(path.relative_to(ROOT)) not in COMPOSITION_ROOT]

    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in files
        for name in imports_of(path)
        if name.split(".")[0] in above
    ]

    assert files
    assert wrong == []


def test_no_foreign_key_points_upwards():
    def layer(model):
        return ORDER.index(model.__module__.split(".")[0])

    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in ORDER]

    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model in ours
        and layer(field.related_model) > layer(model)
    ]

    assert len(ours) > 20
    assert wrong == []


def test_the_files_of_tests_that_are_begun_first_are_there():
    assert [file for file in BEGUN_FIRST if not (ROOT / file).is_file()] == []


def test_nothing_else_waits_for_a_commit_in_a_way_of_its_own():
    files = [path for app in ORDER for path in (ROOT / app).rglob("*.py")]

    with_own_way = [str(path.relative_to(ROOT)) for path in files if "on_commit(" in path.read_text(encoding="utf-8")]

    assert with_own_way == ["iurc_portal/database.py"]
