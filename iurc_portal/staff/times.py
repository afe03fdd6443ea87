"""Days and hours as people type them: the fields of every form of staff that asks for a time (events 12.2–12.4).

Which zone a time belongs to is another field's answer; ``iurc_portal.clock`` makes an instant of both.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminSelectWidget

from iurc_portal.clock import after as elapsed
from iurc_portal.clock import fold_of, readings, resolve_wall_clock

LENGTH = re.compile(
    r"\+\s*(?:(?P<hours>\d{1,3})\s*(?:[:.h]|時間)\s*(?P<rest>\d{1,2})?|(?P<minutes>\d{1,5}))\s*(?:m|min|分)?"
)
LONGEST = timedelta(days=14)
YEARS = range(
    1900, 2200
)  # beyond these a zone's clocks are a guess, and the last years of the calendar have no next day


class DayInput(forms.DateInput):
    """The browser's own picker, which speaks the reader's language and works on a phone."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs={"class": " ".join(BASE_INPUT_CLASSES), **(attrs or {})}, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """Hours typed on 24 hours, whatever the browser's habit."""

    def __init__(self, attrs=None):
        own = {"class": " ".join(BASE_INPUT_CLASSES), "inputmode": "numeric", "placeholder": "09:30", "maxlength": 8}
        super().__init__(attrs={**own, **(attrs or {})}, format="%H:%M")


class EndInput(HourInput):
    """Like hours; a keyboard of digits alone would lack the plus sign."""

    def __init__(self, attrs=None):
        words = _("A time, or the length: +90, +1:30.")
        own = {"inputmode": "text", "placeholder": "11:00", "maxlength": 12, "title": words}
        super().__init__({**own, **(attrs or {})})


