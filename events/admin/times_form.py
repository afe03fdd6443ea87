"""When something happens, asked alone: for copies and for the later dates of a series (12.2–12.4, 12.8)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from events.admin.forms import ANCHORS
from iurc_portal.clock import day_bounds
from iurc_portal.staff.times import WallClockField, days_typed

ENDS_EARLY = _("The event ends before it starts: set an end after the start.")


class TimesForm(forms.Form):
    """From when to when, on the clock of which city; or whole days, for which hours are left out.

    ``cleaned_data["bounds"]`` are the two instants, on the clock of ``anchor``.
    """

    anchor = forms.ChoiceField(label=_("Clock of"), choices=ANCHORS, widget=UnfoldAdminSelectWidget())
    all_day = forms.BooleanField(label=_("all day"), required=False, widget=UnfoldBooleanWidget())
    starts = WallClockField(label=_("Start"), may_be_day=True)
    ends = WallClockField(
        label=_("End"),
        may_be_length=True,
        may_be_day=True,
        required=False,
        help_text=_("A day and a time, or the length alone: +90, +1:30. Of whole days: the last one."),
    )

    @staticmethod
    def times_of(event, *, later: timedelta = timedelta()) -> dict:
        """The values for ``event``, or for one so much ``later`` on the wall."""
        when, zone = event.when, ZoneInfo(event.tzid)
        walls: list[date] = [when.start.astimezone(zone), when.end.astimezone(zone)]
        if when.all_day:
            walls = [when.first_day, when.last_day]
        return {"anchor": event.tzid, "all_day": when.all_day, "starts": walls[0] + later, "ends": walls[1] + later}

    def clean(self):
        data = super().clean()
        if data.get("anchor") and data.get("starts") and not {"starts", "ends"} & set(self.errors):
            bounds = self._days(data) if data["all_day"] else self._hours(data)
            if bounds is not None and bounds[1].timestamp() <= bounds[0].timestamp():
                self.add_error("ends", ValidationError(ENDS_EARLY, code="ends_before"))
            elif bounds is not None:
                data["bounds"] = tuple(instant.astimezone(ZoneInfo(data["anchor"])) for instant in bounds)
        return data

    def walls(self) -> tuple[datetime, timedelta]:
        """The start as the anchor's wall shows it, naive, and the length there: what a rule is made of."""
        start, end = (instant.replace(tzinfo=None, fold=0) for instant in self.cleaned_data["bounds"])
        return start, end - start

    @staticmethod
    def _days(data) -> tuple[datetime, datetime]:
        return day_bounds(*days_typed(data["starts"], data.get("ends")), data["anchor"])

    def _hours(self, data) -> tuple[datetime, datetime] | None:
        """Both instants; None where a field shows what is wrong with one."""
        found: list[datetime] = []
        for name in ("starts", "ends"):
            typed, field = data.get(name), self.fields[name]
            if typed is None or typed.is_day:
                code = "required" if typed is None else "hour"
                self.add_error(name, ValidationError(field.error_messages[code], code=code))
                return None
            try:
                found.append(typed.instant(data["anchor"], after=found[0] if found else None))
            except ValidationError as error:
                self.add_error(name, error)
                if getattr(error, "choices", ()):
                    field.ask(error.choices)
                return None
        return found[0], found[1]
