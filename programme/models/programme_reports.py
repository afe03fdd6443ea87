"""The periodic report of an edition, the records frozen behind its numbers, and its evidence pack (P28, P29)."""

import uuid
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from programme.exceptions import FrozenReport
from programme.indicators.periods import Period
from programme.models import reports
from programme.models.reports import Report, ReportQuerySet

NEEDED_TEXTS = ("summary", "results", "next_steps")
SECTIONS = {"torino": "section_torino", "nagoya": "section_nagoya"}  # what each city says for itself
PUBLIC_TEXTS = (*NEEDED_TEXTS, *SECTIONS.values())
REPORT_TEXTS = (*PUBLIC_TEXTS, "internal_note")
SILENT = timedelta(minutes=2)  # a worker that says nothing for so long is dead, or as good as


class ProgrammeReportQuerySet(ReportQuerySet):
    def latest_versions(self):
        """Those after which no later version of the same period was sent."""
        newer = self.model._base_manager.filter(
            edition=models.OuterRef("edition"),
            first_day=models.OuterRef("first_day"),
            last_day=models.OuterRef("last_day"),
            version__gt=models.OuterRef("version"),
            state=ProgrammeReport.State.SENT,
        )
        return self.filter(~models.Exists(newer))

    def visible_to(self, user):
        """What is sent for everybody; what is approved for who evaluates; drafts for staff."""
        if user.is_authenticated and (user.is_superuser or user.is_staff):
            return self if user.has_perm("programme.view_programmereport") else self.sent()
        if user.has_perm("programme.read_aggregates"):
            return self.approved()
        return self.sent()


class ProgrammeReport(Report):
    """One version of the report of an edition on one period. Approving freezes the readings, too.

    Its snapshot holds everything that is printed (``programme.reporting.facts``); ``sha256`` is of its canonical JSON.
    """

    class State(models.TextChoices):
        DRAFT = reports.DRAFT, pgettext_lazy("report of a period", "draft")
        APPROVED = reports.APPROVED, pgettext_lazy("report of a period", "approved")
        SENT = reports.SENT, pgettext_lazy("report of a period", "sent")

    edition = models.ForeignKey(
        "programme.Edition", verbose_name=_("edition"), on_delete=models.PROTECT, related_name="reports"
    )
    first_day = models.DateField(_("first day"), editable=False)
    last_day = models.DateField(_("last day"), editable=False)
    summary = models.TextField(_("what was done"), blank=True)
    results = models.TextField(pgettext_lazy("report", "what came of it"), blank=True)
    next_steps = models.TextField(_("what comes next"), blank=True)
    section_torino = models.TextField(pgettext_lazy("report", "the City of Torino adds"), blank=True)
    section_nagoya = models.TextField(pgettext_lazy("report", "the City of Nagoya adds"), blank=True)
    internal_note = models.TextField(_("for the two offices alone"), blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    begun_at = models.DateTimeField(_("begun"), editable=False)

    objects = ProgrammeReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of the programme")
        verbose_name_plural = _("reports of the programme")
        ordering = ["-last_day", "-first_day", "edition", "-version"]
        permissions = [("approve_programmereport", _("Can approve reports of the programme and make evidence packs"))]
        constraints = [
            models.UniqueConstraint(fields=["edition", "first_day", "last_day", "version"], name="report_version"),
            models.UniqueConstraint(
                fields=["edition", "first_day", "last_day"], condition=Q(state="draft"), name="report_one_draft"
            ),
            models.CheckConstraint(
                name="report_ends_after_it_starts", condition=Q(last_day__gte=F("first_day"), version__gte=1)
            ),
            models.CheckConstraint(
                name="report_approval_is_whole",
                condition=Q(state="draft", approved_at=None, sha256="")
                | Q(approved_at__isnull=False) & ~Q(state="draft") & ~Q(sha256=""),
            ),
            models.CheckConstraint(
                name="report_sent_has_its_day", condition=Q(state="sent", sent_on__isnull=False) | ~Q(state="sent")
            ),
        ]

    def __str__(self):
        return f"{self.edition}, {self.period.words()}, v{self.version}"

    @property
    def period(self) -> Period:
        return Period(self.first_day, self.last_day)

    def get_absolute_url(self):
        return reverse("programme:report", args=[self.edition.slug, self.period.slug])

    @classmethod
    def text_title(cls, name: str) -> str:
        """What a text is called, in the active language."""
        return str(cls._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    def file_name(self, language: str) -> str:
        """What its PDF is called by whoever keeps it. Reads ``edition``."""
        return f"report-{self.edition.slug}-{self.period.slug}-v{self.version}-{language}.pdf"


class WrittenOnce(models.QuerySet):
    """Rows of what is frozen: added, and never changed or deleted."""

    def update(self, **fields):
        raise FrozenReport

    def bulk_update(self, *args, **options):
        raise FrozenReport

    def delete(self):
        raise FrozenReport


class ReportSheet(models.Model):
    """The records behind one number of a report, as they were when it was approved.

    ``content`` are lines of canonical JSON, compressed; ``sha256`` is of the lines and stands in the report's own
    snapshot. ``programme.reporting.sheets`` writes and reads them.
    """

    report = models.ForeignKey(ProgrammeReport, on_delete=models.CASCADE, related_name="sheets")
    key = models.CharField(max_length=24)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()

    objects = WrittenOnce.as_manager()

    class Meta:
        verbose_name = _("records behind a report")
        verbose_name_plural = _("records behind reports")
        ordering = ["report", "key"]
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="reportsheet_once")]

    def __str__(self):
        return f"{self.report_id} {self.key}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise FrozenReport
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise FrozenReport

    def lines(self) -> Iterator[bytes]:
        """The lines, one after the other, never all of them in memory."""
        unpack, rest = zlib.decompressobj(), b""
        packed = memoryview(self.content)
        for start in range(0, len(packed), 1 << 14):
            *whole, rest = (rest + unpack.decompress(packed[start : start + (1 << 14)])).split(b"\n")
            yield from whole
        *whole, _end = (rest + unpack.flush() + b"\n").split(b"\n")
        yield from (line for line in whole if line)


