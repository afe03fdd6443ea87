"""A study visit on one page: proposal, agenda, delegation, hosts, questions, what came of it."""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse, translate_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.decorators import display

from ecosystem.models import City
from events.admin.day_notes import watched
from events.day_notes import notes_between
from events.models import Event
from iurc_portal.admin import EditableBy, PortalAdmin
from iurc_portal.audit.models import Transition
from iurc_portal.staff.slugs import SlugFromTitle
from iurc_portal.translation import times
from iurc_portal.translation.languages import Language, columns
from programme import services
from programme.admin.agenda import AgendaFormSet, AgendaInline, DayInline
from programme.admin.decision_forms import DecisionForm
from programme.admin.fields import DayField
from programme.admin.people import DelegateInline, HostInline, QuestionInline
from programme.admin.workplaces import open_workplace, workplaces_for
from programme.conflicts.facts import Level
from programme.exceptions import NotReady
from programme.models import AgendaItem, StudyVisit
from programme.schedule import days_of

State = StudyVisit.State
BADGES = {
    State.PROPOSED: "warning",
    State.RETURNED: "warning",
    State.RELEASED: "success",
    State.RUNNING: "success",
    State.COMPLETED: "success",
    State.POSTPONED: "danger",
    State.CANCELLED: "danger",
    State.DECLINED: "danger",
}
TABS = ("proposal", "agenda", "days", "delegation", "hosts", "questions", "after")
ASKED = services.REASONED | {State.RUNNING, State.COMPLETED}  # moves that are asked about once, on their own page


