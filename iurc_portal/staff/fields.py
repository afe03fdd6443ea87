"""Form fields for lists that are stored as JSON: staff never type brackets."""

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextareaWidget,
)

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.models import User

COMMON_LANGUAGES = {
    "it": "Italiano",
    "en": "English",
    "ja": "日本語",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "zh": "中文",
}


class LinesField(forms.CharField):
    """A list of texts, one to a line. Empty lines are left out."""

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("One to a line."))
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value):
        return "\n".join(str(entry) for entry in value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class TickedField(forms.MultipleChoiceField):
    """A list of codes, ticked. Codes that a record already has and that are not offered are kept."""

    def __init__(self, *, offered: dict[str, str], **kwargs):
        self.offered = offered
        super().__init__(
            choices=list(offered.items()), widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False, **kwargs
        )

    def prepare_value(self, value):
        self.offer(value if isinstance(value, list) else [])
        return value

    def offer(self, codes) -> None:
        more = [(code, code) for code in codes if code not in self.offered]
        self.choices = [*self.offered.items(), *more]

    def to_python(self, value):
        return [str(code) for code in value or []]

    def valid_value(self, value):
        return len(value) <= 60

    def has_changed(self, initial, data):
        return sorted(initial or []) != sorted(data or [])


class AccountField(forms.EmailField):
    """An account, named by the e-mail address with which its person signs in.

    Staff link accounts to people and organisations without reading the list of all who ever signed up.
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("The e-mail address with which the person signs in to the portal."))
        super().__init__(widget=UnfoldAdminEmailInputWidget(), **kwargs)

    def prepare_value(self, value):
        if isinstance(value, User):
            return value.email
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first()
        return value

    def clean(self, value):
        address = super().clean(value)
        if not address:
            return None
        user = User.objects.filter(email_key=email_key(address)).first()
        if user is None:
            raise ValidationError(
                _("Nobody signs in with %(email)s. Ask the person to sign up first, then write the address here."),
                code="unknown",
                params={"email": address},
            )
        return user

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "").strip()


def languages_field(db_field) -> TickedField:
    return TickedField(offered=COMMON_LANGUAGES, label=capfirst(db_field.verbose_name))


def field_names_field(db_field) -> TickedField:
    """The fields of the record that may wait for a check, by the name under which people know them."""
    names = (
        *("website", "address", "city", "founded_year", "contact_languages", "start", "end", "first_year", "kana"),
        *("size_band", "capital"),
    )
    offered = {"coordinates": _("point on the map")}
    for name in names:
        try:
            offered[name] = capfirst(db_field.model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            continue
    return TickedField(offered=offered, label=capfirst(db_field.verbose_name), help_text=db_field.help_text)
