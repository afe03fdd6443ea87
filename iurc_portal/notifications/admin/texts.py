"""The words of letters, adjusted by staff without code: gaps by name, a preview, and the way back (spec 17, 18)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from iurc_portal.admin import PlainAdmin
from iurc_portal.notifications import previews, registry, texts
from iurc_portal.notifications.admin.messages import KindFilter
from iurc_portal.notifications.models import LetterText


class LetterTextForm(forms.ModelForm):
    """The text in use, to be changed; what equals the shipped text is stored as "as shipped"."""

    class Meta:
        model = LetterText
        fields = ["subject", "body"]
        widgets = {
            "subject": UnfoldAdminTextInputWidget(),
            "body": UnfoldAdminTextareaWidget(attrs={"rows": 16}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shipped = shipped_or_nothing(self.instance)
        if not self.instance.is_adjusted:
            self.initial["subject"], self.initial["body"] = self.shipped
        for name in self.fields:
            self.fields[name].widget.attrs["lang"] = self.instance.language

    def clean(self):
        data = super().clean()
        if "subject" in data and "body" in data:
            data["body"] = data["body"].replace("\r\n", "\n")
            if (data["subject"], data["body"]) == self.shipped:
                data["subject"] = data["body"] = ""
        return data


def shipped_or_nothing(text: LetterText) -> tuple[str, str]:
    """What the portal ships, or two empty texts where no letter of this kind can be shown yet."""
    try:
        return texts.shipped(text.kind, text.language)
    except ValidationError:
        return "", ""


@admin.register(LetterText)
class LetterTextAdmin(PlainAdmin):
    form = LetterTextForm
    list_display = ["title", "language", "state_badge", "changed_at", "changed_by"]
    list_filter = [KindFilter, "language"]
    list_select_related = ["changed_by"]
    search_fields = ["kind", "subject", "body"]
    fieldsets = [
        (None, {"fields": ["placeholders", "subject", "body"]}),
        (_("As shipped"), {"classes": ["collapse"], "fields": ["shipped_subject", "shipped_body"]}),
        (_("Letter"), {"fields": ["letter"]}),
    ]
    readonly_fields = ["placeholders", "shipped_subject", "shipped_body", "letter"]
    change_form_after_template = "admin/notifications/_text_moves.html"

    def has_add_permission(self, request):
        return False  # a row stands for each letter in each language

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/shown/", wrap(self.shown_view), name="notifications_lettertext_shown"),
            path("<int:pk>/try/", wrap(self.try_view), name="notifications_lettertext_try"),
        ]
        return own + super().get_urls()

    def save_model(self, request, obj, form, change):
        texts.keep(obj, by=request.user, now=timezone.now())

    def response_change(self, request, obj):
        if "_shipped" not in request.POST:
            return super().response_change(request, obj)
        texts.back_to_shipped(obj, by=request.user, now=timezone.now())
        self.message_user(request, _("The letter says again what the portal ships."), messages.SUCCESS)
        return redirect("admin:notifications_lettertext_change", obj.pk)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Going back to the shipped text does not ask that what stands in the form be right."""
        if request.method == "POST" and "_shipped" in request.POST:
            text = get_object_or_404(LetterText, pk=object_id)
            if not self.has_change_permission(request, text):
                raise PermissionDenied
            return self.response_change(request, text)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def shown_view(self, request, pk):
        """The letter with the stored text, for a frame."""
        text = get_object_or_404(LetterText, pk=pk)
        if not self.has_view_permission(request, text):
            raise PermissionDenied
        return self._letter(text)

    def try_view(self, request, pk):
        """The letter with the text in the form, which is not stored; a text that is refused says why."""
        text = get_object_or_404(LetterText, pk=pk)
        if not self.has_change_permission(request, text):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = LetterTextForm(request.POST, instance=text)
        if form.is_valid():
            return self._letter(form.instance)
        context = {**self.admin_site.each_context(request), "title": _("Preview"), "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/notifications/text_refused.html", context, status=422)

    @staticmethod
    def _letter(text) -> HttpResponse:
        try:
            _subject, html, plain = previews.parts_of(texts.preview(text))
        except ValidationError as refusal:
            html, plain = "", " ".join(refusal.messages)
        return previews.page(html, plain, "html")

    @admin.display(description=_("letter"), ordering="kind")
    def title(self, obj):
        return registry.title_of(obj.kind)

    @display(description=_("state"), label={"shipped": "info", "adjusted": "success"})
    def state_badge(self, obj):
        return ("adjusted", _("adjusted")) if obj.is_adjusted else ("shipped", _("as shipped"))

    @admin.display(description=_("gaps"))
    def placeholders(self, obj):
        """What may stand in braces, and what fills it."""
        lines = [*registry.placeholders_of(obj.kind).items(), ("button", _("the facts, the button and its link"))]
        rows = [(f"{{{name}}}", words) for name, words in lines]
        return format_html("<ul>{}</ul>", format_html_join("", "<li><code>{}</code> – {}</li>", rows))

    @admin.display(description=_("subject"))
    def shipped_subject(self, obj):
        return shipped_or_nothing(obj)[0] or "–"

    @admin.display(description=_("text"))
    def shipped_body(self, obj):
        body = shipped_or_nothing(obj)[1]
        return format_html('<span lang="{}" class="whitespace-pre-line">{}</span>', obj.language, body or "–")

    @admin.display(description=_("as its reader sees it"))
    def letter(self, obj):
        address = reverse("admin:notifications_lettertext_shown", args=[obj.pk])
        return previews.frame(address, _("as its reader sees it"), height=640)
