"""Who speaks at a webinar and the parts it has, as sections of its page."""

from datetime import timedelta

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from iurc_portal.clock import both_cities
from iurc_portal.translation.languages import Language, columns
from programme.admin.fields import TextInput, choose_by_typing, remember
from programme.models import Speaker, WebinarSegment

NAMES = ("family_name", "given_name", "family_kana", "given_kana", "romaji")


class RowsInline(StackedInline):
    """Rows of a webinar's page that lay out their own fields; who may change the webinar may take them off."""

    extra = 1

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        kwargs.setdefault("widget", self.form._meta.widgets.get(db_field.name))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SegmentForm(forms.ModelForm):
    class Meta:
        model = WebinarSegment
        fields = ["starts_after", *columns("title", "speakers"), "language"]
        widgets = {
            "starts_after": UnfoldAdminIntegerFieldWidget(),
            **{column: TextInput() for column in columns("title", "speakers")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("language"),
            required=False,
            choices=[("", "–"), *Language.choices],
            widget=UnfoldAdminSelectWidget(),
        )
        for column in columns("title"):
            self.fields[column].required = False

    @property
    def begins(self):
        """When a stored part begins in each city, for showing beside its minutes."""
        if not self.instance.pk:
            return []
        start = self.instance.webinar.event.dtstart + timedelta(minutes=self.instance.starts_after)
        return both_cities(start, language=(get_language() or "it")[:2])


class SegmentFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "segments"


class SegmentInline(RowsInline):
    model = WebinarSegment
    form = SegmentForm
    formset = SegmentFormSet
    template = "admin/programme/webinar/_segments.html"
    fields = SegmentForm._meta.fields


class SpeakerForm(forms.ModelForm):
    """Somebody known, or somebody whose name is written here. Without a number they stand in the order of the rows."""

    class Meta:
        model = Speaker
        fields = ["person", "role", "order", *NAMES, "organisation", *columns("title", "affiliation", "bio")]
        widgets = {
            "role": UnfoldAdminSelectWidget(),
            "order": UnfoldAdminIntegerFieldWidget(),
            **{name: TextInput() for name in (*NAMES, *columns("title", "affiliation"))},
            **{column: UnfoldAdminTextareaWidget(attrs={"rows": 3}) for column in columns("bio")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["order"].required = False
        self.fields["order"].help_text = ""
        for name in ("person", "organisation"):
            choose_by_typing(self.fields[name], Speaker._meta.get_field(name))
        if self.instance.pk:
            remember(self.fields["person"], [self.instance.person])
            remember(self.fields["organisation"], [self.instance.organisation])
        else:
            self.initial["order"] = None

    def clean_order(self):
        typed, row = self.cleaned_data["order"], self.prefix.rpartition("-")[2]
        return typed if typed is not None else int(row) + 1 if row.isdecimal() else 1


class SpeakerFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "speakers"


class SpeakerInline(RowsInline):
    model = Speaker
    form = SpeakerForm
    formset = SpeakerFormSet
    template = "admin/programme/webinar/_speakers.html"
    fields = SpeakerForm._meta.fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "organisation")
