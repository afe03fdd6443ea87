"""Old versions of a record: they are read, and where nothing but facts is at stake they are put back."""

from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from modeltranslation.translator import translator

from iurc_portal.audit.machine import StateMachine


class CarefulHistory:
    """Going back to an old version never changes a state, a publication or a time: those have services and a log.

    Records with a state, and those whose admin says ``reverts = False``, are only looked at. Of others the fields of
    the form come back, without the ``guarded`` ones.
    """

    reverts = True
    guarded: tuple[str, ...] = ("state", "slug")

    def revert_disabled(self, request, obj=None):
        only_facts = self.reverts and not issubclass(self.model, StateMachine)
        return not only_facts or not self.has_change_permission(request, obj) or super().revert_disabled(request, obj)

    def history_view(self, request, object_id, extra_context=None):
        self.refuse_unseen(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def refuse_unseen(self, request, object_id) -> None:
        """A record that is not in a person's list has no past for them, either. Of what was deleted it remains."""
        key = unquote(object_id)
        try:
            exists = self.model._base_manager.filter(pk=key).exists()
        except (ValueError, ValidationError) as no_key:
            raise Http404 from no_key
        if exists and self.get_object(request, key) is None:
            raise Http404

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if not hasattr(self.model._meta, "simple_history_manager_attribute"):
            raise Http404("no history is kept")
        self.refuse_unseen(request, object_id)
        request.looks_back = True
        if request.method == "POST":
            present = self.get_object(request, unquote(object_id))
            if present is None:
                raise Http404
            if self.revert_disabled(request, present):
                raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        if obj is None or not getattr(request, "looks_back", False):
            return readonly
        if self.revert_disabled(request, obj):
            return flatten_fieldsets(self.get_fieldsets(request, obj))
        fields = {field.name for field in self.model._meta.fields}
        return [*readonly, *(name for name in self.guarded if name in fields)]

    def save_form(self, request, form, change):
        record = super().save_form(request, form, change)
        if getattr(request, "looks_back", False):
            self._keep_the_present(record, form)
        return record

    def _keep_the_present(self, record, form) -> None:
        """What the form does not hold stays as it is today, whatever the old version says."""
        present = self.model._default_manager.get(pk=record.pk)
        translated = translator.get_options_for_model(self.model).fields  # their columns are fields of their own
        for field in self.model._meta.concrete_fields:
            if field.name not in form.cleaned_data and field.name not in translated:
                setattr(record, field.attname, getattr(present, field.attname))
