"""Spreadsheets on their way in: the file as it was read, and what became of each of its rows."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.organisations import Organisation
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language


class ImportBatchQuerySet(models.QuerySet):
    def unfinished(self):
        """Read or half written: somebody is to choose, to write or to put it away."""
        return self.filter(state__in=[ImportBatch.State.READ, ImportBatch.State.CHECKED, ImportBatch.State.WRITING])

    def editable_by(self, user):
        """Staff import for their own city's side, managers for both."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.add_organisation"):
            return self.filter(side=user.side)
        return self.none()


class ImportBatch(StateMachine):
    """One file. ``targets`` names for each column of ``headings`` the field it fills, "" for none.

    What the file does not say of an organisation comes from the batch: kind, side, seat, language of the texts.
    """

    class State(models.TextChoices):
        READ = "read", pgettext_lazy("import", "columns to choose")
        CHECKED = "checked", pgettext_lazy("import", "to be written")
        WRITING = "writing", pgettext_lazy("import", "half written")
        WRITTEN = "written", pgettext_lazy("import", "finished")
        PUT_AWAY = "put_away", pgettext_lazy("import", "put away")

    NEXT = {
        "read": {"checked", "put_away"},
        "checked": {"writing", "put_away"},
        "writing": {"written"},
        "written": set(),
        "put_away": set(),
    }

    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the file: the same one is known again
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    separator = models.CharField(_("separator"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    headings = models.JSONField(_("columns"), default=list)
    heading_line = models.PositiveIntegerField(_("line of the headings"), default=1)  # 0: the file has none
    targets = models.JSONField(_("fields"), default=list)
    side = models.CharField(_("city's side"), max_length=6, choices=PartnerSide)
    kind = models.CharField(_("kind"), max_length=24, choices=Organisation.Kind, default=Organisation.Kind.COMPANY)
    city = models.ForeignKey(
        "ecosystem.City", verbose_name=_("seat"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    language = models.CharField(_("language of the texts"), max_length=2, choices=Language, default=Language.ITALIAN)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.READ, editable=False)
    counts = models.JSONField(default=dict)  # rows by status, kept when the rows are gone
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("read on"))
    changed_at = models.DateTimeField(_("changed"))

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Whether columns and ticks may still change."""
        return self.state in {self.State.READ, self.State.CHECKED}

    @property
    def content(self) -> models.QuerySet:
        """The rows below the headings."""
        return self.rows.filter(number__gt=self.heading_line)


class ImportRow(models.Model):
    """One row of a file and what is to become of it.

    ``messages`` holds ``{"code", "column", "value", "params"}``, put into words for whoever reads
    (``ecosystem.imports.messages``); ``changes`` holds ``{field: [before, after]}``; ``candidates`` the organisations
    that may be the same, as ``[key, reason]``.
    """

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("import row", "new")
        CHANGED = "changed", pgettext_lazy("import row", "changed")
        UNCHANGED = "unchanged", pgettext_lazy("import row", "unchanged")
        DUPLICATE = "duplicate", pgettext_lazy("import row", "possible duplicate")
        OPTED_OUT = "opted_out", pgettext_lazy("import row", "asked not to be listed")
        REFUSED = "refused", pgettext_lazy("import row", "refused")
        OVERTAKEN = "overtaken", pgettext_lazy("import row", "overtaken by another change")

    class Action(models.TextChoices):
        SKIP = "skip", _("leave out")
        CREATE = "create", _("write as a new draft")
        UPDATE = "update", _("take over the changes")
        FILL = "fill", _("fill the gaps of the one there is")

    POSSIBLE: ClassVar[dict[str, list]] = {
        Status.NEW: [Action.CREATE, Action.SKIP],
        Status.CHANGED: [Action.UPDATE, Action.FILL, Action.SKIP],
        Status.DUPLICATE: [Action.SKIP, Action.FILL, Action.CREATE],
    }

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # the line of the file, from 1
    cells = models.JSONField(default=list)
    notes = models.JSONField(default=list)  # what was seen while reading the file, as messages
    name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=9, choices=Status, blank=True)
    action = models.CharField(max_length=6, choices=Action, default=Action.SKIP)
    messages = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="importrow_once")]
        indexes = [models.Index(fields=["batch", "status", "number"], name="importrow_status")]

    def __str__(self):
        return f"{self.batch}: {self.number}"

    @property
    def possible(self) -> list[str]:
        """What staff may choose for this row; nothing where it is refused, unchanged or written already."""
        if self.written_at is not None:
            return []
        actions = self.POSSIBLE.get(self.status, [])
        return [action for action in actions if action != self.Action.FILL or self.organisation_id]
