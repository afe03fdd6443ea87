"""What a page showed when somebody decided about it: a form sends the digest back, so that nobody decides unseen."""

import hashlib
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def digest_of(facts: Any) -> str:
    """The same for the same facts, whatever the order of their names. ``facts`` are what JSON takes."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def refuse_changed(shown: str, digest: str) -> None:
    """Raises ``ValidationError`` (``outdated``) where ``digest``, of what stands there now, is not what was shown.

    Under the lock of what is decided, before anything is done.
    """
    if shown != digest:
        raise ValidationError(_("This has changed since the page was opened: look again, then decide."), "outdated")
