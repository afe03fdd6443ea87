"""Is the portal alive, and is it ready to serve? For the process manager and the load balancer."""

import os
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from iurc_portal.celery import app
from iurc_portal.notifications.models import Heartbeat

SWEEP_IS_LATE = timedelta(minutes=10)
NO_ANSWER = "does not answer"
NOT_YET = "not yet"


@never_cache
@require_safe
def alive(request):
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request):
    """200 when everything answers, else 503; the body says "ok" or what is wrong of each part.

    A sweep that is late means that reminders do not leave; one that never ran, as on the first start, is no fault.
    """
    parts = {"database": _database(), "broker": _broker(), "sweep": _sweep()}
    return JsonResponse(parts, status=200 if set(parts.values()) <= {"ok", NOT_YET} else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the driver calls it, the answer is the same
        return NO_ANSWER
    return "ok"


def _broker() -> str:
    """Ask Redis, or see that the folder of the embedded broker can be written to."""
    if not settings.REDIS_URL:
        folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
        return "ok" if not folder.exists() or os.access(folder, os.W_OK) else "its folder cannot be written to"
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return NO_ANSWER
    return "ok"


def _sweep() -> str:
    try:
        beat = Heartbeat.objects.filter(name="sweep_outbox").first()
    except DatabaseError:
        return "unknown"
    if beat is None or beat.last_success_at is None:
        return NOT_YET
    if timezone.now() - beat.last_success_at > SWEEP_IS_LATE:
        return f"late: last done at {beat.last_success_at.isoformat()}"
    return "ok"
