"""Surveys after events and visits: questions in three languages, the moves of a survey, its preview."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from events.models import Event
from iurc_portal.admin import EditableBy, PortalAdmin, PortalStackedInline
from iurc_portal.translation.languages import Language, Spoken, columns
from programme.admin.survey_results import SurveyResultsPages
from programme.models import Survey, SurveyQuestion
from programme.services import surveys
from programme.services.survey_letters import recipients
from programme.survey_forms import SurveyAnswerForm

State = Survey.State
MOVES = {
    "open": (pgettext_lazy("survey", "Open it"), surveys.open_survey, _("The survey asks as soon as it is over.")),
    "skip": (pgettext_lazy("survey", "Do not send it"), surveys.skip_survey, _("The survey is not sent.")),
    "draft": (_("Make it a draft again"), surveys.take_back_survey, _("The questions can be changed again.")),
    "close": (_("Close it now"), surveys.close_survey, _("The survey is closed: here are its results.")),
    "publish": (_("Publish a line on the event's page"), surveys.publish_line, _("The line is on the event's page.")),
    "withdraw": (_("Take the line off the event's page"), surveys.withdraw_line, _("The line is gone from the page.")),
}
POSSIBLE = {
    State.DRAFT: ["open", "skip"],
    State.SKIPPED: ["draft"],
    State.OPEN: ["close", "draft"],
    State.CLOSED: ["publish"],
    State.PUBLISHED: ["withdraw"],
}


class QuestionInline(PortalStackedInline):
    model = SurveyQuestion
    fields = [("kind", "order"), tuple(columns("label")), tuple(columns("choices"))]
    ordering = ["order", "pk"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in {*columns("label", "choices")}:
            kwargs["widget"] = UnfoldAdminExpandableTextareaWidget({"rows": 1})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request, obj=None):
        return obj is not None and self.is_open_to(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_open_to(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Who may change the questions may take one out."""
        return self.has_change_permission(request, obj)

    @staticmethod
    def is_open_to(request, survey) -> bool:
        return survey is None or may_change(request.user, survey)


def may_change(user, survey: Survey) -> bool:
    """Questions are changed while nobody reads them: in drafts, by who edits the event or plans the visit."""
    return survey.state == State.DRAFT and Survey.objects.editable_by(user).filter(pk=survey.pk).exists()


