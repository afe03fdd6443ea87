"""The forms of the day itself: the room, and the list of the provider."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminURLInputWidget,
)

from ecosystem.imports.files import ENCODINGS, check_size
from events.models import Event
from iurc_portal.clock import ZONES, PartnerSide

ROOM_FIELDS = ["join_url", "phone_access"]
FIELDS = [*ROOM_FIELDS, "join_window", "attended_minutes", "attended_share"]


class RoomForm(forms.ModelForm):
    """The way in and what counts as present. The room itself only for who may see it (8.1)."""

    join_url = forms.URLField(
        label=_("address of the room"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget(),
        help_text=_("It is shown nowhere: people reach it by the button of their own page."),
    )

    class Meta:
        model = Event
        fields = FIELDS
        widgets = {
            "phone_access": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "join_window": UnfoldAdminIntegerFieldWidget(),
            "attended_minutes": UnfoldAdminIntegerFieldWidget(),
            "attended_share": UnfoldAdminIntegerFieldWidget(),
        }

    def __init__(self, *args, may_see_room: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_see_room:
            for name in ROOM_FIELDS:
                del self.fields[name]

    def clean_join_url(self):
        url = self.cleaned_data["join_url"]
        if url and not url.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://."), code="https")
        return url


class PresenceFileForm(forms.Form):
    """The list of those present, as the provider of the room gives it."""

    file = forms.FileField(
        label=_("List of those present"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=_("CSV or XLSX, as the provider gives it: a name or e-mail, when each came and left."),
    )
    tzid = forms.ChoiceField(
        label=_("Its hours are those of"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Providers write the hours of whoever downloads the list."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of a CSV"),
        choices=[("", _("recognise it")), *ENCODINGS.items()],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        zones = {zone.key: PartnerSide(side).label for side, zone in ZONES.items()} | {"UTC": "UTC"}
        zones.setdefault(event.tzid, event.tzid)
        self.fields["tzid"].choices = list(zones.items())
        self.initial.setdefault("tzid", event.tzid)

    def clean_file(self):
        check_size(self.cleaned_data["file"].size)
        return self.cleaned_data["file"]
