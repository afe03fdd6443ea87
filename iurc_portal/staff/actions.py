"""What staff do to records beside saving them: on several rows of a list, or by a button below an open form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def each_row(model_admin, request, queryset, act: Callable[..., object]) -> int:
    """Call ``act(row)`` for every row of ``queryset`` that this person may change. Returns how many were done.

    What is refused is told with its reason; the rest goes on.
    """
    done = 0
    for row in queryset:
        if not model_admin.has_change_permission(request, row):
            model_admin.message_user(request, _("%(name)s: not yours to change.") % {"name": row}, messages.ERROR)
            continue
        try:
            act(row)
        except ValidationError as error:
            model_admin.message_user(request, f"{row}: {' '.join(error.messages)}", messages.ERROR)
        else:
            done += 1
    if done:
        words = ngettext("Done for %(count)s record.", "Done for %(count)s records.", done) % {"count": done}
        model_admin.message_user(request, words, messages.SUCCESS)
    return done


@dataclass(frozen=True)
class Move:
    """One button: its words, what it does (``act(obj, by=…, now=…)``), and what is said then, with ``%(name)s``."""

    words: Any
    act: Callable[..., object]
    told: Any


class MovesOfRecord:
    """The moves that an open record allows, as buttons below its form: the form is saved, then the move is made."""

    def moves_of(self, obj) -> dict[str, Move]:
        """What the state of ``obj`` allows, by the name its button sends."""
        raise NotImplementedError

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk and self.has_change_permission(request, obj):
            context["moves"] = [(name, move.words) for name, move in self.moves_of(obj).items()]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        move = self.moves_of(obj).get(request.POST.get("_do", ""))
        if move is None:
            return super().response_change(request, obj)
        try:
            move.act(obj, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            self.message_user(request, " ".join([_("Saved, but:"), *refusal.messages]), messages.WARNING)
        else:
            self.message_user(request, move.told % {"name": obj}, messages.SUCCESS)
        return redirect(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", obj.pk)