def _plain(value):
    """Full-width digits and signs as half-width ones, so that a Japanese keyboard is understood."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


class DayField(forms.DateField):
    """A date. Full-width digits are read; a Japanese era is refused with an example, and so is a slip in the year."""

    widget = DayInput
    default_error_messages = {
        "invalid": _("Write the day in the western calendar, for example 2026-03-04."),
        "range": _("Check the year: %(year)s is too far from now."),
    }

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y"], **kwargs)

    def to_python(self, value):
        day = super().to_python(_plain(value))
        if day is not None and day.year not in YEARS:
            raise ValidationError(self.error_messages["range"], code="range", params={"year": day.year})
        return day


class HourField(forms.TimeField):
    """A time on the wall, hours and minutes: 09:30, 9.30, 930 or 9."""

    widget = HourInput
    default_error_messages = {"invalid": _("Write the time on 24 hours, for example 09:30.")}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%H.%M"], **kwargs)

    def to_python(self, value):
        value = _plain(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in {1, 2, 3, 4}:
            hours, minutes = (value, "00") if len(value) <= 2 else (value[:-2], value[-2:])
            value = f"{hours}:{minutes}"
        return super().to_python(value)


class EndField(HourField):
    """When something ends: a time on the wall (a ``time``), or after a plus sign how long it lasts (a ``timedelta``).

    ``+90`` and ``+1:30`` are an hour and a half, elapsed, whatever clocks do in between (12.4).
    """

    widget = EndInput
    default_error_messages = {
        "length": _("Write the length in minutes (+90) or in hours and minutes (+1:30), fourteen days at most."),
    }

    def to_python(self, value):
        if isinstance(value, timedelta):
            return value
        value = _plain(value)
        if not isinstance(value, str) or not value.startswith("+"):
            return super().to_python(value)
        match = LENGTH.fullmatch(value)
        parts = {name: int(text or 0) for name, text in match.groupdict().items()} if match else {}
        length = timedelta(hours=parts.get("hours", 0), minutes=parts.get("minutes", 0) + parts.get("rest", 0))
        if not timedelta() < length <= LONGEST:
            raise ValidationError(self.error_messages["length"], code="length")
        return length


class FoldField(forms.TypedChoiceField):
    """Which of the two times is meant when clocks go back; shown only when the question comes up."""

    def __init__(self, **kwargs):
        choices = [("", "–"), ("0", _("the first time")), ("1", _("the second time"))]
        super().__init__(choices=choices, coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, choices) -> None:
        """Name the two by abbreviation and offset, as ``WallClockError.choices`` has them (12.3)."""
        self.choices = [("", "–"), *((str(fold), words) for fold, words in choices)]


def answered_fold(local: datetime) -> str:
    """The value of a ``FoldField`` for a stored time: "" where there was no question."""
    fold = fold_of(local)
    return "" if fold is None else str(fold)


@dataclass(frozen=True)
class Typed:
    """What somebody typed for one moment: a naive ``wall`` or, for ends, a ``length``; ``fold`` answers 12.3.

    Where the hour was left out and may be, ``wall`` is the day alone, at midnight, and ``is_day`` says so.
    """

    wall: datetime | None
    fold: int | None = None
    length: timedelta | None = None
    is_day: bool = False

    def instant(self, tzid: str, *, after: datetime | None = None) -> datetime:
        """The aware moment on the clocks of ``tzid``; a length counts from ``after``. Raises ``WallClockError``."""
        if self.wall is None:
            return elapsed(after, self.length, tzid)
        return resolve_wall_clock(self.wall, tzid, fold=self.fold)


def days_typed(first: Typed, last: Typed | None) -> tuple[date, date]:
    """The whole days that were typed, hours aside; without a last one the first alone."""
    days = [typed.wall.date() for typed in (first, last) if typed is not None and typed.wall is not None]
    return days[0], days[-1]


class WallClockWidget(forms.MultiWidget):
    """Day, hour and, once the question has come up, which of two equal times is meant."""

    template_name = "admin/widgets/wall_clock.html"

    def __init__(self, hour=HourInput):
        self.asks_fold = False
        super().__init__(
            [
                DayInput(),
                hour(),
                UnfoldAdminSelectWidget(),
            ]
        )

    def decompress(self, value):
        if not isinstance(value, datetime):  # a day alone, nothing, or nonsense in an address
            return [value if isinstance(value, date) else None, None, None]
        return [value.date(), value.time(), answered_fold(value) if value.tzinfo else ""]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if not self.asks_fold:
            context["widget"]["subwidgets"] = context["widget"]["subwidgets"][:2]
        return context


class WallClockField(forms.MultiValueField):
    """A moment as clocks show it: a ``Typed``, or None when nothing is written. ``may_be_length`` is for ends.

    With ``may_be_day`` the hour may be left out: the form then says whether a day alone is enough.
    """

    default_error_messages = {
        "day": _("Write the day too."),
        "hour": _("Write the hour too."),
    }

    def __init__(self, *, may_be_length: bool = False, may_be_day: bool = False, **kwargs):
        self.may_be_length = may_be_length
        self.may_be_day = may_be_day
        hour = EndField if may_be_length else HourField
        super().__init__(
            fields=[DayField(required=False), hour(required=False), FoldField()],
            widget=WallClockWidget(hour.widget),
            require_all_fields=False,
            **kwargs,
        )
        for widget, word in zip(self.widget.widgets, (_("day"), _("hour"), _("which of the two")), strict=True):
            widget.attrs["aria-label"] = format_lazy("{field}: {word}", field=self.label or "", word=word)

    def ask(self, choices) -> None:
        """Show the question of a fold, with the two answers."""
        self.fields[2].offer(choices)
        self.widget.widgets[2].choices = self.fields[2].choices
        self.widget.asks_fold = True

    def ask_if_doubled(self, local: datetime) -> None:
        """Show the question where an aware time is one of two, so that saving does not lose the answer."""
        if fold_of(local) is not None:
            self.ask(readings(local))

    def compress(self, data_list):
        day, hour, fold = [*data_list, None, None, None][:3]
        if isinstance(hour, timedelta):
            return Typed(None, length=hour)
        if day is None and hour is None:
            return None
        if day is None:
            raise ValidationError(self.error_messages["day"], code="day")
        if hour is None and self.may_be_day:
            return Typed(datetime.combine(day, time.min), is_day=True)
        if not isinstance(hour, time):
            raise ValidationError(self.error_messages["hour"], code="hour")
        return Typed(datetime.combine(day, hour), fold=fold)

    def has_changed(self, initial, data):
        """Compared as text: what a fold was answered counts only where it was asked."""
        shown = self.widget.decompress(initial)
        return any(
            field.has_changed(before, after)
            for field, before, after in zip(self.fields[:2], shown, data or [None, None], strict=False)
        ) or (self.widget.asks_fold and str(shown[2] or "") != str((data or [None] * 3)[2] or ""))