@admin.register(Survey)
class SurveyAdmin(SurveyResultsPages, EditableBy, PortalAdmin):
    list_display = ["subject_name", "audience", "state_badge", "asked_so_far", "answers_so_far"]
    list_filter = ["state", "audience"]
    search_fields = [
        *(f"event__{column}" for column in columns("name")),
        *(f"visit__{column}" for column in columns("title")),
    ]
    inlines = [QuestionInline]
    general = ("event", ("audience", "whom", "open_days"))
    change_form_outer_before_template = "admin/programme/survey/_head.html"
    change_form_after_template = None

    class Media:
        css = {"all": ["portal/visit-admin.css"]}

    # --- Lists and forms --------------------------------------------------------------------------

    def get_queryset(self, request):
        n_asked, n_answers = Count("invitations", distinct=True), Count("answers", distinct=True)
        return super().get_queryset(request).with_subject().annotate(n_asked=n_asked, n_answers=n_answers)

    def get_fieldsets(self, request, obj=None):
        """Of a visit, its name stands where an event's would; whom it asks is nobody's choice for hosts."""
        tabs = super().get_fieldsets(request, obj)
        if obj is None or obj.visit_id is None:
            return tabs
        chosen = ("audience_name", "open_days") if obj.audience == Survey.Audience.HOST else (
            "audience_name", "whom", "open_days")  # fmt: skip
        return [(tabs[0][0], {**tabs[0][1], "fields": ["visit", chosen]}), *tabs[1:]]

    @admin.display(description=_("event or visit"), ordering="event__dtstart")
    def subject_name(self, obj):
        return str(obj.subject)

    @admin.display(description=pgettext_lazy("survey", "for"))
    def audience_name(self, obj):
        return obj.audience_words

    @display(
        description=_("state"),
        ordering="state",
        label={"draft": "info", "skipped": "info", "open": "warning", "closed": "success", "published": "success"},
    )
    def state_badge(self, obj):
        return obj.state, obj.state_words

    @admin.display(description=_("asked"))
    def asked_so_far(self, obj):
        return obj.n_asked if obj.asked is None else obj.asked

    @admin.display(description=_("answers"))
    def answers_so_far(self, obj):
        return obj.n_answers

    def has_change_permission(self, request, obj=None):
        is_draft = obj is None or obj.state == State.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """What people were asked stays; drafts may go, one at a time."""
        return obj is not None and obj.state == State.DRAFT and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return ["event", "audience", "visit", "audience_name"] if obj is not None else []

    def get_inline_instances(self, request, obj=None):
        return super().get_inline_instances(request, obj) if obj is not None else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "event":
            kwargs |= {"queryset": Event.objects.editable_by(request.user).order_by("-dtstart"), "required": True}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            surveys.take_over_questions(obj)

    def response_add(self, request, obj, post_url_continue=None):
        self.message_user(request, _("The ready-made questions are taken over: adjust them."), messages.SUCCESS)
        return redirect("admin:programme_survey_change", obj.pk)

    def response_change(self, request, obj):
        if request.POST.get("_do") in {"open", "skip"}:
            return self._move(request, obj, request.POST["_do"])
        return super().response_change(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk:
            context |= self._about(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _about(self, request, survey) -> dict:
        may_move = Survey.objects.editable_by(request.user).filter(pk=survey.pk).exists()
        return {
            "survey": survey,
            "n_recipients": len(recipients(survey)) if survey.state in {State.DRAFT, State.OPEN} else 0,
            "n_asked": survey.invitations.count() if survey.asked is None else survey.asked,
            "n_answers": survey.answers.count(),
            "moves": [(name, MOVES[name][0]) for name in moves_of(survey)] if may_move else [],
            "saves": self.has_change_permission(request, survey),
        }

    # --- Pages of its own -------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("prepare/<int:event_id>/<slug:audience>/", wrap(self.prepare_view), name="programme_survey_prepare"),
            path("<int:pk>/move/", wrap(self.move_view), name="programme_survey_move"),
            path("<int:pk>/preview/", wrap(self.preview_view), name="programme_survey_preview"),
        ]
        return own + super().get_urls()

    def prepare_view(self, request, event_id, audience):
        """One click from the event: a draft with the ready-made questions, or the survey that is there already."""
        event = get_object_or_404(Event, pk=event_id)
        if audience not in Survey.Audience.values:
            raise Http404("no such audience")
        can_edit = Event.objects.editable_by(request.user).filter(pk=event_id).exists()
        if not self.has_add_permission(request) or not can_edit:
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:programme_survey_changelist")
        return redirect("admin:programme_survey_change", surveys.prepare_survey(event, audience=audience).pk)

    def move_view(self, request, pk):
        survey = get_object_or_404(Survey.objects.with_subject(), pk=pk)
        if not Survey.objects.editable_by(request.user).filter(pk=pk).exists():
            raise PermissionDenied
        wanted = request.POST.get("_do", "")
        if request.method != "POST" or wanted not in MOVES:
            return redirect("admin:programme_survey_change", pk)
        return self._move(request, survey, wanted)

    def _move(self, request, survey, name):
        _label, service, told = MOVES[name]
        try:
            moved = service(survey, now=timezone.now(), by=request.user)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect("admin:programme_survey_change", survey.pk)
        self.message_user(request, told, messages.SUCCESS)
        page = "results" if moved.is_closed else "change"
        return redirect(f"admin:programme_survey_{page}", survey.pk)

    def preview_view(self, request, pk):
        """The page as readers of each language see it."""
        survey = get_object_or_404(Survey.objects.with_subject(), pk=pk)
        if not self.has_view_permission(request, survey):
            raise PermissionDenied
        context = {
            "survey": survey,
            "previews": [(code, name, *preview_of(survey, code)) for code, name in Language.choices],
            "back": reverse("admin:programme_survey_change", args=[pk]),
        }
        return render(request, "programme/survey_preview.html", context)


def moves_of(survey: Survey) -> list[str]:
    """What staff can do with it. What guests and hosts of a visit said is told in its report, not in a public line;
    only what would open by itself can be set aside.
    """
    of_visits, of_events = {"skip"}, {"publish", "withdraw"}
    return [move for move in POSSIBLE[survey.state] if move not in (of_events if survey.visit_id else of_visits)]


def preview_of(survey: Survey, language: str) -> tuple[Spoken, SafeString]:
    """Introduction and questions as readers of ``language`` see them; ids differ from language to language."""
    with translation.override(language):
        form = SurveyAnswerForm(survey=survey, auto_id=f"{language}-%s", prefix=language)
        questions = render_to_string("programme/_survey_questions.html", {"form": form})
        return Spoken.of(survey, "introduction"), questions


def surveys_of(event: Event) -> list[dict]:
    """For the page of ``event``: of each audience its survey, or the way to prepare one. One query."""
    found = {survey.audience: survey for survey in event.surveys.all()}
    return [
        {
            "audience": label,
            "survey": found.get(audience),
            "prepare": reverse("admin:programme_survey_prepare", args=[event.pk, audience]),
        }
        for audience, label in Survey.Audience.choices
    ]
