"""Which addresses the portal may call on a person's word (events spec 10.1, 10.2): against request forgery.

A name is resolved once, every address it has is judged, and the caller connects to a judged address: a name that
changes its mind between look and call gains nothing.
``allowed`` names networks that a trial opens in spite of the rule.
"""

import ipaddress
import socket
from collections.abc import Iterable

NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):
    """The address is not called. ``reason``: ``unknown-name`` (nothing by that name) or ``not-public``."""

    def __init__(self, reason: str, host: str):
        super().__init__(f"{host}: {reason}")
        self.reason = reason
        self.host = host


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 form stands for (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address.sixtofour:
            return address.sixtofour
        if address.teredo:
            return address.teredo[1]
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(text: str) -> bool:
    """Whether anybody on the internet could be there: not private, shared, local, multicast or kept back."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address in NAT64_LOCAL:
        return False
    inner = _inner(address)
    if isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local:  # fec0::/10, which Python calls global
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def may_be_called(text: str, allowed: Iterable[str] = ()) -> bool:
    return is_public(text) or within(text, allowed)


def addresses(host: str, port: int, *, allowed: Iterable[str] = ()) -> list[str]:
    """All addresses of ``host``, each of which may be called. Raises ``Refused`` if there is none or one may not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("unknown-name", host) from error
    unique = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not unique:
        raise Refused("unknown-name", host)
    allowed = tuple(allowed)
    if not all(may_be_called(address, allowed) for address in unique):
        raise Refused("not-public", host)
    return unique


def within(text: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of ``networks``."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in ipaddress.ip_network(network) for network in networks)
