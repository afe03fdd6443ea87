"""The portal's own settings with what only a test wants: cheap passwords, no files outside a temporary folder."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789")

from iurc_portal.settings import *  # noqa: F403
from iurc_portal.settings import CACHES, DATABASES, LOGGING, REDIS_URL, STORAGES

TEST_DIR = Path(tempfile.mkdtemp(prefix="iurc-tests-"))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = TEST_DIR / "media"
EMAIL_FILE_PATH = TEST_DIR / "mail"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
if REDIS_URL:
    # Tests empty the cache, and with it the whole database of Redis: each process of pytest-xdist has one of its own,
    # and REDIS_URL itself is left to the brokers of tests/faults, whose tasks would be gone.
    redis = urlsplit(REDIS_URL)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    number = (int(redis.path.strip("/") or 0) + 1 + worker % 15) % 16
    for cache in CACHES.values():
        cache["LOCATION"] = redis._replace(path=f"/{number}").geturl()
else:
    CACHES = {name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in CACHES}
KEEP_PAGES = False  # most tests run in a transaction that is never committed; tests/pages/test_kept.py keeps
DATABASES["default"].pop("CONN_MAX_AGE", None)
LOGGING["root"]["level"] = "ERROR"
SECURE_SSL_REDIRECT = False
