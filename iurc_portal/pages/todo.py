"""What of readers' reports and of the portal's own texts needs doing."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.utils.translation import gettext_lazy as _

from iurc_portal.pages.models import EditableText, PageRating, ProblemReport
from iurc_portal.staff.filters import without_text
from iurc_portal.staff.todo import Task, register
from iurc_portal.translation.languages import Language

LOW = 2
RECENT = timedelta(days=30)


def incomplete_texts(now):
    return EditableText.objects.filter(reduce(or_, (without_text("body", code) for code in Language.values)))


register(
    Task(
        "problem-reports",
        _("Problem reports without an answer"),
        lambda now: ProblemReport.objects.filter(answered_at=None),
        "pages.view_problemreport",
    ),
    Task(
        "low-ratings",
        _("Pages rated as unclear in the last 30 days"),
        lambda now: PageRating.objects.filter(rating__lte=LOW, created_at__gte=now - RECENT),
        "pages.view_pagerating",
    ),
    Task(
        "incomplete-texts",
        _("Pages of text that lack a language"),
        incomplete_texts,
        "pages.change_editabletext",
        urgent=False,  # counted on the home with the texts of every kind (iurc_portal/translation/todo.py)
    ),
)
