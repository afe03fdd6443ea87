"""The ground of the portal: accounts, notifications, translation, time. It knows no app above it."""

from iurc_portal.celery import app as celery_app

__all__ = ["celery_app"]
