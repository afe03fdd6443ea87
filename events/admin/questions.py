"""Sets of questions: written in three languages, looked at as registrants see them, used again (2.19)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms.models import BaseInlineFormSet
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from events.models import Choice, Question, QuestionSet
from events.models.questions import condition_values
from events.questions import AnswersForm, Condition
from iurc_portal.admin import PortalAdmin, PortalTabularInline
from iurc_portal.translation.languages import Language, columns

LINK = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'


class ConditionField(forms.ChoiceField):
    """Always, or one answer of another question: the key is ``<question>:<value>``."""

    def __init__(self, **kwargs):
        super().__init__(label=_("Only if"), required=False, widget=UnfoldAdminSelectWidget(), **kwargs)

    def offer(self, question: Question) -> None:
        """The answers that ``question`` may depend on: of questions of its set that are always asked."""
        others = Question.objects.filter(
            question_set=question.question_set_id, shown_if=None, kind__in=Question.MAY_BE_CONDITION
        )
        self.choices = [("", _("always asked"))]
        for other in others.exclude(pk=question.pk).in_order():
            self.choices += [
                (f"{other.pk}:{value}", f"{other} → {Condition(other, value).answer}")
                for value in condition_values(other)
            ]


class QuestionForm(forms.ModelForm):
    """A question with its condition as one choice."""

    condition = ConditionField(help_text=_("Save the question once, then choose among the others of its set."))

    class Meta:
        model = Question
        fields = ("kind",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "condition" not in self.fields:
            return
        self.fields["condition"].offer(self.instance)
        if self.instance.pk:
            self.fields["condition"].help_text = ""
        if self.instance.shown_if_id is not None:
            self.initial["condition"] = f"{self.instance.shown_if_id}:{self.instance.shown_if_value}"

    def clean(self):
        cleaned = super().clean()
        key, _colon, value = (cleaned.get("condition") or "").partition(":")
        self.instance.shown_if_id = int(key) if key else None
        self.instance.shown_if_value = value
        return cleaned

    def _post_clean(self):
        """What the model refuses of the condition is said beside its field here."""
        super()._post_clean()
        if "shown_if" in self._errors:
            self._errors["condition"] = self._errors.pop("shown_if")


class ChoiceFormSet(BaseInlineFormSet):
    """Choices that somebody has chosen, or on which a question depends, stay."""

    def clean(self):
        super().clean()
        left = 0
        for form in self.forms:
            if not hasattr(form, "cleaned_data") or not form.cleaned_data:
                continue
            if not form.cleaned_data.get("DELETE"):
                left += 1
            elif form.instance.pk and form.instance.is_in_use:
                words = _("“%(choice)s” has been chosen already, or a question depends on it: it stays.")
                raise ValidationError(words, code="in_use", params={"choice": form.instance})
        if self.instance.has_choices and left < 2:
            raise ValidationError(_("Write two choices at least."), code="few")


class ChoiceInline(PortalTabularInline):
    model = Choice
    formset = ChoiceFormSet
    fields = ["order", *columns("label")]
    extra = 3

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


@admin.register(Question)
class QuestionAdmin(PortalAdmin):
    form = QuestionForm
    general = (
        ("question_set", "order"),
        ("kind", "condition"),
        "is_required",
        "is_sensitive",
        "needs_new_approval",
    )
    inlines = [ChoiceInline]
    list_display = ["label", "question_set", "order", "kind", "is_required", "is_sensitive", "languages_written"]
    list_filter = ["question_set", "kind", "is_sensitive"]
    list_select_related = ["question_set"]
    ordering = ["question_set", "order", "pk"]

    @admin.display(description=_("languages"))
    def languages_written(self, obj):
        return self.languages_shown(obj, "label")


@admin.register(QuestionSet)
class QuestionSetAdmin(PortalAdmin):
    general = ("questions_listed", "events_listed")
    readonly_fields = ["questions_listed", "events_listed"]
    list_display = ["name", "questions_count", "events_count", "languages_written"]

    def get_queryset(self, request):
        counted = super().get_queryset(request)
        return counted.annotate(n_questions=Count("questions", distinct=True), n_events=Count("events", distinct=True))

    def get_urls(self):
        preview = path(
            "<int:pk>/preview/", self.admin_site.admin_view(self.preview_view), name="events_questionset_preview"
        )
        return [preview, *super().get_urls()]

    def preview_view(self, request, pk):
        """The questions as registrants see them, in the three languages below each other."""
        found = self.get_queryset(request).filter(pk=pk).first()
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return render(
            request,
            "events/questions_preview.html",
            {
                "question_set": found,
                "previews": [(code, name, preview_of(found, code)) for code, name in Language.choices],
                "back": reverse("admin:events_questionset_change", args=[pk]),
            },
        )

    @admin.display(description=_("questions"))
    def questions_count(self, obj):
        return obj.n_questions

    @admin.display(description=_("events"))
    def events_count(self, obj):
        return obj.n_events

    @admin.display(description=_("languages"))
    def languages_written(self, obj):
        return self.languages_shown(obj, "name")

    @admin.display(description=_("questions"))
    def questions_listed(self, obj):
        """Each with a link, then the ways to a further one and to the preview."""
        if obj.pk is None:
            return _("Save the set first, then add its questions.")
        rows = format_html_join(
            "",
            "<li>" + LINK + " – {}</li>",
            [
                (reverse("admin:events_question_change", args=[one.pk]), one, one.get_kind_display())
                for one in obj.questions.order_by("order", "pk")
            ],
        )
        add = f"{reverse('admin:events_question_add')}?question_set={obj.pk}&order={obj.questions.count()}"
        preview = reverse("admin:events_questionset_preview", args=[obj.pk])
        return format_html(
            "<ol>{}</ol><p>" + LINK + " · " + LINK + "</p>", rows, add, _("Add a question"), preview, _("Preview")
        )

    @admin.display(description=_("events that ask them"))
    def events_listed(self, obj):
        if obj.pk is None:
            return "–"
        links = [
            (reverse("admin:events_event_change", args=[event.pk]), event)
            for event in obj.events.order_by("-dtstart")[:20]
        ]
        return format_html_join(" · ", LINK, links) or "–"


def preview_of(question_set: QuestionSet, language: str) -> SafeString:
    """The questions as the form shows them to a reader of ``language``; ids differ from language to language."""
    with translation.override(language):
        form = AnswersForm(questions=question_set.questions.in_order(), auto_id=f"{language}-%s")
        form.introduction = question_set.introduction
        return render_to_string("events/_questions.html", {"form": form})
