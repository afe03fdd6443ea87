"""Pages on which staff decide something once: read in full, then one button. No field is edited."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from iurc_portal.admin import EditableBy, PlainAdmin


class DecisionAdmin(EditableBy, PlainAdmin):
    """A list, and for each record a page of its own with the decision. Subclasses give ``template``, ``about`` and
    ``decide``; the latter returns what is said afterwards and raises ``ValidationError`` for a refusal.
    """

    template: str

    def about(self, obj) -> dict:
        """What the page shows besides the record."""
        raise NotImplementedError

    def decide(self, request, obj, now) -> str:
        raise NotImplementedError

    def kept(self, request) -> dict:
        """What somebody had chosen on the page whose decision was refused, besides the reason."""
        return {}

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        reason = ""
        if request.method == "POST":
            if not self.has_change_permission(request, obj):
                raise PermissionDenied
            try:
                told = self.decide(request, obj, timezone.now())
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
                reason = request.POST.get("reason", "")
                obj = self.get_object(request, unquote(object_id))
            else:
                self.message_user(request, told, messages.SUCCESS)
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": str(obj),
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "may_decide": self.has_change_permission(request, obj),
            "reason": reason,
            **self.about(obj),
            **self.kept(request),
        }
        return TemplateResponse(request, self.template, context)

    @staticmethod
    def done(obj) -> str:
        return _("Decided: %(name)s is %(state)s.") % {"name": obj, "state": obj.get_state_display()}
