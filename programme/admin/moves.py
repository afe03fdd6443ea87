"""A record with a machine of states, and the move that is to be made of it when it is saved."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget


class MoveForm(forms.ModelForm):
    """Offers the moves that ``NEXT`` of the model allows; the view makes them by the model's service.

    ``reason_label`` says of which moves ``move_reason`` tells why.
    """

    reason_label = _("reason")

    move = forms.ChoiceField(label=_("next state"), required=False, widget=UnfoldAdminSelectWidget)
    move_reason = forms.CharField(required=False, max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "move_reason" in self.fields:
            self.fields["move_reason"].label = self.reason_label
        if "move" in self.fields:
            states, now = self.instance.State, self.instance.state
            onward = [state for state in states if state in self.instance.NEXT[now]] if self.instance.pk else []
            stays = ("", _("stays: %(state)s") % {"state": states(now).label})
            self.fields["move"].choices = [stays, *((state.value, state.label) for state in onward)]
