"""The groups of a visit's delegation: their names in three languages, and who is in which."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from iurc_portal.translation.languages import Language, columns
from programme import services
from programme.admin.fields import TextInput
from programme.admin.workplaces import WORKPLACES, workplace
from programme.models import AgendaTrack

NAME_LENGTH = AgendaTrack._meta.get_field("name").max_length


class GroupForm(forms.Form):
    """One group, or a new one where nothing is written yet."""

    dissolve = forms.BooleanField(label=_("dissolve this group"), required=False, widget=UnfoldBooleanWidget())

    def __init__(self, *args, group=None, **kwargs):
        self.group = group
        texts = {column: getattr(group, column) or "" for column in columns("name")} if group else {}
        super().__init__(*args, initial=texts, **kwargs)
        for code in Language.values:
            self.fields[f"name_{code}"] = forms.CharField(
                max_length=NAME_LENGTH, required=False, label=_("name of the group"), widget=TextInput({"lang": code})
            )
        if group is None:
            del self.fields["dissolve"]

    @property
    def names(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"name_{code}"].strip() for code in Language.values}

    def clean(self):
        cleaned = super().clean()
        if self.group and not cleaned.get("dissolve") and not any(cleaned.get(column) for column in columns("name")):
            asks = _("Write the name in one language at least.")
            self.add_error(f"name_{Language.ITALIAN}", ValidationError(asks, code="required"))
        return cleaned

    def save(self, visit) -> None:
        """Raises ``ValidationError`` where the group cannot be dissolved."""
        if self.cleaned_data.get("dissolve"):
            services.dissolve_group(self.group)
        elif self.has_changed() and (self.group or any(self.names.values())):
            services.name_group(visit, self.names, group=self.group)


class MembersForm(forms.Form):
    """Each delegate in a group, or in none."""

    def __init__(self, *args, delegates, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.delegates, self.groups = delegates, {str(group.pk): group for group in groups}
        for delegate in delegates:
            self.fields[f"delegate_{delegate.pk}"] = forms.ChoiceField(
                label=str(delegate.person),
                choices=[("", _("in no group")), *((pk, str(group)) for pk, group in self.groups.items())],
                required=False,
                initial=str(delegate.track_id or ""),
                widget=UnfoldAdminSelectWidget,
            )

    @cached_property
    def rows(self):
        return [(delegate, f"delegate_{delegate.pk}") for delegate in self.delegates]

    def save(self, visit) -> None:
        chosen = {delegate.pk: self.cleaned_data.get(name) for delegate, name in self.rows}
        services.divide_delegation(visit, {pk: self.groups.get(group) for pk, group in chosen.items()})


@workplace("groups", pgettext_lazy("delegation", "Groups"), order=20)
def groups(request, visit, context):
    present = list(visit.tracks.all())
    delegates = list(visit.delegates.select_related("person", "track"))
    posted = request.POST if request.method == "POST" else None
    rows = [GroupForm(posted, prefix=f"group-{group.pk}", group=group) for group in present]
    rows.append(GroupForm(posted, prefix="group-new"))
    members = MembersForm(posted, prefix="members", delegates=delegates, groups=present)
    valid = [form.is_valid() for form in (*rows, members)]  # each is asked, so that each tells
    if posted is not None and all(valid):
        try:
            with transaction.atomic():
                members.save(visit)
                for row in rows:
                    row.save(visit)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The groups have been saved."))
            return redirect(WORKPLACES["groups"].address(visit))
    context |= {"rows": rows, "members": members, "groups": present}
    return TemplateResponse(request, "admin/programme/studyvisit/groups.html", context)
