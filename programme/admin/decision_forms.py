"""What staff are asked before a move of a visit that cannot be taken back lightly."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from programme import services
from programme.models import StudyVisit

State = StudyVisit.State


class DecisionForm(forms.Form):
    """The reason of a move that people will ask about; for a refusal also a word to count by."""

    CODES = [
        ("dates", _("the dates are not possible")),
        ("capacity", _("too many people, or too few to receive them")),
        ("scope", _("not what the programme is for")),
        ("incomplete", _("the proposal does not say enough")),
        ("other", _("another reason")),
    ]
    code = forms.ChoiceField(label=_("kind of reason"), choices=CODES, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label=_("reason, and what you offer instead"), max_length=2000, widget=UnfoldAdminTextareaWidget
    )

    sure = forms.BooleanField(
        label=_("Yes, now"),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick that it is to happen although the visit is so close.")},
    )

    def __init__(self, *args, to_state, is_close=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_close:
            del self.fields["sure"]
        if to_state not in services.REASONED:
            del self.fields["reason"]
        if to_state != State.DECLINED:
            del self.fields["code"]
            if "reason" in self.fields:
                self.fields["reason"].label = _("reason")
