"""The portal with real workers, a real broker and a real mail server, in a folder of their own.

``FAULTS_DIR`` is that folder, ``FAULTS_NAME`` the prefix in Redis, ``SMTP_PORT`` the port of the mail server and
``SMTP_TIMEOUT`` our patience with it in seconds. For ``tests.faults`` and ``tests.bench.letters``.
"""

import os
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-the-faults-0123456789-0123456789-0123456789")
FAULTS_DIR = Path(os.environ["FAULTS_DIR"])
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FAULTS_DIR / 'portal.sqlite3'}")

from iurc_portal.settings import *  # noqa: E402, F403
from iurc_portal.settings import DATABASES, LOGGING, REDIS_URL  # noqa: E402

if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{os.environ.get('FAULTS_NAME', '')}:"}
else:
    for name in ("queue", "control"):
        (FAULTS_DIR / name).mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": FAULTS_DIR / "queue",
        "data_folder_out": FAULTS_DIR / "queue",
        "control_folder": FAULTS_DIR / "control",
        "polling_interval": 0.05,
    }
CELERY_IMPORTS = ("tests.notifications.kinds",)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ.get("SMTP_PORT", "25"))
EMAIL_USE_TLS = EMAIL_USE_SSL = False
EMAIL_HOST_USER = EMAIL_HOST_PASSWORD = ""
EMAIL_TIMEOUT = float(os.environ.get("SMTP_TIMEOUT", "10"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHES["pages"] = CACHES["default"]
DATABASES["default"].pop("CONN_MAX_AGE", None)
LOGGING["root"]["level"] = "CRITICAL"
