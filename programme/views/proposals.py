"""Proposing a visit: begun with a sentence, saved step by step, sent when nothing is missing (programme spec P1–P3).

What a person may not see does not exist (404). Steps save whatever could be read, so that nothing typed is lost.
"""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iurc_portal.audit.models import Transition
from iurc_portal.limits import allow
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.translation.languages import Language
from programme.exceptions import NotReady
from programme.models import StudyVisit
from programme.proposal_forms import BY_SLUG, STEP_OF_MISSING, STEPS, BeginForm, DatesStep, step_after, step_before
from programme.services import proposals
from programme.services.visits import missing_for
from programme.wishes import is_large, remarks_on_days, remarks_on_size, today_in, wishes_with_remarks

State = StudyVisit.State
HOUR, A_LOT = timedelta(hours=1), 20


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    """Begin a proposal, or go on with one."""
    applicants = proposals.applicants_for(request.user).order_by("name_en", "name_it", "pk")
    own = StudyVisit.objects.applied_for_by(request.user).select_related("host_city", "guest_city", "applicant")
    first = applicants.filter(memberships__user=request.user).first() or applicants.first()
    context = {"own": own.order_by("-updated_at", "-pk")[:50], "may_begin": first is not None}
    if first is None:
        return render(request, "programme/propose.html", context)
    other = "nagoya" if first.side == "torino" else "torino"
    initial = {"applicant": first, "host_city": other}
    form = context["form"] = BeginForm(
        request.POST if request.method == "POST" else None, applicants=applicants, initial=initial
    )
    if request.method != "POST":
        return render(request, "programme/propose.html", context)
    if not form.is_valid():
        return render(request, "programme/propose.html", context, status=422)
    if not allow("proposal", str(request.user.pk), times=A_LOT, within=HOUR):
        return too_many_requests(request, within=HOUR)
    visit = proposals.begin_proposal(by=request.user, language=_language(), **form.cleaned_data)
    return redirect("programme:proposal_step", visit.number, step_after("subject"))


@never_cache
@login_required
@require_safe
def proposal(request, number):
    """How far it is: its state, what is missing, when the answer comes; everything that was written."""
    visit, may_write = _found(request, number)
    now = timezone.now()
    missing = [(thing, STEP_OF_MISSING.get(thing.code, "subject")) for thing in missing_for(visit, State.PROPOSED)]
    said = Transition.objects.of(visit).filter(to_state__in=["returned", "declined"]).last()
    context = {
        "visit": visit,
        "may_write": may_write,
        "missing": missing if visit.is_being_written else [],
        "wishes": wishes_with_remarks(visit, now=now),
        "size_remarks": remarks_on_size(visit.expected_size, visit.size_limit),
        "questions": visit.questions.order_by("order", "pk"),
        "rows": [{"step": step, "texts": step.shown(visit)} for step in STEPS],
        "said": said.comment if said is not None and visit.state in {State.RETURNED, State.DECLINED} else "",
    }
    return render(request, "programme/proposal.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_step(request, number, step):
    """One step: what was written, and the way on."""
    visit, may_write = _found(request, number)
    kind = BY_SLUG.get(step)
    if kind is None:
        raise Http404
    if not may_write:
        messages.info(request, _("The proposal has been sent: it cannot be changed now."))
        return redirect("programme:proposal", number)
    form = kind(request.POST if request.method == "POST" else None, visit=visit)
    if request.method == "POST":
        is_whole = form.is_valid()
        try:
            proposals.write_proposal(visit, **form.written())
        except ValidationError as refusal:  # sent a moment ago, in another window
            messages.error(request, " ".join(refusal.messages))
            return redirect("programme:proposal", number)
        if is_whole:
            return _onward(request, visit, step)
    remarks = _remarks(visit, form) if kind is DatesStep else []
    form.show_needed()
    slugs = [one.slug for one in STEPS]
    context = {
        "visit": visit,
        "form": form,
        "step": kind,
        "place": slugs.index(step) + 1,
        "steps": STEPS,
        "before": step_before(step),
        "remarks": remarks,
    }
    status = 422 if form.errors else 200
    return render(request, "programme/proposal_step.html", context, status=status)


@never_cache
@login_required
@require_safe
def proposal_remarks(request, number):
    """What is to be known of the dates as they stand in the form: asked while they are typed."""
    visit, _may_write = _found(request, number)
    form = DatesStep(request.GET, visit=visit)
    form.is_valid()
    return render(request, "programme/_date_remarks.html", {"remarks": _remarks(visit, form)})


@require_POST
@login_required
def proposal_send(request, number):
    """Send it. What is missing is told on its page; nothing is lost."""
    visit, may_write = _found(request, number)
    if not may_write:
        messages.info(request, _("The proposal has been sent: it cannot be changed now."))
        return redirect("programme:proposal", number)
    try:
        proposals.send_proposal(visit, by=request.user, now=timezone.now())
    except NotReady:
        messages.warning(request, _("It is not sent yet: some things are missing. The draft is kept."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your proposal is on its way to the host city. We have sent you a receipt."))
    return redirect("programme:proposal", number)


def _found(request, number) -> tuple[StudyVisit, bool]:
    """The proposal with that number, for its applicants and for staff, and whether this person may write on it."""
    rows = StudyVisit.objects.numbered(number).select_related("host_city", "guest_city", "applicant", "lead")
    visit = get_object_or_404(rows)
    is_own = StudyVisit.objects.applied_for_by(request.user).filter(pk=visit.pk).exists()
    is_staff = request.user.is_staff and request.user.has_perm("programme.view_studyvisit")
    if visit.number != number or not (is_own or is_staff):
        raise Http404("not theirs")
    if not visit.language:
        visit.language = _language()  # begun by staff in their editor
    return visit, proposals.writable_by(request.user).filter(pk=visit.pk).exists()


def _onward(request, visit, step):
    if step == DatesStep.slug and any(remarks for _wish, remarks in wishes_with_remarks(visit, now=timezone.now())):
        messages.warning(request, _("Saved. Some of the dates want a second look: see the page of your proposal."))
    following = step_after(step)
    if "_later" in request.POST or not following:
        return redirect("programme:proposal", visit.number)
    return redirect("programme:proposal_step", visit.number, following)


def _remarks(visit, form) -> list[tuple[int, list[str]]]:
    """For each wish of the form its warnings, by its place."""
    if not form.is_bound:
        found = wishes_with_remarks(visit, now=timezone.now())
        return [(wish.order, remarks) for wish, remarks in found if remarks]
    today, large = today_in(visit, timezone.now()), is_large(visit)
    wishes = enumerate(form.wishes(), start=1)
    told = ((place, remarks_on_days(*days, today=today, is_large=large)) for place, days in wishes)
    return [(place, remarks) for place, remarks in told if remarks]


def _language() -> str:
    code = (get_language() or "en")[:2]
    return code if code in Language.values else "en"
