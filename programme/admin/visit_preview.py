"""The working copy of a visit as a guest, a host or an interpreter would read it, in each language (spec 4).

The pages are rendered by the templates and from the facts of the readers' own pages. They are marked as a preview and
sent under a policy that runs and sends nothing; this address itself takes no POST.
"""

from datetime import datetime

from csp.constants import SELF, UNSAFE_INLINE
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iurc_portal.clock import ROME
from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.translation.languages import CODES, Language
from programme.admin.workplaces import workplace
from programme.models import AgendaTrack, Document, StudyVisit
from programme.models.documents import DocumentKind
from programme.papers import facts
from programme.papers.sheets import sheet_of
from programme.services import day as of_day
from programme.services.hosts import hosts_of_visit
from programme.versions.held import comes
from programme.views.agenda import agenda_context, working_copy
from programme.views.hosts import host_page

NOWHERE = "preview"  # stands where the link has its token, and opens nothing
NO_GROUP = "0"
POLICY = {
    "default-src": ["'none'"],
    "style-src": [SELF, UNSAFE_INLINE],
    "font-src": [SELF, "data:"],
    "img-src": [SELF, "data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "sandbox": True,
}
ON_SCREEN = "<style>@media screen { body { padding-inline: 16px } }</style>"  # a paper has its margins from the sheet
BANNER = (
    '<div role="note" lang="{}" style="position:sticky;top:0;z-index:99;padding:10px 16px;background:#8a5a00;'
    'color:#fff;font:600 16px/1.4 sans-serif"><strong>{}</strong> {}</div>'
)


@workplace("preview", gettext_lazy("Preview as a reader"), order=18)
def preview(request, visit: StudyVisit, context: dict) -> HttpResponse:
    """Whose page one wants to see; with ``as``, ``who`` and ``language`` that page."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if "as" in request.GET:
        return _page(request, visit)
    hosts = list(hosts_of_visit(visit))
    groups = list(visit.tracks.all())
    context |= {
        "parts": [
            ("guest", _("Guests: their agenda"), [(NO_GROUP, _whole(groups), ""), *((g.pk, g, "") for g in groups)]),
            ("host", _("Hosts: the page behind their link"), [(h.pk, h.person, h.item.event) for h in hosts]),
            (
                "interpreter",
                _("Interpreters: their brief"),
                [(person.pk, person, "") for person in facts.interpreters(visit)],
            ),
        ],
        "languages": Language.choices,
    }
    return TemplateResponse(request, "admin/programme/studyvisit/preview.html", context)


def _whole(groups: list[AgendaTrack]) -> str:
    return _("a delegate in no group") if groups else _("the whole delegation")


def _page(request, visit: StudyVisit) -> HttpResponse:
    reader, who, language = (request.GET.get(name, "")[:20] for name in ("as", "who", "language"))
    if reader not in READERS or language not in CODES or not (who.isascii() and who.isdigit()):
        raise Http404
    staff_read = translation.get_language() or "en"
    mark = _("PREVIEW of the working copy. Nobody has this yet, and nothing here can be sent.")
    with translation.override(language), timezone.override(visit.host_city.tzid):
        request.LANGUAGE_CODE = language
        html = READERS[reader](request, visit, int(who), language=language, now=timezone.now())
    response = HttpResponse(_marked(html, mark, staff_read))
    response["Content-Language"] = language
    response._csp_config = POLICY  # type: ignore[attr-defined]
    return response


def _marked(html: str, mark: str, language: str) -> str:
    """``html`` with the banner as the first thing that is read."""
    head, body, rest = html.partition("<body")
    tag, close, rest = rest.partition(">")
    return "".join((head, body, tag, close, format_html(BANNER, language, "⚠", mark), rest))


def _links(request) -> dict[str, dict[str, str]]:
    """The switch of languages stays in the preview."""
    return {"language_links": {code: f"?{_query(request, code)}" for code in CODES}}


def _query(request, code: str) -> str:
    query = QueryDict(mutable=True)
    query.update({"as": request.GET["as"], "who": request.GET["who"], "language": code})
    return query.urlencode()


def _guest(request, visit: StudyVisit, track: int, *, language: str, now: datetime) -> str:
    wanted = track or None
    if wanted is not None and not visit.tracks.filter(pk=wanted).exists():
        raise Http404
    held = of_day.last_held(visit)
    items, changes = working_copy(visit, held)
    own = [item for item in items if comes(wanted, {group.pk for group in item.groups})]
    context = agenda_context(visit, own, changes, held=held, working=True, now=now)
    return render_to_string("programme/visit_agenda.html", context | _links(request), request=request)


def _host(request, visit: StudyVisit, number: int, *, language: str, now: datetime) -> str:
    found = hosts_of_visit(visit).filter(pk=number).first()
    if found is None:
        raise Http404
    context = host_page(found, NOWHERE, language=language)
    return render_to_string("programme/host.html", context | _links(request), request=request)


def _interpreter(request, visit: StudyVisit, number: int, *, language: str, now: datetime) -> str:
    """The brief as it would be made now without a basis for names; no row is written."""
    person = next((one for one in facts.interpreters(visit) if one.pk == number), None)
    if person is None:
        raise Http404
    paper = Document(
        visit=visit,
        kind=DocumentKind.INTERPRETER_BRIEF,
        language=language,
        person=person,
        number=0,
        dated_on=now.astimezone(ROME).date(),
        created_at=now,
    )
    try:
        return sheet_of(paper).html.replace("</head>", f"{ON_SCREEN}</head>", 1)
    except ValidationError as refusal:
        why = " ".join(refusal.messages)
    except DocumentsUnavailable as refusal:
        why = str(refusal)
    return format_html("<!doctype html><html lang={}><body><p>{}</p></body></html>", language, why)


READERS = {"guest": _guest, "host": _host, "interpreter": _interpreter}
