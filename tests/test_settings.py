"""Settings come from the environment; a value that cannot be used is refused by its name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from iurc_portal.environment import Environment

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DEMO", "2"),
        ("DATABASE_URL", "mysql://root@localhost/portal"),
        ("REDIS_URL", "http://localhost:6379"),
        ("SITE_URL", "portal.example"),
        ("SITE_URL", "https://portal.example/path"),
        ("ICS_DOMAIN", "portal example"),
        ("TRUSTED_PROXIES", "two"),
        ("RATE_LIMITS", "sometimes"),
        ("LOG_FORMAT", "xml"),
        ("MEDIA_ROOT", "media"),
        ("FEED_ALLOWED_NETWORKS", "localhost"),
        ("MAIL_SERVICE", "pigeon"),
        ("FIELD_KEY", "too-short"),
        ("FIELD_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,second"),
        ("MAIL_WEBHOOK_SECRET", "no-user-and-no-colon-but-long-enough"),
        ("MAIL_WEBHOOK_SECRET", "mail:short"),
        ("REPLY_MAILBOX_URL", "imaps://mail.example/INBOX"),
        ("REPLY_MAILBOX_URL", "https://user:secret@mail.example"),
    ],
)
def test_a_bad_value_stops_the_portal_and_names_the_setting(name, value):
    environment = {"SECRET_KEY": "x" * 50, "PATH": "/usr/bin:/bin", name: value}

    ended = subprocess.run(
        [sys.executable, "-c", "import iurc_portal.settings"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {name}: ")


def test_a_refusal_does_not_tell_the_value():
    with pytest.raises(ImproperlyConfigured) as refusal:
        Environment({"DATABASE_URL": "mysql://root:hunter2@localhost/portal"}).database("DATABASE_URL", "sqlite:///x")

    assert "hunter2" not in str(refusal.value)


def test_without_a_secret_key_only_a_demonstration_starts():
    ended = subprocess.run(
        [sys.executable, "-c", "import iurc_portal.settings"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "SECRET_KEY: set it in the environment" in ended.stderr


def test_the_example_lists_every_setting_and_no_other():
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "iurc_portal/settings.py").read_text()))
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed == read


@pytest.mark.parametrize(
    ("base", "number", "expected"), [(9, 0, 10), (9, 1, 11), (9, 14, 8), (9, 15, 10), (15, 0, 0), (0, 6, 7)]
)
def test_no_process_of_the_tests_empties_a_cache_where_tasks_wait(base, number, expected):
    program = "from tests.settings import CACHES; print(*{cache['LOCATION'] for cache in CACHES.values()})"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "REDIS_URL": f"redis://127.0.0.1:6379/{base}",
            "PYTEST_XDIST_WORKER": f"gw{number}",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.strip() == f"redis://127.0.0.1:6379/{expected}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", "-c jit=off"), ("?options=-c%20statement_timeout%3D9s", "-c jit=off -c statement_timeout=9s")],
)
def test_postgresql_compiles_no_statement_and_other_options_of_its_address_are_kept(query, expected):
    program = "from iurc_portal.settings import DATABASES; print(DATABASES['default']['OPTIONS']['options'])"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "SECRET_KEY": "x" * 50,
            "DATABASE_URL": f"postgres://portal@127.0.0.1:5432/portal{query}",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.strip() == expected
