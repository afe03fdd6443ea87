"""The form of a calendar for one device."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.forms import LineField
from events.models import FeedToken

MONTH, YEAR = "31", "365"


class FeedForm(forms.Form):
    """A name that tells devices apart, an alarm if wanted (7.8), and how long the address is to work."""

    name = LineField(
        label=pgettext_lazy("calendar address", "Device"),
        max_length=60,
        help_text=_("For example: telephone, office computer."),
    )
    alarm = forms.TypedChoiceField(
        label=_("Alarm"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", pgettext_lazy("alarm", "none"))],
    )
    lasts = forms.ChoiceField(
        label=_("How long it works"),
        required=False,
        choices=[
            ("", _("until I switch it off")),
            (YEAR, pgettext_lazy("calendar address", "one year")),
            (MONTH, pgettext_lazy("calendar address", "one month")),
        ],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["alarm"].choices = [*self.fields["alarm"].choices, *FeedToken.Alarm.choices]

    def facts(self, *, now: datetime) -> dict:
        """What the service keeps of it."""
        days = self.cleaned_data["lasts"]
        return {
            "name": self.cleaned_data["name"],
            "alarm": self.cleaned_data["alarm"],
            "expires_at": now + timedelta(days=int(days)) if days else None,
        }
