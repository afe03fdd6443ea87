"""What remains of a webinar, as rows of its page: where it is kept, in which language, who finds it and until when."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from iurc_portal.pdf_files import PdfFormField
from iurc_portal.translation.languages import Language, columns
from programme.admin.fields import DayField, TextInput
from programme.admin.webinar_parts import RowsInline
from programme.models import LibraryItem

HIDDEN = {
    "expired": _("Expired: readers do not find it any more."),
    "staff": _("Only staff find it."),
    "waits": _("Readers find it once the webinar is over."),
    "": _("Readers find it."),
}


class LibraryItemForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("language"), choices=[("", "–"), *Language.choices], widget=UnfoldAdminSelectWidget()
    )
    expires_on = DayField(label=_("last day"), required=False)
    url = forms.URLField(
        label=_("https address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=TextInput(attrs={"type": "url", "placeholder": "https://"}),
    )
    file = PdfFormField(
        label=_("PDF file"),
        required=False,
        help_text=_("PDF, at most 20 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,application/pdf"}),
    )

    class Meta:
        model = LibraryItem
        fields = ["kind", "language", "access", "expires_on", "url", "file", *columns("title")]
        widgets = {
            **{name: UnfoldAdminSelectWidget() for name in ("kind", "access")},
            **{column: TextInput() for column in columns("title")},
        }

    @property
    def state(self) -> str:
        """Whether readers find a stored item, in a sentence."""
        return str(HIDDEN[self.instance.hidden_as(now=timezone.now())]) if self.instance.pk else ""


class LibraryFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "library"


class LibraryInline(RowsInline):
    model = LibraryItem
    form = LibraryItemForm
    formset = LibraryFormSet
    template = "admin/programme/webinar/_library.html"
    fields = LibraryItemForm._meta.fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("webinar__event", "published_by")
