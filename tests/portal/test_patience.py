"""How long a server of others asks us to wait, whatever it writes."""

from datetime import UTC, datetime

import pytest

from iurc_portal.patience import retry_after

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", 999999999),
        ("Tue, 03 Mar 2026 08:10:00 GMT", 600),
        ("Tue, 03 Mar 2026 09:10:00 +0100", 600),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
    ],
)
def test_a_number_and_a_date_are_seconds_from_now(text, seconds):
    assert retry_after(text, now=NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "-5", "1.5", "１２０", "²", "\x00", "Tue, 03 Mar 2026 08:10:00 -0000"),
        "9" * 5000,
        "Mon, 01 Jan 2024 00:00:00 +999999999999999999",
        "Mon, 99 Jan 2024 00:00:00 GMT",
        f"Mon, 01 Jan {'9' * 5000} 00:00:00 GMT",
    ],
)
def test_nonsense_tells_no_wait(text):
    assert retry_after(text, now=NOW) is None
