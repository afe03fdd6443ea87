"""What registrants answered, on the page of their registration; sensitive answers behind a permission (2.19, 11.5)."""

from functools import partial

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.models import Answer
from events.questions import in_words
from events.services.questions import mark_reviewed
from iurc_portal.staff.actions import each_row
from iurc_portal.translation.languages import Spoken

SENSITIVE = "events.read_sensitive_answers"


def answers_list(registration, *, may_read_sensitive: bool):
    """The answers as a list of definitions, in the order in which they were asked. Three queries."""
    rows = []
    answers = registration.answers.select_related("question").prefetch_related("question__choices")
    for answer in answers.order_by("question__order", "question"):
        hidden = answer.question.is_sensitive and not may_read_sensitive
        words = (
            _("answered; you need the permission to read it") if hidden else in_words(answer.question, answer.value)
        )
        rows.append((Spoken.of(answer.question, "label"), words))
    if not rows:
        return "–"
    return format_html(
        '<dl class="staff-answers">{}</dl>',
        format_html_join("", "<dt><strong>{}</strong></dt><dd class='mb-2 whitespace-pre-line'>{}</dd>", rows),
    )


class ShowsAnswers:
    """For the admin of registrations: answers and group on the page, their number in the list, changes to look at."""

    def get_queryset(self, request):
        counted = Answer.objects.filter(registration=OuterRef("pk")).order_by().values("registration")
        number = Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return super().get_queryset(request).annotate(n_answers=Coalesce(number, 0))

    def get_list_display(self, request):
        return [*super().get_list_display(request), "answers_count"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ("needs_review_since", admin.EmptyFieldListFilter)]

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.has_change_permission(request):
            name, words = "answers_reviewed", gettext_lazy("The changed answers have been looked at")
            actions[name] = (type(self).answers_reviewed, name, words)
        return actions

    answer_fields = ("group_shown", "answers_all", "answers_plain", "review_shown")  # all of them read only

    def with_answers(self, request, fields):
        """``fields`` of the page, with group and answers before the last; which answers, the permission says."""
        shown = "answers_all" if request.user.has_perm(SENSITIVE) else "answers_plain"
        return [*fields[:-1], "group_shown", shown, "review_shown", fields[-1]]

    def answers_reviewed(self, request, queryset):
        each_row(self, request, queryset, partial(mark_reviewed, by=request.user, now=timezone.now()))

    @admin.display(description=gettext_lazy("answers"))
    def answers_count(self, obj):
        return obj.n_answers or "–"

    @admin.display(description=gettext_lazy("answers"))
    def answers_all(self, obj):
        return answers_list(obj, may_read_sensitive=True)

    @admin.display(description=gettext_lazy("answers"))
    def answers_plain(self, obj):
        return answers_list(obj, may_read_sensitive=False)

    @admin.display(description=gettext_lazy("changed answers to look at"))
    def review_shown(self, obj):
        since = obj.needs_review_since
        return date_format(timezone.localtime(since), "SHORT_DATETIME_FORMAT") if since else "–"

    @admin.display(description=pgettext_lazy("of people", "group"))
    def group_shown(self, obj):
        if obj.group is None:
            return "–"
        link = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'
        return format_html(link, reverse("admin:events_registrationgroup_change", args=[obj.group.pk]), obj.group)
