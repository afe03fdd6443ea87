"""Follow-ups of the reader's organisations, who say how it goes, and of their visits, to read (programme spec 8)."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecosystem.models import Organisation
from iurc_portal.clock import ROME
from programme.models import FollowUp
from programme.services.followups import OWNERS_MOVES, say_how_it_goes

PER_PAGE = 20


class WordForm(forms.Form):
    """A word on how it goes, and where it was taken."""

    note = forms.CharField(
        label=gettext_lazy("How is it going?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    to_state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args, follow_up: FollowUp, **kwargs):
        super().__init__(*args, auto_id=f"follow-up-{follow_up.pk}-%s", **kwargs)
        onward = [state for state in OWNERS_MOVES if state in FollowUp.NEXT[follow_up.state]]
        now = follow_up.get_state_display()
        self.fields["to_state"].choices = [
            ("", _("stays: %(state)s") % {"state": now}),
            *((state.value, state.label) for state in onward),
        ]
        self.fields["note"].initial = follow_up.note


def _seen(user):
    """What concerns ``user`` as a person, whatever staff of a side may see besides."""
    mine = FollowUp.objects.concerning(user)
    return mine.select_related(
        "visit", "webinar__event", "stay__sending", "stay__hosting", "owner_torino", "owner_nagoya", "note_by"
    )


@never_cache
@login_required
@require_safe
def mine(request):
    """What is unfinished first, then by day. A constant number of queries."""
    return render(request, "programme/my_follow_ups.html", _context(request))


def _context(request, *, refused: WordForm | None = None, pk: int | None = None) -> dict:
    page = Paginator(_seen(request.user).unfinished_first(), PER_PAGE).get_page(request.GET.get("page"))
    keys = [row.pk for row in page]
    own = set(FollowUp.objects.answered_for_by(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    rows = [
        (row, (refused if row.pk == pk else WordForm(follow_up=row)) if row.pk in own and row.is_unfinished else None)
        for row in page
    ]
    return {"page": page, "rows": rows, "today": timezone.now().astimezone(ROME).date()}


@never_cache
@login_required
@require_POST
def say(request, pk):
    """Write down what an owner says; who only reads it cannot, and for everybody else it does not exist."""
    row = get_object_or_404(FollowUp.objects.answered_for_by(request.user), pk=pk)
    form = WordForm(request.POST, follow_up=row)
    if form.is_valid():
        spoken_for = request.user.memberships.values("organisation")
        organisation = Organisation.objects.filter(pk__in=[row.owner_torino_id or 0, row.owner_nagoya_id or 0]).filter(
            pk__in=spoken_for
        )
        try:
            say_how_it_goes(
                row, organisation=organisation.order_by("pk")[0], now=timezone.now(), by=request.user,
                **form.cleaned_data,
            )  # fmt: skip
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if form.errors:
        return render(request, "programme/my_follow_ups.html", _context(request, refused=form, pk=pk), status=422)
    messages.success(request, _("Saved. The staff of both cities read it."))
    return redirect(f"{reverse('my_follow_ups')}#follow-up-{pk}")
