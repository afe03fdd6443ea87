"""Sixty answers a minute to one address (ecosystem spec 5), counted by the portal's own limits."""

from datetime import timedelta

from rest_framework.throttling import BaseThrottle

from iurc_portal.limits import allow, network_of, seconds_left

TIMES = 60
WITHIN = timedelta(minutes=1)


class PerAddress(BaseThrottle):
    """``RATE_LIMITS`` off switches it off."""

    def allow_request(self, request, view):
        return allow("api", network_of(request), times=TIMES, within=WITHIN)

    def wait(self):
        return seconds_left(WITHIN)
