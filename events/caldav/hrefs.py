"""One spelling for an address within a server."""

from urllib.parse import quote, unquote, urlsplit

SAFE = "/!$&'()*+,;=:@~-._"


def href_of(text: str) -> str:
    """Path only, escaped alike however a server does it."""
    return quote(unquote(urlsplit(text.strip()).path), safe=SAFE)
