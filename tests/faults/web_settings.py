"""The portal as it serves visitors, several web processes on one database, with ``mail_settings`` for the rest.

Each visitor comes from an address of their own, told by a proxy that is trusted: limits are kept as in production.
"""

import os

os.environ.setdefault("TRUSTED_PROXIES", "1")

from tests.faults.mail_settings import *  # noqa: F403
from tests.faults.mail_settings import DATABASES, STORAGES

if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)  # as the portal's own settings say
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
