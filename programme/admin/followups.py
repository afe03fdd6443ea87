"""Follow-ups as each side sees its own, and the checks months later, which nobody rewrites (programme spec P23)."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display

from iurc_portal.admin import EditableBy, PlainAdmin, PortalAdmin, ReadOnly
from iurc_portal.clock import ROME
from iurc_portal.translation.languages import columns
from iurc_portal.translation.times import date_words
from programme import check_sources
from programme.admin.fields import DayField
from programme.admin.moves import MoveForm
from programme.models import FollowUp, FollowUpCheck
from programme.services import checks
from programme.services.followups import move_follow_up
from programme.services.sensitive import is_manager

State = FollowUp.State
MOVE = ("move", "move_reason")


class FollowUpForm(MoveForm):
    """The follow-up, and the move that is to be made of it when it is saved."""

    reason_label = _("why it is dropped")

    due_on = DayField(label=_("due on"))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("move") == State.DROPPED and not cleaned.get("move_reason", "").strip():
            self.add_error("move_reason", ValidationError(_("Write why it is dropped."), code="reason"))
        return cleaned


@admin.register(FollowUp)
class FollowUpAdmin(EditableBy, PortalAdmin):
    form = FollowUpForm
    list_display = ["what", "source", "owners_in_words", "due", "priority", "state_badge"]
    list_filter = ["state", "priority"]
    list_select_related = ["visit", "webinar__event", "stay__sending", "stay__hosting", "owner_torino", "owner_nagoya"]
    search_fields = [*columns("text")]
    autocomplete_fields = ["visit", "webinar", "stay", "owner_torino", "owner_nagoya"]
    actions = ["start", "finish"]
    readonly_fields = ["last_word"]
    general = ("visit", "webinar", "stay", "owner_torino", "owner_nagoya", ("due_on", "priority"), MOVE, "last_word")

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_fieldsets(self, request, obj=None):
        """The move to make stands only in a form that somebody may send."""
        fieldsets = super().get_fieldsets(request, obj)
        looks_only = getattr(request, "looks_back", False) or not self.has_change_permission(request, obj)
        if obj is None or not looks_only:
            return fieldsets
        (title, facts), *languages = fieldsets
        return [(title, {**facts, "fields": [name for name in facts["fields"] if name != MOVE]}), *languages]

    @admin.display(description=_("what is to be done"), ordering="due_on")
    def what(self, obj):
        return str(obj)

    @admin.display(description=pgettext_lazy("follow-up", "from"))
    def source(self, obj):
        return obj.comes_from

    @admin.display(description=_("who answers for it"))
    def owners_in_words(self, obj):
        return " · ".join(str(owner) for owner in obj.owners.values())

    @admin.display(description=_("last word of who answers for it"))
    def last_word(self, obj):
        return f"{obj.note} – {obj.note_by or '–'}, {date_words(obj.noted_at, 'day')}" if obj.note else "–"

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, obj):
        return date_words(obj.due_on, "day")

    @display(
        description=_("state"),
        ordering="state",
        label={
            "overdue": "danger",
            State.OPEN: "warning",
            State.IN_PROGRESS: "info",
            State.DONE: "success",
            State.DROPPED: "",
        },
    )
    def state_badge(self, obj):
        if obj.is_overdue(today=timezone.now().astimezone(ROME).date()):
            return "overdue", _("overdue")
        return obj.state, obj.get_state_display()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if wanted := form.cleaned_data.get("move"):
            reason = form.cleaned_data.get("move_reason", "")
            try:
                move_follow_up(obj, wanted, now=timezone.now(), by=request.user, reason=reason)
            except ValidationError as refusal:  # moved by somebody else since the page was read
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)

    @admin.action(description=_("Mark as in progress"), permissions=["change"])
    def start(self, request, queryset):
        self._move(request, queryset, State.IN_PROGRESS)

    @admin.action(description=_("Mark as done"), permissions=["change"])
    def finish(self, request, queryset):
        self._move(request, queryset, State.DONE)

    def _move(self, request, queryset, to_state):
        for row in queryset.filter(pk__in=FollowUp.objects.editable_by(request.user).values("pk")):
            try:
                move_follow_up(row, to_state, now=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, f"{row}: {' '.join(refusal.messages)}", messages.ERROR)


@admin.register(FollowUpCheck)
class FollowUpCheckAdmin(ReadOnly, PlainAdmin):
    """What was asked, and what came: read, never written here. Staff read sums, managers each answer (spec 8)."""

    list_display = ["about", "day", "side", "sent_at", "answer_in_words", "note"]
    list_filter = ["answer", "day", "side"]
    fields = [("source", "source_id"), ("day", "side", "language"), "sent_at", ("answer", "answered_at"), "note"]

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) and (obj is None or is_manager(request.user))

    def changelist_view(self, request, extra_context=None):
        if is_manager(request.user) or not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        answers = [answer for answer in FollowUpCheck.Answer if answer]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.opts.verbose_name_plural,
            "answers": [*answers, FollowUpCheck.Answer.WAITING],
            "rows": [
                (row, [(answer, row.answers.get(answer, 0)) for answer in (*answers, FollowUpCheck.Answer.WAITING)])
                for row in checks.counted()
            ],
        }
        return TemplateResponse(request, "admin/programme/check_sums.html", context)

    def get_changelist_instance(self, request):
        """Titles of what is shown, read once for each source."""
        changelist = super().get_changelist_instance(request)
        for source in check_sources.sources():
            rows = [row for row in changelist.result_list if row.source == source.name]
            found = source.find_many({row.source_id for row in rows}) if rows else {}
            for row in rows:
                row.record = found.get(row.source_id)
        return changelist

    @admin.display(description=pgettext_lazy("check", "about"))
    def about(self, obj):
        return str(getattr(obj, "record", None) or obj)

    @admin.display(description=_("answer"), ordering="answer")
    def answer_in_words(self, obj):
        return obj.get_answer_display()
