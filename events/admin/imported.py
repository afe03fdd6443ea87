"""The review queue: what calendars of others bring, item by item, until staff have decided (events spec 10.9, 17)."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events import owners
from events.models import Event, FeedSource, ImportedItem
from events.services import imported
from events.sources import reviewing
from events.sources.words import item_problems
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.staff.actions import each_row

PER_PAGE = 25
State = ImportedItem.State
TABS = {
    "": pgettext_lazy("imported items", "to decide"),
    State.NEW: pgettext_lazy("imported items", "new"),
    State.CHANGED: pgettext_lazy("imported items", "changed"),
    State.GONE: pgettext_lazy("imported items", "gone"),
    State.FAULTY: pgettext_lazy("imported items", "faulty"),
    State.IGNORED: pgettext_lazy("imported items", "ignored"),
    State.ACCEPTED: pgettext_lazy("imported items", "accepted"),
}
WAITING = {State.NEW, State.CHANGED, State.GONE}


@admin.register(ImportedItem)
class ImportedItemAdmin(ReadOnly, PlainAdmin):
    """The list is a page of its own; a single item is only read, as it stands in the file."""

    fields = ["source", "name", "state", "times", "location", "description", "url", "faults", "event", "raw"]
    readonly_fields = ["times", "faults"]
    list_select_related = ["source"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).editable_by(request.user).select_related("source", "event")

    @admin.display(description=_("when"))
    def times(self, obj):
        return " · ".join(times_of(obj)) or "–"

    @admin.display(description=_("what is wrong"))
    def faults(self, obj):
        return " ".join(item_problems(obj.problems, minor=True)) or "–"

    def has_change_permission(self, request, obj=None):
        """Only for the decisions of the queue: the form of an item is always read."""
        return bool(getattr(request, "decides", False)) and request.user.has_perm("events.change_importeditem")

    def changelist_view(self, request, extra_context=None):
        if not request.user.has_perm("events.view_importeditem"):
            raise PermissionDenied
        if request.method == "POST":
            return self.decide(request)
        return self.queue(request)

    def queue(self, request):
        asked, now = request.GET, timezone.now()
        sources = list(FeedSource.objects.editable_by(request.user))
        rows = self.get_queryset(request).order_by("dtstart", "name", "pk")
        source = next((each for each in sources if str(each.pk) == asked.get("source")), None)
        rows = rows.filter(source=source) if source else rows
        state = asked.get("state") if asked.get("state") in TABS else ""
        numbers = rows.order_by().aggregate(
            **{f"n_{name or 'all'}": Count("pk", filter=_of_tab(name, now)) for name in TABS}
        )
        text = asked.get("q", "").replace("\x00", "").strip()[:100]
        rows = rows.filter(_of_tab(state, now))
        if text:
            rows = rows.filter(Q(name__icontains=text) | Q(location__icontains=text))
        page = Paginator(rows.defer("raw"), PER_PAGE).get_page(asked.get("page"))
        duplicates = reviewing.probable_duplicates(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Items of calendars of others"),
            "request": request,
            "page": page,
            "rows": [row_of(item, duplicates.get(item.pk, [])) for item in page],
            "tabs": [(name, words, numbers[f"n_{name or 'all'}"]) for name, words in TABS.items()],
            "state": state,
            "sources": sources,
            "source": source,
            "q": text,
            "may_decide": request.user.has_perm("events.change_importeditem"),
            "any_linked": any(item.is_linked for item in page),
            "decides": {"accept", "ignore"} if state in {"", *WAITING} else set(),
            "full": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/events/imported.html", context)

    def decide(self, request):
        """One decision for the ticked rows and, where that is ticked, for the other dates of their series."""
        if not request.user.has_perm("events.change_importeditem"):
            raise PermissionDenied
        if "_link" in request.POST:
            return self.link(request)
        acts: dict[str, Callable] = {
            "accept": imported.accept,
            "ignore": imported.ignore,
            "reconsider": imported.reconsider,
            "unlink": imported.unlink,
        }
        act = acts.get(request.POST.get("_do", ""))
        back = HttpResponseRedirect(request.get_full_path())
        keys = [int(key) for key in request.POST.getlist("item") if key.isascii() and key.isdigit() and len(key) < 18]
        rows = self.get_queryset(request).filter(pk__in=keys[:1000]).order_by("dtstart", "pk")
        if "series" in request.POST:
            picked = list(rows)
            same = Q(pk__in=[])
            for item in picked:
                same |= Q(source=item.source_id, uid=item.uid, state=item.state)
            rows = self.get_queryset(request).filter(same).order_by("dtstart", "pk")
        if act is None or not rows:
            self.message_user(request, _("Tick the items first, then choose what to do."), messages.WARNING)
            return back
        if act is imported.accept and not request.user.has_perm("events.add_event"):
            raise PermissionDenied
        request.decides = True
        now = timezone.now()

        def decided(item: ImportedItem) -> None:
            act(item, by=request.user, now=now, shown=_shown(request, item, is_ticked=item.pk in keys))

        done = each_row(self, request, rows, decided)
        if done and act is imported.accept:
            words = ngettext(
                "What is new is a draft: look it over and publish it under Events.",
                "What is new are drafts: look them over and publish them under Events.",
                done,
            )
            self.message_user(request, words)
        return back

    def link(self, request):
        """«This is that event»: ``_link`` names the item and the event, joined by a colon."""
        item_key, _colon, event_key = request.POST["_link"].partition(":")
        keys = [key if key.isascii() and key.isdigit() and len(key) < 18 else "0" for key in (item_key, event_key)]
        item = get_object_or_404(self.get_queryset(request), pk=keys[0])
        event = get_object_or_404(Event.objects.editable_by(request.user), pk=keys[1])
        request.decides = True
        try:
            shown = _shown(request, item, is_ticked=True)
            imported.link(item, event=event, by=request.user, now=timezone.now(), shown=shown)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            words = _("“%(event)s” follows this calendar now: nothing was changed, and later changes wait here.")
            self.message_user(request, words % {"event": event}, messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())


def _shown(request, item: ImportedItem, *, is_ticked: bool) -> str | None:
    """What the page showed of ``item``; None for a date that comes along with its series from another page."""
    return request.POST.get(f"shown-{item.pk}", "" if is_ticked else None)


def _of_tab(state: str, now) -> Q:
    """The rows of a tab. What is over is not decided any more; what cannot be read has no end."""
    coming = Q(dtend__gt=now)
    if state == "":
        return coming & Q(state__in=WAITING)
    return Q(state=state) & (coming | Q(dtend=None))


def times_of(item: ImportedItem) -> list[str]:
    """Both cities' times, or what the file says where the zone is missing."""
    if item.when is not None:
        return item.when.short_lines((get_language() or "it")[:2])
    return [item.wall_start.replace("T", " ")] if item.wall_start else []


def row_of(item: ImportedItem, duplicates: list) -> dict:
    language = (get_language() or "it")[:2]
    return {
        "item": item,
        "times": times_of(item),
        "problems": item_problems(item.problems),
        "differences": reviewing.differences(item, language) if item.state == State.CHANGED else [],
        "duplicates": [(event, owners.staff_page(event)) for event in duplicates if item.state == State.NEW],
        "in_series": bool(item.recurrence_id),
    }
