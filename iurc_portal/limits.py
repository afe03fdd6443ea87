"""How often somebody may do something: counters in the shared cache, under salted digests (events spec 13.7, 16.4)."""

import ipaddress
import logging
import math
import time
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

log = logging.getLogger(__name__)


def allow(act: str, who: str, *, times: int, within: timedelta) -> bool:
    """Count one more ``act`` by ``who`` and say whether it is within ``times`` in ``within``.

    Spans follow the clock, whoever comes when: some caches forget at each count how long they were to keep it, and a
    steady visitor would never be let in again. The cache keeps a digest, never an address. If it is away people are
    let pass and the log says so.
    """
    if not settings.RATE_LIMITS:
        return True
    span = int(time.time() // within.total_seconds())
    key = f"limit:{act}:{span}:{salted_hmac('iurc_portal.limits', who, algorithm='sha256').hexdigest()}"
    try:
        if cache.add(key, 1, timeout=int(within.total_seconds())):
            return True
        return cache.incr(key) <= times
    except ValueError:  # the counter ran out between the two calls
        return True
    except Exception:  # any cache's any trouble: registering matters more than counting
        log.exception("the cache does not count; limits are not kept")
        return True


def seconds_left(within: timedelta) -> int:
    """How long the present span of ``within`` still lasts, in whole seconds, at least one."""
    length = within.total_seconds()
    return max(1, math.ceil(length - time.time() % length))


def network_of(request) -> str:
    """The visitor's address, for IPv6 its /64, seen through as many proxies as ``TRUSTED_PROXIES`` says."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(forwarded) >= settings.TRUSTED_PROXIES:
            address = forwarded[-settings.TRUSTED_PROXIES]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
