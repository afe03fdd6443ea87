"""What readers may tell us: how clear a page is, and what does not work."""

import re

from django import forms
from django.urls import Resolver404, resolve
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.models import User
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.pages.models import PageRating, ProblemReport
from iurc_portal.translation.times import zone_place

PUBLIC_PATH = re.compile(r"/(?:it|en|ja)/[^\x00-\x20\\]{0,295}")


class LocalPathField(forms.CharField):
    """The address of one of our pages, as a path; anything else is dropped rather than refused.

    Only pages under a language count: the others carry tokens, which belong in no record.
    """

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.HiddenInput, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        return value if PUBLIC_PATH.fullmatch(value) else ""


class HoneypotMixin(forms.Form):
    """A field that people do not see and robots fill in."""

    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def is_robot(self) -> bool:
        return bool(self.data.get(self.add_prefix("website")))


POSITIVE_REASONS = [
    ("clear", _("The instructions were clear")),
    ("complete", _("The information was complete")),
    ("found", _("I found what I was looking for")),
    ("easy", _("It was easy to use")),
    ("other", pgettext_lazy("answer", "Something else")),
]
NEGATIVE_REASONS = [
    ("unclear", _("The instructions were not clear")),
    ("incomplete", _("The information was not complete")),
    ("lost", _("I did not find what I was looking for")),
    ("broken", _("Something did not work")),
    ("other", pgettext_lazy("answer", "Something else")),
]


class RatingForm(HoneypotMixin, forms.ModelForm):
    """Five steps first; the follow-up question depends on them. 4 and 5 are positive."""

    path = LocalPathField()

    class Meta:
        model = PageRating
        fields = ["path", "rating", "reason", "comment"]

    def clean_path(self):
        """A page that exists in the language of the rating, else nothing."""
        try:
            resolve(self.cleaned_data["path"])
        except Resolver404:
            return ""
        return self.cleaned_data["path"]

    def clean_reason(self):
        """Keep the reason only if it answers the question that belongs to the rating."""
        known = POSITIVE_REASONS if (self.cleaned_data.get("rating") or 0) >= 4 else NEGATIVE_REASONS
        reason = self.cleaned_data.get("reason", "")
        return reason if reason in dict(known) else ""


class ProblemReportForm(HoneypotMixin, forms.ModelForm):
    path = LocalPathField()

    class Meta:
        model = ProblemReport
        fields = ["kind", "text", "email", "path"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        error_messages = {"email": {"invalid": _("Enter an address like name@company.jp")}}


class ProfileForm(forms.ModelForm):
    """What a signed-in person may change of themselves."""

    tzid = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Your own city's time comes first in the mail we send you."),
        choices=[(zone.key, PartnerSide(side).label) for side, zone in ZONES.items()],
    )

    class Meta:
        model = User
        fields = ["family_name", "given_name", "family_kana", "given_kana", "romaji", "language", "tzid"]
        help_texts = {"romaji": _("As in your passport, for example YAMADA Taro: for readers of Italian and English.")}
        widgets = {
            "family_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "given_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if (get_language() or "en")[:2] != "ja":  # how a name is read is asked where people know what that is
            for name in ("family_kana", "given_kana", "romaji"):
                del self.fields[name]
        known = [zone for zone, _label in self.fields["tzid"].choices]
        if self.instance.tzid not in known:  # a third zone, set by staff or by an earlier choice, is kept
            self.fields["tzid"].choices.append((self.instance.tzid, zone_place(self.instance.tzid)))
