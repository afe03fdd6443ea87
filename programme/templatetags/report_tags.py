"""Reports of the programme for other pages."""

from django import template

from iurc_portal.translation.languages import Language
from programme.models import ProgrammeReport

register = template.Library()
SHOWN = 6


@register.inclusion_tag("programme/_reports.html")
def sent_reports():
    """The latest reports that were sent, with their PDF files; nothing before there is one. One query."""
    found = ProgrammeReport.objects.sent().latest_versions().select_related("edition").defer("snapshot")
    return {"reports": found[:SHOWN], "paper_languages": Language.choices}
