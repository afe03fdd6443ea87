"""What a closed survey says, for staff: numbers for both cities, texts for who runs the event (programme spec 8)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from events.admin.exports import file_answer
from iurc_portal import tables
from iurc_portal.translation.languages import Language
from programme import survey_results
from programme.models import Survey
from programme.services import survey_comments

FORMS = {"xlsx", "csv"}


class SurveyResultsPages:
    """The page of results and the two files that are made of it. What is hidden is hidden in all of them alike."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/results/", wrap(self.results_view), name="programme_survey_results"),
            path("<int:pk>/results/<slug:form>/", wrap(self.take_away_view), name="programme_survey_take_away"),
        ]
        return own + super().get_urls()

    def results_view(self, request, pk):
        survey, results, reads_texts = self._read(request, pk)
        if not survey.is_closed:
            return redirect("admin:programme_survey_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Results of the survey"),
            "opts": self.opts,
            "survey": survey,
            "results": results,
            "at_least": survey.at_least,
            "languages": [(str(Language(code).label), n) for code, n in results.languages.items()],
            "hidden": results.n - sum(results.languages.values()),
            "reads_texts": reads_texts,
            **self._about(request, survey),
        }
        return TemplateResponse(request, "admin/programme/survey/results.html", context)

    def take_away_view(self, request, pk, form):
        survey, results, reads_texts = self._read(request, pk)
        if form not in FORMS or not survey.is_closed:
            raise Http404("nothing to take away")
        table = tables.Table(survey_results.columns(), survey_results.lines_of(results, with_texts=reads_texts))
        name = f"survey-{survey.subject.slug}-{survey.audience}"
        return file_answer(table, form, name=name, title=pgettext("sheet of a workbook", "Survey"))

    def _read(self, request, pk):
        """The survey, its results, and whether this person reads its free texts."""
        survey = get_object_or_404(Survey.objects.with_subject(), pk=pk)
        if not self.has_view_permission(request, survey):
            raise PermissionDenied
        results = survey_results.results_of(survey)
        if survey.visit_id is not None:
            return survey, results, survey_comments.may_moderate(request.user, survey)
        return survey, results, Survey.objects.editable_by(request.user).filter(pk=pk).exists()
