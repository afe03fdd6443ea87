"""What staff type to connect a calendar: where it is, and what goes there."""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from ecosystem.models import City
from events.models import RemoteCalendar
from events.services.calendars.changing import Settings
from iurc_portal.translation.languages import Language

GOOGLE = {"gmail.com", "googlemail.com"}
MICROSOFT = {"outlook.com", "outlook.it", "hotmail.com", "hotmail.it", "live.com", "live.it", "msn.com"}
MICROSOFT_HOSTS = ("outlook.office.com", "outlook.office365.com", "outlook.live.com")


def address_of(text: str) -> str:
    """The https address meant by what somebody typed: an address, a host, or an e-mail address (its server).

    Raises ``ValidationError``, also for services that are known to work otherwise.
    """
    text = text.strip()
    host = text.rpartition("@")[2].lower() if "@" in text and "/" not in text else ""
    if host:
        validate_email(text)
        _refuse_known(host)
        return f"https://{host}/"
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("https", "http") and parts.hostname and not parts.username
    except ValueError:
        usable = False
    if not usable:
        words = _("Write the address of the server, such as https://calendar.example.org, or your e-mail address.")
        raise ValidationError(words, code="invalid")
    _refuse_known((parts.hostname or "").lower())
    return address


def _refuse_known(host: str) -> None:
    if host in MICROSOFT or host in MICROSOFT_HOSTS:
        words = _(
            "Microsoft 365 and Outlook do not speak CalDAV. Subscribe there to an address of “All calendars”: "
            "the events arrive, but cannot be changed there."
        )
        raise ValidationError(words, code="microsoft")
    if host in GOOGLE or host == "calendar.google.com":
        words = _("Google takes no password here: use “Google Calendar”, if this portal offers it.")
        raise ValidationError(words, code="google")


class ServerForm(forms.Form):
    """The first step: nothing of it is stored before the server has answered."""

    address = forms.CharField(
        label=_("address of the server, or your e-mail address"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "url", "spellcheck": "false"}),
        help_text=_("You find it in the help of your calendar under “CalDAV”."),
    )
    username = forms.CharField(
        label=_("user name"),
        max_length=254,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Often the e-mail address."),
    )
    password = forms.CharField(
        label=_("app password"),
        max_length=500,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted, and nobody can read it here afterwards."),
    )

    def clean(self):
        data = super().clean()
        typed = data.get("address", "").strip()
        if typed and not data.get("username"):
            if "@" in typed and "/" not in typed:
                data["username"] = typed
            else:
                self.add_error("username", ValidationError(_("Write the user name."), code="required"))
        if typed:
            try:
                data["address"] = address_of(typed)
            except ValidationError as error:
                self.add_error("address", error)
        return data


class AccountForm(forms.Form):
    """Whose calendars at Google."""

    account = forms.EmailField(
        label=_("Google address"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email"}),
        help_text=_("The address with which you sign in at Google."),
    )


class PasswordForm(forms.Form):
    username = forms.CharField(
        label=_("user name"), max_length=254, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("new app password"),
        max_length=500,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted, and nobody can read it here afterwards."),
    )


class WhatGoesForm(forms.Form):
    """What goes into a calendar, and what may be changed there."""

    scope = forms.ChoiceField(
        label=_("what goes there"),
        choices=RemoteCalendar.Scope.choices,
        initial=RemoteCalendar.Scope.MINE,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    city = forms.ModelChoiceField(
        label=_("city"),
        queryset=City.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Only for “everything in one city”."),
    )
    remote_owns = forms.MultipleChoiceField(
        label=_("may be changed in the calendar"),
        choices=RemoteCalendar.Owned.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_(
            "What you tick is taken over without asking. Time, title and state stay the portal’s: "
            "a change of them in the calendar becomes a proposal, which you accept or put back."
        ),
    )
    language = forms.ChoiceField(
        label=_("language of the entries"), choices=Language.choices, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = City.objects.filter(is_partner=True)

    def clean(self):
        data = super().clean()
        if data.get("scope") == RemoteCalendar.Scope.CITY:
            if data.get("city") is None and "city" not in self.errors:
                self.add_error("city", ValidationError(_("Choose the city."), code="required"))
        else:
            data["city"] = None
        return data


class ChoiceForm(WhatGoesForm):
    """The second step of connecting: also which calendar. ``found`` are (url, name)."""

    collection = forms.ChoiceField(label=_("calendar"), widget=UnfoldAdminRadioSelectWidget())
    field_order = ["collection"]

    def __init__(self, *args, found: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["collection"].choices = found
        if len(found) == 1:
            self.fields["collection"].initial = found[0][0]


class SettingsForm(WhatGoesForm):
    """The same of a calendar that is connected. ``settings`` is what the form says."""

    display_name = forms.CharField(
        label=_("name"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("How the calendar is called in these pages; in the calendar itself nothing is renamed."),
    )
    field_order = ["display_name"]

    def __init__(self, *args, calendar: RemoteCalendar, **kwargs):
        super().__init__(*args, initial=vars(Settings.of(calendar)), **kwargs)
        if calendar.city_id:  # also one that has left the partnership since
            self.fields["city"].queryset = City.objects.filter(Q(is_partner=True) | Q(pk=calendar.city_id))

    @property
    def settings(self) -> Settings:
        data = self.cleaned_data
        owned = tuple(sorted(data["remote_owns"]))
        return Settings(data["display_name"], data["scope"], data["city"], owned, data["language"])
