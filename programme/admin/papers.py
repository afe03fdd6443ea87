"""Papers of all visits and stays with their files, the wording of letters, and the log of names that left the team."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.pages.private import no_leaks
from iurc_portal.pdf_files import pdf_response
from programme.models import Document, PaperText, PersonalDataTransfer
from programme.papers import wording

SPECIMEN = {
    "it": ("Mobilità in città", "gli spostamenti in città", "12–14 maggio 2027", "Torino", "Nagoya"),
    "en": ("Mobility in the city", "moving in the city", "12–14 May 2027", "Torino", "Nagoya"),
    "ja": ("まちの移動", "都市の移動", "2027年5月12日〜14日", "トリノ", "名古屋"),
}


@admin.register(Document)
class DocumentAdmin(ReadOnly, PlainAdmin):
    """Every version ever made. Papers are made on the page of their visit or stay."""

    list_display = ["file_name", "kind", "language", "number", "state_badge", "digest", "created_by", "made_at"]
    list_filter = ["kind", "language", "state"]
    list_select_related = ["visit", "created_by"]
    search_fields = [
        "visit__slug",
        "visit__title_it",
        "visit__title_en",
        "visit__title_ja",
        "sha256",
        "protocol_number",
    ]
    date_hierarchy = "created_at"
    fields = [
        ("visit", "stay"), "kind", "language", "about_whom", "number", "protocol_number", "dated_on", "state_badge",
        "error",
        "names_left_out", "sha256", "template_version", "created_by", "created_at", "made_at", "download",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_urls(self):
        own = [
            path("<int:pk>/file/", self.admin_site.admin_view(self.file_view), name="programme_document_file"),
        ]
        return own + super().get_urls()

    def file_view(self, request, pk):
        """The file, for whoever may see the paper; for everybody else there is none."""
        document = get_object_or_404(Document.objects.visible_to(request.user).select_related("visit"), pk=pk)
        if document.state != Document.State.READY:
            raise Http404("there is no file")
        try:
            return no_leaks(pdf_response(document.file, name=document.file_name))
        except FileNotFoundError as error:
            raise Http404("its file is gone") from error

    @display(
        description=_("state"),
        ordering="state",
        label={"ready": "success", "waiting": "info", "failed": "danger", "forgotten": "warning"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description="SHA-256", ordering="sha256")
    def digest(self, obj):
        return obj.short_digest or "–"

    @admin.display(description=_("file"))
    def download(self, obj):
        if obj.state != Document.State.READY:
            return "–"
        address = reverse("admin:programme_document_file", args=[obj.pk])
        return format_html('<a class="text-primary-600 underline" href="{}">{}</a>', address, obj.file_name)


@admin.register(PersonalDataTransfer)
class PersonalDataTransferAdmin(ReadOnly, PlainAdmin):
    """Append-only: what left the host's team with names in it, to whom, on which basis (P19)."""

    list_display = ["at", "what", "visit", "recipient", "country", "legal_basis", "number", "left_out", "by"]
    list_filter = ["legal_basis", "is_public_body", "what"]
    list_select_related = ["visit", "by"]
    search_fields = ["recipient", "country"]
    date_hierarchy = "at"

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


