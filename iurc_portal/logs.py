"""What the portal writes to its log: never a token, an address of a person or a name (events spec 13.7)."""

import json
import logging
import re

TOKEN_IN_PATH = re.compile(r"(/(?:r|i|j|h|d|s|c|o|q|feeds/me)/)[A-Za-z0-9_-]{16,}")


class MaskTokens(logging.Filter):
    """Replace the secret part of token addresses in every message."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = TOKEN_IN_PATH.sub(r"\1…", message)
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
