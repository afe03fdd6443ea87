"""Who comes, and what staff may do for them."""

from functools import partial

from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events import owners
from events.admin.answers import ShowsAnswers
from events.admin.attendance import AttendanceColumn
from events.admin.decisions import Decisions
from events.admin.exports import ExportsParticipants
from events.admin.forms import PERSON, NewRegistrationForm, RegistrationForm
from events.admin.groups import RegistersDelegations
from events.admin.replies import ShowsReplies
from events.models import Registration
from events.services import letters, registrations
from iurc_portal.admin import EditableBy, PlainAdmin
from iurc_portal.audit.models import Transition
from iurc_portal.audit.words import reason_words
from iurc_portal.notifications import bounces
from iurc_portal.staff.actions import each_row
from iurc_portal.staff.people import FindsPeople


@admin.register(Registration)
class RegistrationAdmin(
    Decisions,
    AttendanceColumn,
    RegistersDelegations,
    ShowsAnswers,
    ShowsReplies,
    FindsPeople,
    EditableBy,
    ExportsParticipants,
    PlainAdmin,
):
    list_display = [
        "person",
        "event",
        "state_badge",
        "line",
        "attendance",
        "company",
        "language",
        "joined_at",
    ]
    list_filter = ["state", ("event", admin.RelatedOnlyFieldListFilter), "language", "country"]
    list_select_related = ["event"]
    search_fields = ["email", "company"]  # and names, by their keys
    date_hierarchy = "joined_at"
    autocomplete_fields = ["event"]
    new_fields = [
        "event",
        "email",
        ("family_name", "given_name"),
        ("family_kana", "given_kana"),
        "romaji",
        ("language", "tzid"),
        ("company", "job_title"),
        ("country", "interpretation"),
        "access_needs",
        ("takes_part", "headset"),
    ]
    fields = [
        ("event_page", "state_now"),
        "reply_shown",
        ("email", "mail_trouble"),
        ("joined_at", "confirmed_at"),
        ("consent_version", "anonymised_at"),
        ("line", "seats_by_kind"),
        ("source", "decision_note"),
        *new_fields[2:-1],
        "join_window",
        "log",
    ]
    readonly_fields = [
        *("event_page", "email", "mail_trouble", "state_now", "joined_at", "confirmed_at"),
        *("consent_version", "anonymised_at"),
        *("line", "seats_by_kind", "source", "decision_note", "reply_shown", "log"),
    ]
    actions = [*Decisions.decision_actions, "withdraw", *ShowsReplies.reply_actions, "write_again", "check_in"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_position()

    def get_fields(self, request, obj=None):
        if obj:
            return self.with_answers(request, self.fields)
        beyond = ["beyond_because"] if request.user.has_perm("events.override_limits") else []
        return [*self.new_fields, *beyond]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *self.answer_fields] if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **{**kwargs, "form": RegistrationForm})
        form = super().get_form(request, obj, change, **{**kwargs, "form": NewRegistrationForm})
        return type(form.__name__, (form,), {"by": request.user})

    def has_change_permission(self, request, obj=None):
        anonymised = obj is not None and obj.anonymised_at is not None  # nobody is to be written into it again
        return not anonymised and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # a registration is cancelled, so that its person's calendar is told

    def save_model(self, request, obj, form, change):
        if change:
            obj.save(update_fields=[name for name in (*PERSON, "join_window") if name in form.cleaned_data])
            return
        obj.pk = form.made.pk  # the service has written it
        obj.refresh_from_db()
        if obj.state == Registration.State.WAITING:
            words = _("No place is free: the person is on the waiting list and has been told.")
            self.message_user(request, words, messages.WARNING)

    @admin.display(description=_("event"))
    def event_page(self, obj):
        return format_html(
            '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>',
            owners.staff_page(obj.event),
            obj.event,
        )

    @admin.display(description=_("person"), ordering="family_name")  # in the reader's order: FindsPeople
    def person(self, obj):
        return obj.display_name((get_language() or "en")[:2]) or obj.email

    @display(
        description=_("state"),
        ordering="state",
        label={
            "confirmed": "success",
            "unproved": "warning",
            "pending": "warning",
            "waiting": "info",
            "offered": "info",
            "cancelled": "danger",
            "rejected": "danger",
            "expired": "danger",
            "wants to leave": "warning",
        },
    )
    def state_badge(self, obj):
        if obj.wants_to_withdraw_at is not None:
            return "wants to leave", _("confirmed, but declined in the calendar")
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("mail to this address"))
    def mail_trouble(self, obj):
        """Whether our mail gets there: what servers have said of the address (4.26)."""
        return bounces.words_about(obj.email) or "–"

    @admin.display(description=_("waiting list"))
    def line(self, obj):
        """The position of who waits, the end of who has an offer or holds a seat for now."""
        if getattr(obj, "position", None):
            words = _("position %(n)s") % {"n": obj.position}
            return f"{words} (+{obj.priority})" if obj.priority > 0 else words
        if obj.group_id is not None and obj.state == Registration.State.UNPROVED and obj.last_mail_at is None:
            return _("with the group")
        if obj.hold_until is not None:
            return _("until %(time)s") % {
                "time": date_format(timezone.localtime(obj.hold_until), "SHORT_DATETIME_FORMAT")
            }
        return "–"

    @admin.display(description=_("seats by kind"))
    def seats_by_kind(self, obj):
        kept = [
            f"{seat.pool.get_kind_display()} ({seat.get_state_display()})" for seat in obj.seats.select_related("pool")
        ]
        return ", ".join(kept) or "–"

    @admin.display(description=_("what happened"))
    def log(self, obj):
        lines = Transition.objects.of(obj).select_related("actor")
        states = dict(Registration.State.choices)
        words = []
        for line in lines:
            when = date_format(timezone.localtime(line.at), "SHORT_DATETIME_FORMAT")
            by = f" ({line.actor})" if line.actor else ""
            because = ", ".join(filter(None, [reason_words(line.reason), line.comment]))
            words.append(f"{when} {states.get(line.to_state, line.to_state)}{by}{f': {because}' if because else ''}")
        return " · ".join(words)

    @admin.action(description=_("Cancel the selected registrations…"), permissions=["change"])
    def withdraw(self, request, queryset):
        """Asks once, on its own page: each person is told, and the place is somebody else's."""
        if "confirmed" in request.POST:
            withdraw = partial(registrations.withdraw_registration, now=timezone.now(), by=request.user)
            each_row(self, request, queryset, withdraw)
            return None
        rows = [row for row in queryset.select_related("event") if self.has_change_permission(request, row)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel registrations"),
            "opts": self.opts,
            "rows": [(row, self.person(row)) for row in rows],
            "told": sum(row.state == Registration.State.CONFIRMED for row in rows),
        }
        return TemplateResponse(request, "admin/events/withdraw.html", context)

    @admin.action(description=_("Send the link to their own page again"), permissions=["change"])
    def write_again(self, request, queryset):
        each_row(self, request, queryset, partial(letters.write_again, now=timezone.now()))
