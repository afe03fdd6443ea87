"""The promise that a translated field has a text in one language at least."""

from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.languages import columns


class SomeLanguage(models.CheckConstraint):
    """A plain check for the database; towards people it says which text is wanting, read off the check's name."""

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        try:
            super().validate(model, instance, exclude=exclude, using=using)
        except ValidationError as refusal:
            field = model._meta.get_field(self.name.partition("_has_some_")[2])
            words = _("Write “%(field)s” in one language at least.")
            raise ValidationError(
                words, code="some_language", params={"field": capfirst(field.verbose_name)}
            ) from refusal

    def deconstruct(self):
        _path, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs


def some_language(model: str, field: str = "name") -> models.CheckConstraint:
    """A check that one of the three columns of ``field`` is neither null nor empty; for ``Meta.constraints``.

    Named ``<model>_has_some_<field>``. The columns come from the app's ``translation.py``.
    """
    filled = [Q(**{f"{column}__isnull": False}) & ~Q(**{column: ""}) for column in columns(field)]
    return SomeLanguage(
        name=f"{model}_has_some_{field}",
        condition=reduce(or_, filled),
        violation_error_message=_("Write this text in one language at least."),
    )
