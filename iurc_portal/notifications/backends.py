"""Mail for the embedded default: each letter is kept as an ``.eml`` file that any mail program opens."""

import re
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class EmlFolderBackend(BaseEmailBackend):
    """Write each letter to ``EMAIL_FILE_PATH`` as one complete RFC 5322 file.

    The file appears under its final name only when it is whole, so that whoever watches the folder never reads half
    a letter. Raises ``OSError`` when the folder cannot be written, which the outbox treats as a temporary failure.
    """

    def send_messages(self, email_messages):
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            stamp = timezone.now().strftime("%Y%m%dT%H%M%S%f")
            recipient = re.sub(r"[^A-Za-z0-9@.+-]", "_", email.to[0] if email.to else "nobody")[:120]
            final = folder / f"{stamp}-{recipient}.eml"
            draft = final.with_suffix(".part")
            draft.write_bytes(email.message().as_bytes(linesep="\r\n"))
            draft.rename(final)
        return len(email_messages)
