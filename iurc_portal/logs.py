"""What the portal writes to its log: never a token, an address of a person or a name (events spec 13.7)."""

import json
import logging
import re

# What opens something by being known: mailed links, personal calendars, codes, keys of sign-up and of new passwords.
TOKEN_IN_PATH = re.compile(
    r"(/(?:r|i|j|h|d|s|c|o|p|q|feeds/me|certificates|check-in/[0-9a-f-]{36}|confirm-email|password/reset/key)/)"
    r"[A-Za-z0-9_:-]{10,}"
)
ADDRESS = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")


class MaskTokens(logging.Filter):
    """Replace the secret part of token addresses, and e-mail addresses, in every message."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = ADDRESS.sub("…@…", TOKEN_IN_PATH.sub(r"\1…", message))
        if masked != message:
            record.msg, record.args = masked, ()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, exception if any."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
