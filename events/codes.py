"""Short codes that people read, type and scan: for the door, for lists of a provider, for certificates.

Letters are those of Crockford's base 32, without I, L, O and U, so that a code survives being read aloud or printed.
"""

import base64
import secrets
import unicodedata

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from events.models import Registration

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CERTIFICATE_LENGTH = 12  # 60 bits
_TO_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", LETTERS)
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": "", "‐": "", "−": "", "ー": ""})


def code_of(registration_id: int, *, secret: str | None = None) -> str:
    """The code of a registration: on its QR, and its number in lists that go to the room's provider.

    It is derived, not stored, tells nothing of the row, and opens nothing: only staff can do something with it.
    """
    digest = salted_hmac("events.codes", str(registration_id), secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().translate(_TO_CROCKFORD)


def ids_by_code(event) -> dict[str, int]:
    """The confirmed registrations of ``event`` by their codes, former secrets included: printed codes live on."""
    ids = list(event.registrations.confirmed().values_list("pk", flat=True))
    secrets_known = [*reversed(settings.SECRET_KEY_FALLBACKS), settings.SECRET_KEY]
    return {code_of(pk, secret=secret): pk for secret in secrets_known for pk in ids}


def registration_behind(event, code: str) -> Registration | None:
    """The confirmed registration of ``event`` that bears ``code``, or None."""
    wanted = normal(code)
    for known, pk in ids_by_code(event).items():
        if constant_time_compare(known, wanted):
            return event.registrations.get(pk=pk)
    return None


def new_certificate_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CERTIFICATE_LENGTH))


def normal(code: str) -> str:
    """A typed code as it is stored: upper case, half width, without hyphens, misread letters put right."""
    return unicodedata.normalize("NFKC", code).upper().strip().translate(_MISREAD)


def in_groups(code: str) -> str:
    """``AB12-CD34-EF56``: as people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
