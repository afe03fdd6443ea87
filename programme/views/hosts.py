"""The page behind ``/h/<token>/``: a host reads what the guests want and answers, without an account (P10).

It is read in the language of the letter; the other two are one click away. GET changes nothing.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from events.views.registering import SeeOther
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.clock import both_cities
from iurc_portal.translation.languages import Language
from programme.exceptions import ItemChanged, LinkOver
from programme.host_facts import Facts, facts_from, facts_of
from programme.host_forms import HostAnswerForm, MaterialForm
from programme.models import Delegate, HostConfirmation, HostLink, LearningQuestion
from programme.schedule import slot_of
from programme.services import links, materials
from programme.views.behind_links import behind_link, link_over


@protected_if_signed_in  # the address itself is the secret; a cookie that a phone refuses must keep nobody out
@require_http_methods(["GET", "HEAD", "POST"])
def host(request, token):
    link = links.find_host_link(token)
    return behind_link(request, link, lambda **reader: _page(request, link, token, **reader))


def _page(request, link: HostLink, token: str, *, language: str, now):
    is_post = request.method == "POST"
    if not links.host_link_works(link, now=now):
        return link_over(request, link.visit, status=409 if is_post else 410)
    found: Any = link.host
    form = HostAnswerForm(host=found, initial={"read_in": language})
    upload = MaterialForm(initial={"read_in": language, "language": language})
    changed, status = _known_change(found), 200
    try:
        if is_post and request.POST.get("part") == "material":
            upload = MaterialForm(request.POST, request.FILES)
            if upload.is_valid() and _handed_in(upload, found, now=now):
                return SeeOther(f"{request.path}?lang={language}#material")
            status = 422
        elif is_post and request.POST.get("part") == "take-back":
            materials.take_back(found, request.POST.get("material", ""), now=now)
            return SeeOther(f"{request.path}?lang={language}#material")
        elif is_post:
            form = HostAnswerForm(request.POST, host=found)
            if form.is_valid():
                form.save(now=now)
                return SeeOther(f"{request.path}?lang={language}")
            status = 422
    except ItemChanged as news:
        link = links.find_host_link(token) or link
        found = link.host
        changed, status = (news.read, news.current), 409
        form = HostAnswerForm(host=found, initial={"read_in": language, "needs": request.POST.get("needs", "")[:1000]})
    except LinkOver:
        return link_over(request, link.visit, status=409)
    return render(
        request,
        "programme/host.html",
        {**_context(found, token), "form": form, "upload": upload, **_change(found, changed, language)},
        status=status,
    )


def _handed_in(upload: MaterialForm, found: HostConfirmation, *, now) -> bool:
    values = upload.cleaned_data
    try:
        materials.hand_in(found, values["file"], kind=values["kind"], language=values["language"], now=now)
    except LinkOver:
        raise
    except ValidationError as refusal:
        upload.add_error("file", refusal)
        return False
    return True


def _known_change(found: HostConfirmation) -> tuple[Facts, Facts] | None:
    """What the host last knew, and what is now, where these differ and an answer is wanted."""
    known, current = facts_from(found.known), facts_of(found.item)
    if found.answer != HostConfirmation.Answer.PENDING or known is None or known.same_as(current):
        return None
    return known, current


def _change(found: HostConfirmation, changed: tuple[Facts, Facts] | None, language: str) -> dict[str, Any]:
    if changed is None:
        return {"change": None}
    visit = found.item.day.visit
    return {
        "change": [
            (
                both_cities(facts.start, facts.end, language=language, tzid=visit.host_city.tzid),
                facts.where_for(language),
            )
            for facts in changed
        ]
    }


def host_page(found: HostConfirmation, token: str, *, language: str) -> dict[str, Any]:
    """All that ``programme/host.html`` shows before anything was sent."""
    return {
        **_context(found, token),
        "form": HostAnswerForm(host=found, initial={"read_in": language}),
        "upload": MaterialForm(initial={"read_in": language, "language": language}),
        **_change(found, _known_change(found), language),
    }


def _context(found: HostConfirmation, token: str) -> dict[str, Any]:
    item, visit = found.item, found.item.day.visit
    tracks = list(item.tracks.values_list("pk", flat=True))
    guests = Delegate.objects.filter(visit=visit).coming().select_related("person__organisation").in_protocol_order()
    meant = Q(item=item) & (Q(host=None) | Q(host=found.person)) | Q(item=None, host=found.person)
    others = item.hosts.exclude(pk=found.pk).exclude(answer=HostConfirmation.Answer.DECLINED)
    return {
        "host": found,
        "item": item,
        "event": item.event,
        "visit": visit,
        "slot": slot_of(visit, item),
        "guests": guests.filter(Q(track__in=tracks) | Q(track=None)) if tracks else guests,
        "questions": LearningQuestion.objects.filter(meant, visit=visit),
        "others": others.select_related("person__organisation"),
        "materials": found.materials.all(),
        "clear": token,
        "language_links": {code: f"?lang={code}" for code in Language.values},
    }
