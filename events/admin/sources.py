"""Calendars of others: their addresses, how the last fetch went, and what it says in words (events spec 17)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from ecosystem.models import Organisation
from events.models import FeedSource, ImportedItem
from events.services import sources
from events.sources.words import source_problem
from iurc_portal.accounts.models import User
from iurc_portal.admin import EditableBy, PlainAdmin
from iurc_portal.clock import ZONES, PartnerSide, known_zones
from iurc_portal.staff.actions import Move, MovesOfRecord, each_row

COUNTS = {
    "new": _("new: %(n)s"),
    "changed": _("changed: %(n)s"),
    "gone": _("gone: %(n)s"),
    "faulty": _("faulty: %(n)s"),
    "applied": _("taken over by itself: %(n)s"),
    "same": _("as before: %(n)s"),
    "private": _("private, left out: %(n)s"),
    "older": _("older versions, left out: %(n)s"),
    "long_series": _("series of which only the first dates were read: %(n)s"),
    "cut": _("there are more dates than can be read"),
}


def counts_words(counts: dict) -> str:
    return ", ".join(str(COUNTS[name]) % {"n": n} for name, n in counts.items() if n and name in COUNTS)


def zone_choices() -> list[tuple]:
    cities = [(ZONES[side].key, side.label) for side in PartnerSide]
    others = sorted(name for name in known_zones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return [("", "–"), *cities, (gettext("others"), [(name, name) for name in others])]


class FeedSourceForm(forms.ModelForm):
    """Whoever types an address learns at once what is there: ``learnt`` is what ``FeedSourceAdmin`` heard of it."""

    learnt: str | ValidationError | None = None
    default_tzid = forms.ChoiceField(
        label=capfirst(FeedSource._meta.get_field("default_tzid").verbose_name),
        choices=zone_choices,
        required=False,
        help_text=FeedSource._meta.get_field("default_tzid").help_text,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self):
        data = super().clean()
        if isinstance(self.learnt, ValidationError):
            self.add_error("url", self.learnt)
        elif self.learnt:
            data["url"] = self.learnt
        return data


def _learnt_of(address: str, *, former: str) -> str | ValidationError | None:
    """A new address as it is kept, or why it is none; None where there is nothing to ask."""
    try:
        FeedSource._meta.get_field("url").clean(address, None)
    except ValidationError:
        return None  # the form says so itself
    if address == former:
        return None
    try:
        return sources.check_address(address)
    except ValidationError as refusal:
        return refusal


@admin.register(FeedSource)
class FeedSourceAdmin(MovesOfRecord, EditableBy, PlainAdmin):
    form = FeedSourceForm
    change_form_before_template = "admin/events/_source.html"
    list_display = ["name", "state_badge", "problem_words", "to_decide", "last_success_at", "next_fetch_at", "owner"]
    list_filter = ["state", "is_paused", "track"]
    list_select_related = ["owner"]
    search_fields = ["name", "url"]
    autocomplete_fields = ["owner"]
    fields = [
        "name",
        "url",
        ("owner", "track"),
        ("language", "interval"),
        "default_tzid",
        "auto_apply",
        "kept_by",
        "is_paused",
        "log",
    ]
    readonly_fields = ["log"]
    actions = ["fetch_selected"]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The network is asked before the transaction of the form begins: its lock would hold up every visitor."""
        if request.method == "POST":
            source = self.get_object(request, object_id) if object_id else None
            may = self.has_change_permission(request, source) if source else self.has_add_permission(request)
            if may:
                request.learnt = _learnt_of(request.POST.get("url", "").strip(), former=source.url if source else "")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.learnt = getattr(request, "learnt", None)
        return form

    def get_queryset(self, request):
        waiting = ImportedItem.objects.to_decide(now=timezone.now()).filter(source=OuterRef("pk"))
        number = waiting.order_by().values("source").annotate(n=Count("pk")).values("n")
        return super().get_queryset(request).annotate(n_to_decide=Subquery(number))

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        hidden = {"log", "is_paused", "default_tzid"} if obj is None else set()
        return [name for name in fields if name not in hidden]

    def get_field_queryset(self, db, db_field, request):
        if db_field.name == "owner" and not request.user.has_perm("ecosystem.edit_both_sides"):
            return Organisation.objects.filter(side=request.user.side)
        if db_field.name == "kept_by":
            return User.objects.filter(is_staff=True, is_active=True).order_by("email")
        return super().get_field_queryset(db, db_field, request)

    def get_changeform_initial_data(self, request):
        return {"kept_by": request.user.pk, **super().get_changeform_initial_data(request)}

    @display(
        description=_("state"),
        ordering="state",
        label={"new": "info", "working": "success", "failing": "danger", "stopped": "warning", "paused": "info"},
    )
    def state_badge(self, obj):
        if obj.is_paused:
            return "paused", gettext("paused")
        return obj.state, obj.get_state_display()

    @admin.display(description=_("what is wrong"), empty_value="")
    def problem_words(self, obj):
        asked = gettext("Its times have no zone: say on its page which one is meant.") if obj.asks_zone else ""
        return source_problem(obj.problem, obj.problem_params) or asked

    @admin.display(description=_("to look at"))
    def to_decide(self, obj):
        if not obj.n_to_decide:
            return "–"
        address = f"{reverse('admin:events_importeditem_changelist')}?source={obj.pk}"
        return format_html('<a class="tnv-link underline" href="{}">{}</a>', address, obj.n_to_decide)

    @admin.display(description=_("the last fetches"))
    def log(self, obj):
        lines = []
        for fetch in obj.fetches.all()[:10]:
            words = {"read": gettext("read"), "unchanged": gettext("unchanged")}.get(fetch.outcome)
            words = words or source_problem(fetch.outcome, fetch.params)
            at = date_format(localtime(fetch.at), "SHORT_DATETIME_FORMAT")
            lines.append((at, " – ".join(filter(None, [words, counts_words(fetch.counts)]))))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines)) if lines else "–"

    def moves_of(self, obj):
        moves = {}
        if obj.state == FeedSource.State.STOPPED:
            moves["allow"] = Move(_("It is right: go on once"), sources.allow_once, _("%(name)s is being read."))
        if not obj.is_paused:
            moves["fetch"] = Move(
                _("Read now"), lambda obj, by, now: sources.fetch_now(obj, now=now), _("%(name)s is being read.")
            )
        return moves

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk:
            context["problem"] = self.problem_words(obj)
            context["queue"] = f"{reverse('admin:events_importeditem_changelist')}?source={obj.pk}"
            context["n_to_decide"] = getattr(obj, "n_to_decide", 0) or 0
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        now = timezone.now()
        zone = obj.default_tzid if "default_tzid" in form.changed_data else ""
        if "url" in form.changed_data:  # another file: nothing that its server said holds any more
            obj.etag = obj.last_modified = ""
            obj.last_fetch_at = obj.next_fetch_at = None
        super().save_model(request, obj, form, change)
        if zone and change:
            number = sources.set_zone(obj, zone, by=request.user, now=now)
            words = gettext("The zone is kept. Items that can be looked at now: %(n)s.") % {"n": number}
            self.message_user(request, words, messages.SUCCESS)
        if "url" in form.changed_data:
            sources.read_soon(obj)
            self.message_user(
                request, gettext("There is a calendar at this address: it is being read. Look again in a moment.")
            )

    @admin.action(description=_("Read the selected calendars now"), permissions=["change"])
    def fetch_selected(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda source: sources.fetch_now(source, now=now))
