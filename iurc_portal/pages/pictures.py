"""Uploaded pictures, for `make run` and for a production without a web server of its own in front.

The address takes nothing but names that ``iurc_portal.pictures`` gives: no other file of MEDIA_ROOT is ever served.
"""

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

A_YEAR = 365 * 24 * 3600


@require_safe
def picture(request, path: str) -> HttpResponse:
    """One picture. Its name is never used twice, so browsers may keep it."""
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response
