"""The translation desk: what to translate next, and one page a record with source and target side by side."""

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from iurc_portal.admin import ReadOnly
from iurc_portal.translation import permissions, queue
from iurc_portal.translation.chips import chip, desk_address
from iurc_portal.translation.forms import QueueForm, TextsForm
from iurc_portal.translation.languages import Language
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import kind_labelled
from iurc_portal.translation.services import StaleTexts, save_translation
from iurc_portal.translation.status import records_of, status_in
from iurc_portal.translation.terms import avoided_in, terms_in

PER_PAGE = 50


@admin.register(TextRecord)
class TextRecordAdmin(ReadOnly, ModelAdmin):
    """No line of the ledger is edited by hand: its list is the desk."""

    fields = [
        ("model", "object_id"),
        ("field", "language", "source_language"),
        ("origin", "author", "written_at"),
        ("reviewer", "reviewed_at"),
    ]

    def get_urls(self):
        own = path(
            "<str:label>/<int:object_id>/<str:language>/",
            self.admin_site.admin_view(self.desk_view),
            name="translation_textrecord_desk",
        )
        return [own, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """The queue under a filter, paged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = QueueForm(request.GET, user=request.user)
        found = queue.entries(request.user, form.wanted)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        mine = permissions.languages_reviewed_by(request.user)
        rows = [
            {
                "entry": entry,
                "kind": capfirst(entry.obj._meta.verbose_name),
                "chip": chip(entry.status),
                "url": f"{desk_address(entry.obj, entry.language)}?{_query(request)}",
                "language": Language(entry.language).label,
                "mine": entry.language in mine,
            }
            for entry in page
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("What waits"),
            "opts": self.opts,
            "form": form,
            "page": page,
            "rows": rows,
            "query": _query(request),
        }
        return TemplateResponse(request, "admin/translation/queue.html", context)

    def desk_view(self, request, label, object_id, language):
        """One record in one language. POST saves as a draft, or as reviewed, and goes on to the next of the queue."""
        obj = self._record(request, label, object_id, language)
        may_write = permissions.may_write(request.user, obj, language)
        may_review = may_write and language in permissions.languages_reviewed_by(request.user)
        form = TextsForm(request.POST if request.method == "POST" else None, obj=obj, language=language)
        stale: tuple[str, ...] = ()
        if request.method == "POST":
            reviewed = "_review" in request.POST
            if not may_write or (reviewed and not may_review):
                raise PermissionDenied
            if form.is_valid():
                following = self._following(request, obj, language)
                try:
                    save_translation(
                        obj,
                        language=language,
                        texts=form.texts(),
                        seen=form.seen_then(),
                        by=request.user,
                        now=timezone.now(),
                        reviewed=reviewed,
                    )
                except StaleTexts as refusal:
                    stale = tuple(refusal.fields)
                    form.add_error(None, refusal)
                except ValidationError as refusal:
                    form.add_error(None, ValidationError(refusal.messages))
                else:
                    self._warn_of_words(request, form)
                    told = _("“%(name)s” is reviewed in this language.") if reviewed else _("“%(name)s” is saved.")
                    self.message_user(request, told % {"name": obj}, messages.SUCCESS)
                    return HttpResponseRedirect(self._after(request, following))
        return self._page(request, form, stale, may_write=may_write, may_review=may_review)

    def _record(self, request, label, object_id, language):
        """The record, read afresh; 404 for what is not followed or not this person's to see."""
        kind = kind_labelled(label)
        if kind is None or language not in Language.values or not self.has_view_permission(request):
            raise Http404
        obj = kind.model._default_manager.filter(pk=object_id).first()
        if obj is None or not permissions.may_see(request.user, kind):
            raise Http404
        return obj

    def _page(self, request, form, stale, *, may_write, may_review):
        obj, language = form.obj, form.language
        lines = [line for (_field, code), line in records_of(obj).items() if code == language and line.reviewed_at]
        reviewed = max(lines, key=lambda line: str(line.reviewed_at), default=None)  # all in UTC: order of texts
        following = self._following(request, obj, language)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{obj} – {Language(language).label}",
            "opts": self.opts,
            "form": form,
            "pairs": [(pair, chip(pair.status)) for pair in form.pairs(stale)],
            "terms": terms_in(form.sources(), language),
            "language": language,
            "language_name": Language(language).label,
            "record": obj,
            "record_kind": obj._meta.verbose_name,
            "record_url": _staff_page(obj),
            "state": chip(status_in(obj, language)),
            "reviewed": reviewed,
            "may_write": may_write,
            "may_review": may_review,
            "queue_url": f"{reverse('admin:translation_textrecord_changelist')}?{_query(request)}",
            "next_url": self._address(request, following) if following else "",
        }
        return TemplateResponse(request, "admin/translation/desk.html", context)

    def _following(self, request, obj, language):
        wanted = QueueForm(request.GET, user=request.user).wanted
        ordered = queue.entries(request.user, wanted)
        return queue.next_after(ordered, (obj._meta.label_lower, obj.pk, language))

    def _after(self, request, following) -> str:
        if following is None:
            return f"{reverse('admin:translation_textrecord_changelist')}?{_query(request)}"
        return self._address(request, following)

    @staticmethod
    def _address(request, entry) -> str:
        return f"{desk_address(entry.obj, entry.language)}?{_query(request)}"

    def _warn_of_words(self, request, form):
        """Say which words of the saved text the vocabulary asks to avoid."""
        text = "\n".join(form.texts().values())
        for term in avoided_in(text, form.language, terms_in(form.sources(), form.language)):
            words = _("The vocabulary asks to avoid “%(avoided)s”; it prefers “%(preferred)s”.")
            self.message_user(
                request,
                words % {"avoided": ", ".join(term.avoided), "preferred": term.preferred or "–"},
                messages.WARNING,
            )


def _query(request) -> str:
    """The filter of the queue, which goes along from page to page."""
    kept = {name: value for name in ("language", "kind", "status") if (value := request.GET.get(name))}
    return urlencode(kept)


def _staff_page(obj) -> str:
    try:
        return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
    except NoReverseMatch:
        return ""
