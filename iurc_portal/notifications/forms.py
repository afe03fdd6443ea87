"""Asking for news by mail."""

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from iurc_portal.notifications import registry
from iurc_portal.pages.forms import HoneypotMixin


class SubscribeForm(HoneypotMixin):
    """An address and what the news are to be about; where there is one topic only, nobody is asked."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an address like name@company.jp")},
        validators=[EmailValidator(message=_("Enter an address like name@company.jp"))],
    )
    topic = forms.ChoiceField(label=_("What about"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        topics = registry.topics()
        self.fields["topic"].choices = list(topics.items())
        if len(topics) == 1:
            self.fields["topic"].widget = forms.HiddenInput()
            self.initial.setdefault("topic", next(iter(topics)))
