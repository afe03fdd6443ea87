"""The Celery application. Its schedule stands in settings, its tasks in each app's ``tasks.py``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iurc_portal.settings")

app = Celery("iurc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
