"""Bare views on the same server: one indexed query, a small template, the same middleware."""

from django.http import HttpResponse
from django.template import Context, Template

from ecosystem.models import Organisation

ROWS = Template(
    "<!doctype html><title>r</title><ul>"
    "{% for row in rows %}<li><a href='/{{ row.slug }}'>{{ row.name_en }}</a></li>{% endfor %}</ul>"
)
ROW = Template("<!doctype html><title>r</title><h1>{{ row.name_en }}</h1><p>{{ row.summary_en }}</p>")


def thirty_rows(request):
    rows = Organisation.objects.order_by("pk").only("slug", "name_en")[:30]
    return HttpResponse(ROWS.render(Context({"rows": rows})))


def one_row(request):
    row = Organisation.objects.only("name_en", "summary_en").order_by("pk").first()
    return HttpResponse(ROW.render(Context({"row": row})))
