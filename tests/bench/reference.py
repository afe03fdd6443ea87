"""Bare views on the same server: one indexed query, a small template, the same middleware."""

from django.http import HttpResponse, HttpResponseNotModified
from django.template import Context, Template
from django.views.decorators.http import condition

from ecosystem.models import Organisation

ROWS = Template(
    "<!doctype html><title>r</title><ul>"
    "{% for row in rows %}<li><a href='/{{ row.slug }}'>{{ row.name_en }}</a></li>{% endfor %}</ul>"
)
ROW = Template("<!doctype html><title>r</title><h1>{{ row.name_en }}</h1><p>{{ row.summary_en }}</p>")

FILE = b"x" * 50_000  # about as much as a compressed calendar of a thousand events


def thirty_rows(request):
    rows = Organisation.objects.order_by("pk").only("slug", "name_en")[:30]
    return HttpResponse(ROWS.render(Context({"rows": rows})))


def one_row(request):
    row = Organisation.objects.only("name_en", "summary_en").order_by("pk").first()
    return HttpResponse(ROW.render(Context({"row": row})))


def file(request):
    """A file in memory, already compressed: no query, no template."""
    return HttpResponse(FILE, content_type="text/calendar", headers={"Content-Encoding": "gzip"})


def not_modified(request):
    """The least answer to who has it: Django compares the mark, nothing is read."""
    mark = request.headers.get("If-None-Match", '"x"').strip()
    return condition(etag_func=lambda request: mark)(lambda request: HttpResponseNotModified())(request)