class PaperTextForm(forms.ModelForm):
    """The wording in use, to be changed; what equals the shipped one is stored as "as shipped"."""

    class Meta:
        model = PaperText
        fields = ["subject", "body"]
        widgets = {
            "subject": UnfoldAdminTextInputWidget(),
            "body": UnfoldAdminTextareaWidget(attrs={"rows": 16}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.is_adjusted:
            shipped = wording.shipped(self.instance.kind, self.instance.language)
            self.initial["subject"], self.initial["body"] = shipped
        for name in self.fields:
            self.fields[name].widget.attrs["lang"] = self.instance.language

    def clean_body(self):
        return self.cleaned_data["body"].replace("\r\n", "\n").strip()

    def clean(self):
        data = super().clean()
        if (data.get("subject"), data.get("body")) == wording.shipped(self.instance.kind, self.instance.language):
            data["subject"] = data["body"] = ""
        return data


@admin.register(PaperText)
class PaperTextAdmin(PlainAdmin):
    form = PaperTextForm
    list_display = ["kind", "language", "state_badge", "changed_at", "changed_by"]
    list_filter = ["kind", "language"]
    list_select_related = ["changed_by"]
    search_fields = ["kind", "subject", "body"]
    fieldsets = [
        (None, {"fields": ["gaps", "subject", "body"]}),
        (_("As a reader sees it"), {"fields": ["preview"]}),
        (_("As shipped"), {"classes": ["collapse"], "fields": ["shipped"]}),
    ]
    readonly_fields = ["gaps", "preview", "shipped"]
    change_form_after_template = "admin/programme/_paper_text_moves.html"

    def has_add_permission(self, request):
        return False  # a row stands for each letter in each language

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        own = [
            path("<int:pk>/try/", self.admin_site.admin_view(self.try_view), name="programme_papertext_try"),
        ]
        return own + super().get_urls()

    def save_model(self, request, obj, form, change):
        wording.keep(obj, by=request.user, now=timezone.now())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Going back to the shipped wording does not ask that what stands in the form be right."""
        if request.method == "POST" and "_shipped" in request.POST:
            text = get_object_or_404(PaperText, pk=object_id)
            if not self.has_change_permission(request, text):
                raise PermissionDenied
            wording.back_to_shipped(text, by=request.user, now=timezone.now())
            self.message_user(request, _("The letter says again what the portal ships."), messages.SUCCESS)
            return redirect("admin:programme_papertext_change", text.pk)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def try_view(self, request, pk):
        """The letter with the wording in the form, which is not stored; what is refused says why."""
        text = get_object_or_404(PaperText, pk=pk)
        if not self.has_change_permission(request, text):
            raise PermissionDenied
        form = PaperTextForm(request.POST or None, instance=text)
        is_good = form.is_bound and form.is_valid()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview"),
            "opts": self.opts,
            "form": form,
            "text": text,
            "letter": specimen(_in_use(form.instance), text.language) if is_good or not form.is_bound else None,
        }
        status = 200 if context["letter"] else 422
        return TemplateResponse(request, "admin/programme/paper_text_preview.html", context, status=status)

    @display(description=_("state"), label={"shipped": "info", "adjusted": "success"})
    def state_badge(self, obj):
        return ("adjusted", _("adjusted")) if obj.is_adjusted else ("shipped", _("as shipped"))

    @admin.display(description=_("gaps"))
    def gaps(self, obj):
        """What may stand in braces, and what fills it."""
        rows = [(f"{{{name}}}", words) for name, words in wording.GAPS.items()]
        return format_html("<ul>{}</ul>", format_html_join("", "<li><code>{}</code> – {}</li>", rows))

    @admin.display(description=_("text"))
    def preview(self, obj):
        subject, paragraphs = specimen(_in_use(obj), obj.language)
        lines = format_html_join("", '<p class="whitespace-pre-line mb-2">{}</p>', ((line,) for line in paragraphs))
        return format_html(
            '<div lang="{}"><p class="mb-2"><strong>{}</strong></p>{}</div>', obj.language, subject, lines
        )

    @admin.display(description=_("text"))
    def shipped(self, obj):
        subject, body = wording.shipped(obj.kind, obj.language)
        return format_html(
            '<div lang="{}" class="whitespace-pre-line"><strong>{}</strong>\n\n{}</div>', obj.language, subject, body
        )


def _in_use(text: PaperText) -> tuple[str, str]:
    return (text.subject, text.body) if text.is_adjusted else wording.shipped(text.kind, text.language)


def specimen(pattern: tuple[str, str], language: str) -> tuple[str, list[str]]:
    """The letter about a visit that does not exist."""
    visit, topic, dates, host, guest = SPECIMEN[language]
    facts = {"visit": visit, "topic": topic, "purpose": topic, "dates": dates, "size": "6", "host_city": host}
    facts |= {"guest_city": guest, "applicant": guest, "costs": "…", "reason": "…"}
    facts |= {"sending": guest, "hosting": host, "aims": topic}
    return wording.said(pattern, facts)
