"""What calendars elsewhere propose: both sides next to each other, and who is mailed, before anybody decides (9.1)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from events import owners
from events.admin.calendars.sides import cards, column_titles
from events.models import RemoteCalendar, SyncProposal
from events.services.calendars import proposals as service
from iurc_portal.admin import EditableBy, PlainAdmin
from iurc_portal.translation.languages import columns

PER_PAGE = 10
LONGEST_SEARCH = 100
TABS = (
    ("open", pgettext_lazy("proposals", "to decide")),
    ("decided", pgettext_lazy("proposals", "decided")),
    ("notes", pgettext_lazy("proposals", "for information")),
)


@admin.register(SyncProposal)
class SyncProposalAdmin(EditableBy, PlainAdmin):
    """Read side by side and decided, one by one: each decision has consequences of its own."""

    search_fields = [*columns("item__event__name"), "item__calendar__display_name"]
    fields: list = []

    def get_urls(self):
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        return [path("<int:pk>/decide/", decide, name="events_syncproposal_decide"), *super().get_urls()]

    def get_queryset(self, request):
        return super().get_queryset(request).editable_by(request.user)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def may_decide(self, request) -> bool:
        return request.user.has_perm("events.decide_syncproposal")

    def changelist_view(self, request, extra_context=None):
        """Those that wait, or were decided, by calendar and word; the newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = request.GET.get("show", "open")
        shown = shown if shown in dict(TABS) else "open"
        calendars = list(RemoteCalendar.objects.editable_by(request.user).order_by("display_name", "pk")[:200])
        chosen = next((one for one in calendars if str(one.pk) == request.GET.get("calendar", "")), None)
        words = request.GET.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
        rows = self._shown(request, shown)
        if chosen:
            rows = rows.filter(item__calendar=chosen)
        for word in words.split():
            rows = rows.filter(Q.create([(f"{name}__icontains", word) for name in self.search_fields], Q.OR))
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        tabs = TABS
        return self._page(
            request,
            page.object_list,
            page=page,
            shown=shown,
            tabs=tabs,
            calendars=calendars,
            chosen=chosen,
            words=words,
        )

    def _read(self, rows):
        owned = (f"item__event__{name}" for name in owners.relations())
        return rows.select_related("by", "item__calendar", "item__event", *owned)

    def _shown(self, request, shown: str):
        rows = self._read(self.get_queryset(request))
        if shown == "open":
            return rows.open()
        rows = rows.exclude(decision="")
        kind = SyncProposal.Kind.NOTE
        return rows.filter(kind=kind) if shown == "notes" else rows.exclude(kind=kind)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One alone."""
        rows = self._read(self.get_queryset(request))
        try:
            one = get_object_or_404(rows, pk=object_id)
        except (ValueError, ValidationError) as no_key:
            raise Http404 from no_key
        return self._page(request, [one], title=one.item.title or self.opts.verbose_name)

    def _page(self, request, rows, **more):
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Proposals and conflicts"),
            "cards": cards(rows, by=request.user, language=(get_language() or "it")[:2], now=now),
            "columns": column_titles(),
            "may_decide": self.may_decide(request),
            "back": request.get_full_path(),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/events/calendars/proposals.html", context)

    def decide_view(self, request, pk):
        proposal = get_object_or_404(self.get_queryset(request).select_related("item"), pk=pk)
        if not self.may_decide(request):
            raise PermissionDenied
        decision = request.POST.get("decision", "")
        try:
            shown = request.POST.get("shown", "")
            service.decide(proposal, decision, shown=shown, now=timezone.now(), by=request.user)
        except ValidationError as refusal:
            self.message_user(request, f"{proposal.item.title}: {' '.join(refusal.messages)}", "ERROR")
        else:
            told = _("%(name)s: decided. The calendar follows within a minute.")
            self.message_user(request, told % {"name": proposal.item.title}, "SUCCESS")
        back = request.POST.get("back", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        return redirect(back if is_ours else reverse("admin:events_syncproposal_changelist"))
