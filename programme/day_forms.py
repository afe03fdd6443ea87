"""What is typed on the day of a visit: how late it runs, who was there."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.languages import Spoken
from iurc_portal.translation.times import clock
from programme.models import Attendance, Delegate
from programme.models.versions import MOST_MINUTES


class DelayForm(forms.Form):
    """From which of today's items on, and by how many minutes."""

    item = forms.TypedChoiceField(label=_("From"), coerce=int)
    minutes = forms.IntegerField(
        label=_("Minutes late"),
        min_value=-MOST_MINUTES,
        max_value=MOST_MINUTES,
        help_text=_("Below zero: earlier than planned. Zero: on time again."),
        widget=forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"}),
    )

    def __init__(self, *args, slots=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [
            (slot.item.pk, f"{clock(slot.host.start)} {Spoken.of(slot.event, 'name')}") for slot in slots
        ]


class AttendanceForm:
    """One item's list as the page posts it: ``item`` and a state for each ``delegate-<number>``.

    ``rest`` is the state of all who are not ticked, when its button was pressed; without it they stay unticked.
    Whatever is no number is left out; whether item and people belong to the visit is the service's question.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        item: int = 0,
        delegates: Iterable[Delegate] = (),
        states: Mapping[int, str] | None = None,
    ):
        self.item = item or _number((data or {}).get("item", ""))
        self.delegates = [(delegate, (states or {}).get(delegate.pk, "")) for delegate in delegates]
        rest = (data or {}).get("rest", "")
        self.states = {
            _number(name.removeprefix("delegate-")): value or rest
            for name, value in (data or {}).items()
            if name.startswith("delegate-") and _number(name.removeprefix("delegate-"))
        }

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [*((value, str(label)) for value, label in Attendance.State.choices), ("", str(_("not ticked")))]

    @property
    def counted(self) -> int:
        """How many were there, at least for a part."""
        return sum(state in {Attendance.State.PRESENT, Attendance.State.PART} for _delegate, state in self.delegates)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