class EvidencePackQuerySet(models.QuerySet):
    def free(self, *, now: datetime):
        """Those to be made that no living worker holds at ``now`` (aware)."""
        return self.filter(Q(seen_at=None) | Q(seen_at__lt=now - SILENT), state=EvidencePack.State.WAITING)


class EvidencePack(StateMachine):
    """The evidence of one approved report as one ZIP file, made by a task step by step.

    A worker that takes it writes its own ``claim`` and says by ``seen_at`` that it lives; another takes over from the
    last finished step once it is silent. What a worker finishes under a claim that is not its own any more is dropped.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("paper", "being made")
        READY = "ready", pgettext_lazy("paper", "ready")
        FAILED = "failed", pgettext_lazy("paper", "not made")

    NEXT = {"waiting": {"ready", "failed"}, "ready": set(), "failed": set()}

    report = models.ForeignKey(
        ProgrammeReport,
        verbose_name=pgettext_lazy("of the programme", "report"),
        on_delete=models.PROTECT,
        related_name="packs",
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING, editable=False)
    steps_done = models.PositiveSmallIntegerField(default=0, editable=False)
    steps_total = models.PositiveSmallIntegerField(editable=False)
    claim = models.UUIDField(null=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)  # at the step in hand
    error = models.CharField(_("why it was not made"), max_length=500, blank=True, editable=False)
    file = models.FileField(_("file"), blank=True, editable=False)
    size = models.PositiveBigIntegerField(null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    asked_at = models.DateTimeField(_("asked for"), editable=False)
    made_at = models.DateTimeField(_("made"), null=True, editable=False)

    objects = EvidencePackQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence pack")
        verbose_name_plural = _("evidence packs")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["report"], condition=Q(state="waiting"), name="evidencepack_one_waits"),
            models.CheckConstraint(
                name="evidencepack_steps_in_range", condition=Q(steps_done__lte=F("steps_total"), steps_total__gte=1)
            ),
            models.CheckConstraint(
                name="evidencepack_ready_has_a_digest",
                condition=~Q(state="ready") | ~Q(sha256="") & ~Q(file="") & Q(steps_done=F("steps_total")),
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def file_name(self) -> str:
        """What the file is called by whoever keeps it. Reads ``report.edition``."""
        report = self.report
        return f"evidence-{report.edition.slug}-{report.period.slug}-v{report.version}.zip"


class EvidencePart(models.Model):
    """One finished step of a pack. ``content`` is there until the pack is whole; the digest stays."""

    pack = models.ForeignKey(EvidencePack, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=60)
    content = models.BinaryField(null=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("part of an evidence pack")
        verbose_name_plural = _("parts of evidence packs")
        ordering = ["pack", "name"]
        constraints = [models.UniqueConstraint(fields=["pack", "name"], name="evidencepart_once")]

    def __str__(self):
        return self.name
