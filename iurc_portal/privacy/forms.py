"""Asking for one's own data: an address, and nothing else."""

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from iurc_portal.pages.forms import HoneypotMixin


class AddressForm(HoneypotMixin):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an address like name@company.jp")},
        validators=[EmailValidator(message=_("Enter an address like name@company.jp"))],
    )
