"""The portal as production runs it, plus the bare reference views. Only the benchmark uses this."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark-0123456789-0123456789")

from iurc_portal.settings import *  # noqa: F403
from iurc_portal.settings import INSTALLED_APPS, LOGGING, VAR_DIR

INSTALLED_APPS += ["tests.bench"]  # the tables of the reference
ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
STATIC_ROOT = VAR_DIR / "bench" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING["root"]["level"] = "ERROR"
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}  # refusals of a rush are counted, not listed
