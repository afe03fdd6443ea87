"""The hosts of a visit: who was asked, what they answered, what to do next (programme spec P10, section 4).

Every button is a POST that acts on the ticked rows or on one; what is refused is told beside its row.
"""

from collections.abc import Callable, Iterable
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iurc_portal.office_files import saved_response
from programme.admin.workplaces import workplace
from programme.availability import other_visits_that_day
from programme.exceptions import ItemChanged
from programme.models import HostConfirmation, Material
from programme.schedule import slot_of
from programme.services import hosts as services

Answer = HostConfirmation.Answer
MANY: dict[str, tuple[Callable, Callable[[int], str]]] = {
    "invite": (services.invite_hosts, lambda n: ngettext("%(n)s host invited.", "%(n)s hosts invited.", n)),
    "remind": (services.remind_hosts, lambda n: ngettext("%(n)s host reminded.", "%(n)s hosts reminded.", n)),
    "renew": (
        partial(services.each, act=services.renew_link),
        lambda n: ngettext("%(n)s new link sent; the former no longer works.", "%(n)s new links sent.", n),
    ),
}


class OnBehalfForm(forms.Form):
    """What a host said by telephone or by mail."""

    answer = forms.ChoiceField(
        choices=[
            (Answer.ACCEPTED.value, Answer.ACCEPTED.label),
            (Answer.DECLINED.value, Answer.DECLINED.label),
            (Answer.PENDING.value, Answer.PENDING.label),
        ]
    )
    reason = forms.CharField(required=False, max_length=1000)
    needs = forms.CharField(required=False, max_length=1000)


@workplace("hosts", _("hosts"), order=40)
def hosts(request, visit, context):
    """One row per item and host. GET changes nothing."""
    now = timezone.now()
    if request.GET.get("material", "").isdecimal():
        return _download(visit, request.GET["material"])
    rows = list(services.hosts_of_visit(visit).prefetch_related("materials"))
    outcome: dict[int, ValidationError | None] = {}
    done = ""
    if request.method == "POST":
        outcome, done = _act(request, rows, now=now)
        if outcome and not any(outcome.values()):
            request.session[SAID] = str(done)
            return HttpResponseRedirect(request.path)
        rows = list(services.hosts_of_visit(visit).prefetch_related("materials"))
    else:
        done = request.session.pop(SAID, "")
    elsewhere = other_visits_that_day(visit, rows)
    return TemplateResponse(
        request,
        "admin/programme/studyvisit/hosts.html",
        {
            **context,
            "rows": [_row(visit, host, outcome, now=now) | {"elsewhere": elsewhere.get(host.pk, ())} for host in rows],
            "done": done,
            "refused": sum(refusal is not None for refusal in outcome.values()),
            "answers": services.count_answers(rows),
        },
        status=422 if any(outcome.values()) else 200,
    )


SAID = "visit hosts said"


def _row(visit, host, outcome, *, now) -> dict:
    refusal = outcome.get(host.pk)
    obstacle = services.refusal_to_ask(host, now=now)
    return {
        "host": host,
        "slot": slot_of(visit, host.item),
        "refusal": " ".join(refusal.messages) if refusal else "",
        "obstacle": " ".join(obstacle.messages) if obstacle else "",
    }


def _act(request, rows: Iterable[HostConfirmation], *, now) -> tuple[dict[int, ValidationError | None], str]:
    """Do what the pressed button says; for each row that was meant, its refusal or None, and a word on the rest."""
    by_key = {str(row.pk): row for row in rows}
    action, _colon, key = request.POST.get("act", "").partition(":")
    if action in MANY:
        keys = [key] if key else request.POST.getlist("host")
        act, words = MANY[action]
        outcome = act([by_key[one] for one in keys if one in by_key], now=now, by=request.user)
        count = sum(refusal is None for _host, refusal in outcome)
        return {host.pk: refusal for host, refusal in outcome}, words(count) % {"n": count} if count else ""
    host = by_key.get(key)
    if host is None:
        return {}, ""
    try:
        done = _act_on_one(request, host, action, now=now)
    except ValidationError as refusal:
        return {host.pk: refusal}, ""
    return {host.pk: None}, done


def _act_on_one(request, host: HostConfirmation, action: str, *, now) -> str:
    if action == "accept":
        services.accept_proposal(host, now=now, by=request.user)
        return _("The item has moved to the proposed time; the other hosts are asked again.")
    if action == "keep":
        note = request.POST.get(f"note-{host.pk}", "")[:500]
        services.keep_time(host, note=note, now=now, by=request.user)
        return _("The time stays; the host is asked once more.")
    form = OnBehalfForm({name: request.POST.get(f"{name}-{host.pk}", "") for name in OnBehalfForm.base_fields})
    if action != "answer" or not form.is_valid():
        raise ValidationError(_("Choose an answer."), code="invalid")
    try:
        services.answer_host(host, **form.cleaned_data, now=now, by=request.user)
    except ItemChanged as news:
        raise ValidationError(news.messages) from news
    return _("Written down, with your name.")


def _download(visit, number: str):
    """A host's file, for whoever plans the visit."""
    found = Material.objects.filter(item__day__visit=visit, pk=int(number[:12])).first()
    if found is None:
        raise Http404
    try:
        return saved_response(found.file, name=found.name)
    except FileNotFoundError as error:
        raise Http404 from error
