"""The door of the API: its addresses and libraries (12 MB a process) are read at the first request to it."""

from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # what is behind reads nothing but the address
def enter(request, rest: str):
    """Answer ``/api/v1/<rest>``, where ``rest`` is empty or ends with a slash, by the addresses of ``api/urls.py``."""
    found = resolve(f"/{rest}", "iurc_portal.api.urls")
    return found.func(request, *found.args, **found.kwargs)