class VisitForm(SlugFromTitle):
    first_day = DayField(label=_("first day"), required=False)
    last_day = DayField(label=_("last day"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"lead", "deputy", "partner_lead"} & set(self.fields):
            self.fields[name].label_from_instance = lambda user: user.get_full_name()

    def clean(self):
        cleaned = super().clean()
        host = cleaned.get("host_city")
        has_items = self.instance.pk and AgendaItem.objects.filter(day__visit=self.instance).exists()
        if has_items and host is not None and "host_city" in self.changed_data:
            held = _("The agenda is on the clocks of the present host city. Take its items off before you change it.")
            self.add_error("host_city", ValidationError(held, code="has_agenda"))
        return cleaned


@admin.register(StudyVisit)
class StudyVisitAdmin(EditableBy, PortalAdmin):
    form = VisitForm
    change_form_template = "admin/programme/studyvisit/change_form.html"
    list_display = ["title", "state_badge", "host_city", "dates", "lead_name", "next_move"]
    list_filter = ["state", "host_city", "exchange"]
    search_fields = [*columns("title", "subject"), "slug"]
    autocomplete_fields = ["applicant", "practices", "transfers"]
    # Answers first: a moved item asks again. Themes before the agenda: an emptied day with a theme stays.
    inlines = [QuestionInline, DayInline, HostInline, AgendaInline, DelegateInline]
    general = (
        "slug",
        "exchange",
        "host_city",
        "guest_city",
        "first_day",
        "last_day",
        ("lead", "deputy", "partner_lead"),
        "applicant",
        ("contact_name", "applicant_contact", "language"),
        "wished_dates",
        ("expected_size", "size_limit"),
        "head_post",
        "transport",
        "interpretation_wanted",
        "duty_phone",
        ("practices", "transfers"),
        "staff_notes",
        "is_sample",
    )

    @display(
        description=_("state"), ordering="state", label={state.value: BADGES.get(state, "info") for state in State}
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("dates"), ordering="first_day")
    def dates(self, obj):
        return times.date_range(obj.first_day, obj.last_day) or "–"

    @admin.display(description=_("visit lead"), ordering="lead__family_name")
    def lead_name(self, obj):
        return obj.lead.get_full_name() if obj.lead else "–"

    @admin.display(description=_("next move"))
    def next_move(self, obj):
        onward = [state for state in obj.State if state in obj.NEXT[obj.state] and state not in services.REASONED]
        return MOVES[onward[0]] if onward else "–"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/move/<str:to_state>/",
                wrap(self.move_view),
                name="programme_studyvisit_move",
            ),
            path(
                "<path:object_id>/page/<slug:name>/",
                wrap(self.workplace_view),
                name="programme_studyvisit_workplace",
            ),
            *super().get_urls(),
        ]

    def get_inline_instances(self, request, obj=None):
        return super().get_inline_instances(request, obj) if self.may_edit(request, obj) else []

    def get_changeform_initial_data(self, request):
        """A new visit is most often one to one's own city."""
        initial = super().get_changeform_initial_data(request)
        side = request.user.side or "torino"
        for city in City.objects.filter(is_partner=True):
            initial.setdefault("host_city" if city.slug == side else "guest_city", city.pk)
        return {"lead": request.user.pk, **initial}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("host_city", "guest_city", "lead")

    def has_delete_permission(self, request, obj=None):
        """A visit with an agenda is cancelled, so that its events go the same way; only an empty one is deleted."""
        has_items = obj is not None and AgendaItem.objects.filter(day__visit=obj).exists()
        return super().has_delete_permission(request, obj) and not has_items

    # --- Saving -----------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal that only the last moment knows (somebody cancelled meanwhile) is told, and nothing is written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(request.get_full_path())

    def save_formset(self, request, form, formset, change):
        if isinstance(formset, AgendaFormSet):
            formset.save_by_services(by=request.user)
        else:
            super().save_formset(request, form, formset, change)

    def response_add(self, request, obj, post_url_continue=None):
        return self._after(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._after(request, obj) or super().response_change(request, obj)

    def _after(self, request, obj):
        """Make the wanted move, if any; stay on the same tab when staff go on working."""
        self._tell_conflicts(request, obj)
        wanted = request.POST.get("_move", "")
        page = reverse("admin:programme_studyvisit_change", args=[obj.pk])
        tab = request.POST.get("_tab", "")
        here = f"{page}#tab-{tab}" if tab in TABS else page
        if wanted in {"release_new", State.RELEASED}:  # the one way: what it changes is looked at first
            return redirect("admin:programme_studyvisit_workplace", obj.pk, "release")
        if wanted in ASKED:
            return redirect("admin:programme_studyvisit_move", obj.pk, wanted)
        if wanted in State.values:
            self._move(request, obj, wanted)
            return HttpResponseRedirect(here)
        if "_continue" in request.POST:
            saved = _("“%(visit)s” has been saved. You may go on working.")
            self.message_user(request, saved % {"visit": obj}, messages.SUCCESS)
            return HttpResponseRedirect(here)
        return None

    def _tell_conflicts(self, request, obj) -> None:
        """One line: what is wrong stands beside the items themselves."""
        count = sum(told.level == Level.BLOCK for told in services.conflicts_of(obj, now=timezone.now()))
        if count and AgendaItem.objects.filter(day__visit=obj).exists():
            words = ngettext(
                "%(n)s conflict to resolve: see the agenda.", "%(n)s conflicts to resolve: see the agenda.", count
            )
            self.message_user(request, words % {"n": count}, messages.WARNING)

    def _move(self, request, obj, to_state, **reason) -> bool:
        try:
            services.move_visit(obj, to_state, by=request.user, now=timezone.now(), **reason)
        except NotReady as refusal:
            needs = ", ".join(str(thing.text) for thing in refusal.missing)
            told = _("Saved, but not yet “%(state)s”. Still missing: %(needs)s.")
            self.message_user(request, told % {"state": State(to_state).label, "needs": needs}, messages.WARNING)
            return False
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return False
        self.message_user(
            request,
            _("“%(visit)s” is now: %(state)s.") % {"visit": obj, "state": obj.get_state_display()},
            messages.SUCCESS,
        )
        return True

    def move_view(self, request, object_id, to_state):
        """Ask once for the reason of a move that cannot be taken back lightly, on its own page."""
        obj = self.get_object(request, object_id)
        if obj is None or to_state not in ASKED:
            raise Http404
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        early = services.too_early(obj, to_state, now=timezone.now())
        calls_off = to_state in {State.CANCELLED, State.POSTPONED}
        is_close = calls_off and services.is_close(obj, now=timezone.now())
        form = DecisionForm(request.POST if request.method == "POST" else None, to_state=to_state, is_close=is_close)
        if request.method == "POST" and form.is_valid():
            form.cleaned_data.pop("sure", None)
            self._move(request, obj, to_state, **form.cleaned_data)
            return redirect("admin:programme_studyvisit_change", obj.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": MOVES[to_state],
            "visit": obj,
            "to_state": to_state,
            "form": form,
            "allowed": to_state in obj.NEXT[obj.state] and not early,
            "early": early,
            "is_close": is_close,
            "told": services.told_of_the_end(obj, to_state) if calls_off else 0,
            "items": AgendaItem.objects.filter(day__visit=obj).exclude(event__status=Event.Status.CANCELLED).count(),
        }
        return TemplateResponse(request, "admin/programme/studyvisit/move.html", context)

    def workplace_view(self, request, object_id, name):
        return open_workplace(self, request, object_id, name)

    # --- Showing ----------------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["may_edit"] = add or (obj is not None and self.has_change_permission(request, obj))
        context["visit_tabs"] = self._tabs(context)
        context["cities_json"] = json.dumps(
            {city.pk: {"name": city.name, "zone": city.tzid} for city in City.objects.filter(is_partner=True)}
        )
        dated = obj is not None and obj.first_day and obj.last_day
        context["day_notes"] = watched(
            notes_between(obj.first_day, obj.last_day) if dated else [], day="first_day", last="last_day"
        )
        if obj is not None and obj.pk:
            context |= self._about(obj)
            context["workplaces"] = workplaces_for(request.user, obj)
            context["conflicts"] = self._conflicts(context, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _tabs(context) -> list[dict]:
        """The tabs with how many errors each holds, so that nobody searches for what to correct."""
        formsets = {inline.formset.prefix: inline.formset for inline in context["inline_admin_formsets"]}
        form_errors = context["adminform"].form.errors
        after = sum(1 for name in form_errors if name in set(columns("outcomes")))
        wrong = {"proposal": len(form_errors) - after, "after": after}
        prefixes = {
            "agenda": "agenda",
            "days": "days",
            "delegation": "delegates",
            "hosts": "hosts",
            "questions": "questions",
        }
        for tab, prefix in prefixes.items():
            formset = formsets.get(prefix)
            wrong[tab] = (formset.total_error_count() if formset.is_bound else 0) if formset is not None else 0
        names = {
            "proposal": _("Proposal"),
            "agenda": _("Agenda"),
            "days": _("Days"),
            "delegation": _("Delegation"),
            "hosts": _("Hosts"),
            "questions": _("Questions"),
            "after": _("Afterwards"),
        }
        return [{"name": name, "title": title, "errors": wrong[name]} for name, title in names.items()]

    def _about(self, obj) -> dict:
        """What the header and the read-only parts say about a visit that exists."""
        items = list(
            AgendaItem.objects.filter(day__visit=obj)
            .select_related("day", "event__place", "organisation")
            .prefetch_related("hosts__person")
            .order_by("event__dtstart", "pk")
        )
        agenda = reverse("programme:visit_agenda", args=[obj.slug])
        return {
            "visit": obj,
            "moves": self._moves(obj),
            "new_items": sum(item.event.status == Event.Status.TENTATIVE for item in items) if obj.is_released else 0,
            "days": days_of(obj, items),
            "cancelled": [item for item in items if item.event.is_cancelled],
            "log": story_of(obj),
            "previews": [
                (code, name, translate_url(obj.get_absolute_url(), code), translate_url(agenda, code))
                for code, name in Language.choices
            ],
            "delegates": obj.delegates.select_related("person"),
        }

    @staticmethod
    def _conflicts(context, obj) -> list:
        """Every conflict, and for each row of the agenda its own."""
        found = services.conflicts_of(obj, now=timezone.now()) if context["days"] else []
        for inline in context["inline_admin_formsets"]:
            if isinstance(inline.formset, AgendaFormSet):
                for form in inline.formset.initial_forms:
                    form.conflicts = [told for told in found if form.instance.pk in {item.pk for item in told.items}]
        return found

    @staticmethod
    def _moves(obj) -> list[dict]:
        """The next moves in the order of the machine, each with what is still missing for it."""
        return [
            {
                "state": state,
                "label": MOVES[state],
                "missing": services.missing_for(obj, state) + services.too_early(obj, state, now=timezone.now()),
                "reasoned": state in ASKED,
            }
            for state in State
            if state in obj.NEXT[obj.state]
        ]


def story_of(obj) -> list[dict]:
    """The log of a visit's states in words, oldest first."""
    labels = dict(State.choices)
    return [
        {"line": line, "from": labels.get(line.from_state, "–"), "to": labels.get(line.to_state, line.to_state)}
        for line in Transition.objects.of(obj).select_related("actor")
    ]


MOVES = {
    State.PROPOSED: _("Propose"),
    State.RETURNED: _("Send back"),
    State.DECLINED: _("Decline"),
    State.ACCEPTED: _("Accept"),
    State.PREPARING: _("Start preparing"),
    State.RELEASED: _("Release the agenda"),
    State.RUNNING: _("Begin"),
    State.COMPLETED: _("Complete"),
    State.REPORTED: _("Mark as reported"),
    State.CLOSED: pgettext_lazy("visit", "Close"),
    State.POSTPONED: _("Postpone"),
    State.CANCELLED: _("Cancel the visit"),
}
