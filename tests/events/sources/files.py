"""Calendars of partners, for tests."""


def vevent(uid="one@partner.example", *, start="20260320T090000Z", end="20260320T100000Z", name="Meeting", more=()):
    """One VEVENT. ``start`` and ``end`` are values, or whole properties where they begin with a semicolon."""
    lines = ["BEGIN:VEVENT"]
    lines += [f"UID:{uid}"] if uid else []
    lines.append("DTSTAMP:20260101T000000Z")
    lines += [
        f"{prop}{'' if value.startswith(';') else ':'}{value}"
        for prop, value in (("DTSTART", start), ("DTEND", end))
        if value
    ]
    lines += [f"SUMMARY:{name}"] if name else []
    return "\r\n".join([*lines, *more, "END:VEVENT", ""])


def vcalendar(*components, header=()):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Partner//EN", *header]
    return ("\r\n".join(lines) + "\r\n" + "".join(components) + "END:VCALENDAR\r\n").encode()
