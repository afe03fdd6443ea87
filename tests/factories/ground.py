"""People who sign in, and what every factory counts and dates by."""

from datetime import UTC, datetime
from itertools import count

from iurc_portal.accounts.models import User

numbers = count(1)
START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya


def make_user(**fields):
    n = next(numbers)
    fields.setdefault("email", f"person{n}@example.org")
    return User.objects.create_user(fields.pop("email"), fields.pop("password", "a-long-password"), **fields)
