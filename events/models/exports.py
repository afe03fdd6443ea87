"""What staff take away of people's data: the log, and files that are made in the background (events spec 11.4)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.languages import Language


class ParticipantExportQuerySet(models.QuerySet):
    def seen_by(self, user):
        """Managers read the log of both cities; whoever may export sees their own files."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        return self.filter(by=user)


class ParticipantExport(StateMachine):
    """One file that somebody took away: who, when, by which filter, how many rows. It is never deleted.

    A small one is handed out at once. A large one waits, is made by a task, and can be fetched by its author until it
    is forgotten.
    """

    class State(models.TextChoices):
        HANDED_OUT = "handed_out", pgettext_lazy("export", "handed out")
        WAITING = "waiting", pgettext_lazy("export", "being made")
        READY = "ready", pgettext_lazy("export", "ready")
        FAILED = "failed", pgettext_lazy("export", "not made")
        FORGOTTEN = "forgotten", pgettext_lazy("export", "deleted")

    NEXT = {
        "handed_out": set(),
        "waiting": {"ready", "failed"},
        "ready": {"forgotten"},
        "failed": set(),
        "forgotten": set(),
    }

    at = models.DateTimeField(_("at"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    query = models.TextField(_("filter"), blank=True, editable=False)
    form = models.CharField(_("file"), max_length=12, editable=False)
    stable = models.BooleanField(default=False, editable=False)
    language = models.CharField(max_length=2, choices=Language, default="en", editable=False)
    number = models.PositiveIntegerField(_("rows"), editable=False)
    sensitive = models.CharField(
        _("reason for sensitive answers"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Empty: the file holds none."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HANDED_OUT, editable=False)
    made_at = models.DateTimeField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ParticipantExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of participants")
        verbose_name_plural = _("exports of participants")
        ordering = ["-at", "-pk"]
        permissions = [("export_registration", _("Can export registrations"))]

    def __str__(self):
        return f"{self.form}, {self.number}"


class ExportFile(models.Model):
    """What is to be made, and then the file: in the database, so that whichever server made it any other finds it.

    ``registrations`` are ids in the order of the rows, as they were found when somebody asked.
    """

    export = models.OneToOneField(ParticipantExport, on_delete=models.CASCADE, related_name="file")
    registrations = models.JSONField(default=list)
    content = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("file of an export")
        verbose_name_plural = _("files of exports")

    def __str__(self):
        return str(self.export_id)
