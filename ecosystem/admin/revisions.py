"""What organisations propose to change: old and new beside each other."""

from babel import Locale
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.admin.decisions import DecisionAdmin
from ecosystem.diffs import compare
from ecosystem.models import ProfileRevision
from ecosystem.models.revisions import texts_of_profile
from ecosystem.services import revisions
from iurc_portal.shown import digest_of
from iurc_portal.translation.languages import columns

BADGES = {
    "proposed": "warning",
    "accepted": "success",
    "partly_accepted": "success",
    "rejected": "danger",
    "superseded": "info",
    "withdrawn": "info",
}


@admin.register(ProfileRevision)
class ProfileRevisionAdmin(DecisionAdmin):
    template = "admin/ecosystem/revision.html"
    list_display = ["organisation", "number", "author", "fields_changed", "state_badge", "proposed_at"]
    list_filter = ["state", "organisation__side"]
    list_select_related = ["organisation", "author"]
    search_fields = ["author__email", *columns("organisation__name")]
    date_hierarchy = "proposed_at"

    @admin.display(description=_("fields"))
    def fields_changed(self, obj):
        return " · ".join(dict.fromkeys(column.label for column in obj.columns))

    @display(description=_("state"), ordering="state", label=BADGES)
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    def about(self, obj):
        public = texts_of_profile(obj.organisation)
        is_open = obj.state == obj.State.PROPOSED
        return {
            "is_open": is_open,
            "fingerprint": _fingerprint(obj, public),
            "changes": [_change(obj, column, public, is_open=is_open) for column in obj.columns],
        }

    def kept(self, request):
        """The boxes as they were sent, so that a second attempt does not publish what was left out; else all."""
        return {"ticked": request.POST.getlist("accept") if request.method == "POST" else None}

    def decide(self, request, obj, now):
        if request.POST.get("fingerprint") != _fingerprint(obj, texts_of_profile(obj.organisation)):
            raise ValidationError(
                _("The public text has changed since this page was opened. Read it again, then decide."), code="stale"
            )
        if "all" in request.POST:
            accepted = set(obj.changes)
        elif "ticked" in request.POST:
            accepted = set(request.POST.getlist("accept"))
            if not accepted & set(obj.changes):
                raise ValidationError(_("Tick the fields to accept, or reject the proposal."), code="choice")
        elif "reject" in request.POST:
            accepted = set()
        else:
            raise ValidationError(_("Choose one of the three buttons."), code="choice")
        decided = revisions.decide_revision(
            revision=obj, accepted=accepted, by=request.user, now=now, reason=request.POST.get("reason", "")
        )
        return self.done(decided)


def _change(revision, column, public: dict, *, is_open: bool) -> dict:
    """One field as the page shows it: what is public now (once decided: what was), and what is proposed."""
    change = revision.changes[column.name]
    before = public[column.name] if is_open else change["old"]
    left, right = compare(_as_text(before), _as_text(change["new"]))
    return {
        "column": column,
        "left": left,
        "right": right,
        "moved": is_open and before != change["old"],
        "accepted": column.name in revision.accepted,
    }


def _as_text(value) -> str:
    if not isinstance(value, list):
        return value
    names = Locale.parse((get_language() or "en")[:2]).languages
    return "\n".join(names.get(code, code) for code in value)


def _fingerprint(revision, public: dict) -> str:
    """A digest of the texts that stand beside the proposal, so that nobody accepts over what they have not read."""
    return digest_of({name: public[name] for name in revision.changes})
