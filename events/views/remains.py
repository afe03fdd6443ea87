"""What only participants find once an event is over, opened from their own page and from the way in (spec 8.3).

The address of what opens stands on no page: it leaves the server when somebody who had a place asks for it.
"""

from django.http import Http404
from django.views.decorators.http import require_safe

from events import afterwards
from events.models import AccessToken
from events.views.own import join_token_page, token_page


@require_safe
@token_page
def of_own_page(request, *, token, clear, now, item):
    return _open(token, clear, item, now=now)


@require_safe
@join_token_page
def of_way_in(request, *, token, clear, now, item):
    return _open(token, clear, item, now=now)


def _open(token: AccessToken, clear: str, item: str, *, now):
    """Look at token and registration anew, then open. What is not there, or no longer, does not exist."""
    may = token.purpose in {AccessToken.Purpose.MANAGE, AccessToken.Purpose.JOIN} and not token.is_expired(now=now)
    links = afterwards.links_for(afterwards.Reader(token.registration, clear, now)) if may else []
    link = next((link for link in links if link.key == item and link.opens), None)
    if link is None:
        raise Http404("nothing of this name for this person")
    return link.opens()
