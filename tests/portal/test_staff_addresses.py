"""What an address of the workplace names."""

import pytest

from iurc_portal.staff.addresses import key_in


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7", 7),
        ("007", 7),
        ("", 0),
        (None, 0),
        ("-7", 0),
        ("7 ", 0),
        ("²", 0),
        ("７", 0),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, 0),
    ],
)
def test_only_plain_digits_that_a_key_may_have_name_a_record(text, key):
    assert key_in(text) == key
