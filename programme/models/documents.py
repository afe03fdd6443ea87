"""The papers of visits and stays as PDF, each with its number and digest; and what left the team with names in it."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.notifications.models import AdjustedText
from iurc_portal.pdf_files import PdfField
from iurc_portal.translation.languages import Language


class DocumentKind(models.TextChoices):
    """What papers there are. Their order is that of the staff's page: what is needed first comes first."""

    OFFICIAL_LETTER = "official-letter", pgettext_lazy("paper", "official letter")
    INVITATION = "invitation", pgettext_lazy("paper", "letter of invitation")
    ACCEPTANCE = "acceptance", pgettext_lazy("paper", "letter of acceptance")
    REFUSAL = "refusal", pgettext_lazy("paper", "letter of refusal")
    NAME_LIST = "name-list", pgettext_lazy("paper", "name list")
    NUMBERS = "numbers", pgettext_lazy("paper", "delegation without names")
    ITINERARY = "itinerary", pgettext_lazy("paper", "itinerary")
    RUN_OF_SHOW = "run-of-show", pgettext_lazy("paper", "run-of-show")
    HOST_BRIEF = "host-brief", pgettext_lazy("paper", "host brief")
    INTERPRETER_BRIEF = "interpreter-brief", pgettext_lazy("paper", "interpreter brief")
    PLACE_CARDS = "place-cards", pgettext_lazy("paper", "place cards")
    BADGES = "badges", pgettext_lazy("paper", "badges")
    SEATING = "seating", pgettext_lazy("paper", "seating plan")
    MEAL_COUNTS = "meal-counts", pgettext_lazy("paper", "meal counts")
    CERTIFICATE = "certificate", pgettext_lazy("paper", "certificate of attendance")
    REPORT = "report", pgettext_lazy("paper", "visit report")
    STAY_INVITATION = "stay-invitation", pgettext_lazy("paper", "letter of invitation to a stay")
    STAY_CERTIFICATE = "stay-certificate", pgettext_lazy("paper", "certificate of a stay")


class DocumentQuerySet(models.QuerySet):
    GUEST_SIDE = (
        "official-letter",
        "invitation",
        "acceptance",
        "refusal",
        "name-list",
        "numbers",
        "itinerary",
        "certificate",
        "report",
    )
    CARRIED = ("name-list", "itinerary", "report")  # what every member of a delegation may have
    LETTERS = ("official-letter", "acceptance", "refusal")  # they name who signs and whom to ask, and no guest
    NAMING = (  # these name people: their files go in time
        "invitation",
        "name-list",
        "itinerary",
        "run-of-show",
        "host-brief",
        "interpreter-brief",
        "place-cards",
        "badges",
        "certificate",
        "seating",
        "stay-invitation",
        "stay-certificate",
    )

    def visible_to(self, user):
        """Papers that ``user`` may open: the host city's staff all, the guest city's what concerns their own side.

        Those of a stay belong to both sides.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("programme.view_studyvisit"):
            guest_side = Q(visit__guest_city__slug=user.side, kind__in=self.GUEST_SIDE)
            of_stays = Q(stay__hosting__side=user.side) | Q(stay__sending__side=user.side)
            return self.filter(Q(visit__host_city__slug=user.side) | guest_side | of_stays)
        return self.carried_by(user)

    def carried_by(self, user):
        """For a member of a delegation whose agenda is released: what all of them carry, and letters to themselves."""
        if not user.is_authenticated:
            return self.none()
        visits = self.model.visit.field.related_model.objects.with_delegate(user)
        visits = visits.filter(state__in=visits.RELEASED_STATES)
        own = Q(kind__in=[DocumentKind.INVITATION, DocumentKind.CERTIFICATE], person__user=user)
        return self.ready().filter(Q(kind__in=self.CARRIED) | own, visit__in=visits.values("pk"))

    def certificates_of(self, person: int | None):
        """The certificates of attendance of one person (a number), the newest first."""
        return self.ready().filter(kind=DocumentKind.CERTIFICATE, person=person, person__isnull=False).order_by("-pk")

    def ready(self):
        return self.filter(state=Document.State.READY)

    def naming_people(self):
        """Those whose file is there and names people: guests, hosts, or who signs."""
        return self.ready().filter(kind__in=(*self.NAMING, *self.LETTERS))


class Document(StateMachine):
    """One PDF of a visit or a stay in one language. Making it anew makes a row with the next number.

    ``item`` and ``person`` say what it is about, for briefs and personal letters; ``about`` keeps that in a word when
    they are gone. ``particulars`` holds what staff typed for this paper alone: who signs, who pays, why not, and for
    whom names leave the team.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("paper", "being made")
        READY = "ready", pgettext_lazy("paper", "ready")
        FAILED = "failed", pgettext_lazy("paper", "not made")
        FORGOTTEN = "forgotten", pgettext_lazy("paper", "file deleted")

    NEXT = {
        "waiting": {"ready", "failed"},
        "ready": {"forgotten"},
        "failed": set(),
        "forgotten": set(),
    }

    visit = models.ForeignKey(
        "programme.StudyVisit",
        verbose_name=_("visit"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="documents",
    )
    stay = models.ForeignKey(
        "programme.StaffExchange",
        verbose_name=_("staff exchange"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="documents",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    item = models.ForeignKey(
        "programme.AgendaItem",
        verbose_name=_("agenda item"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="documents",
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="documents",
    )
    about = models.CharField(max_length=24, blank=True, editable=False)
    number = models.PositiveSmallIntegerField(_("version"), editable=False)
    template_version = models.CharField(_("version of the template"), max_length=12, blank=True, editable=False)
    protocol_number = models.CharField(_("protocol number"), max_length=60, blank=True)
    dated_on = models.DateField(_("date on the paper"))
    particulars = models.JSONField(default=dict, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING, editable=False)
    error = models.CharField(_("why it was not made"), max_length=500, blank=True, editable=False)
    file = PdfField(_("PDF file"), blank=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    names_left_out = models.PositiveSmallIntegerField(_("names left out"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("asked for"))
    made_at = models.DateTimeField(_("made"), null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of a visit")
        verbose_name_plural = _("papers of visits")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "kind", "language", "about", "number"], name="document_version_once"
            ),
            models.UniqueConstraint(
                fields=["stay", "kind", "language", "about", "number"], name="document_version_of_stay_once"
            ),
            models.CheckConstraint(
                name="document_of_a_visit_or_a_stay",
                condition=Q(visit__isnull=False, stay__isnull=True) | Q(visit__isnull=True, stay__isnull=False),
            ),
            models.CheckConstraint(name="document_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="document_ready_has_a_digest", condition=~Q(state="ready") | ~Q(sha256="") & ~Q(file="")
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def file_name(self) -> str:
        """``visit-kind-language-vN.pdf``, with what it is about before the language."""
        of = f"stay-{self.stay_id}" if self.visit is None else self.visit.slug
        parts = [of, self.kind, self.about, self.language, f"v{self.number}"]
        return "-".join(part for part in parts if part) + ".pdf"

    @property
    def short_digest(self) -> str:
        return self.sha256[:12]

    def about_whom(self) -> str:
        """The item or the person it is about, in words; nothing where it is about the whole visit."""
        return str(self.person or self.item or "")


class PaperText(AdjustedText):
    """The wording of one kind of letter on paper; its gaps are those of ``programme.papers.wording``."""

    kind = models.CharField(_("letter"), max_length=20, choices=DocumentKind, editable=False)

    class Meta(AdjustedText.Meta):
        verbose_name = _("wording of a visit's letter")
        verbose_name_plural = _("wording of visits' letters")

    def __str__(self):
        return f"{self.get_kind_display()} ({self.get_language_display()})"

    def known_gaps(self):
        from programme.papers.wording import GAPS  # it reads models

        return GAPS


class PersonalDataTransferQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError("a line of the log of transfers is never rewritten")

    def visible_to(self, user):
        """Managers read all lines, everybody else their own."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        return self.filter(by=user) if user.is_authenticated else self.none()


COUNTRY = RegexValidator(r"^[A-Z]{2}\Z", _("Write the country as two letters, for example JP."), code="country")


class PersonalDataTransfer(models.Model):
    """Names have left the host's team: what, to whom, on which legal basis (P19). Append-only, never values."""

    class Basis(models.TextChoices):
        EU = "eu", _("recipient in the European Union: public task")
        ADEQUACY = "adequacy", _("adequacy decision")
        ARRANGEMENT = "arrangement", _("written arrangement between public bodies")
        CONSENT = "consent", _("explicit consent of each person")

    document = models.OneToOneField(
        Document,
        verbose_name=_("paper"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="transfer",
    )
    visit = models.ForeignKey(
        "programme.StudyVisit",
        verbose_name=_("visit"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    what = models.CharField(_("what"), max_length=20, choices=DocumentKind)
    fields = models.JSONField(_("data"), default=list)
    recipient = models.CharField(_("recipient"), max_length=200)
    country = models.CharField(_("country of the recipient"), max_length=2, validators=[COUNTRY])
    is_public_body = models.BooleanField(_("public body"), default=False)
    legal_basis = models.CharField(_("legal basis"), max_length=11, choices=Basis)
    number = models.PositiveSmallIntegerField(_("people named"))
    left_out = models.PositiveSmallIntegerField(_("names left out"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("at"))

    objects = PersonalDataTransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer of personal data")
        verbose_name_plural = _("transfers of personal data")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="datatransfer_has_a_recipient", condition=~Q(recipient="")),
        ]

    def __str__(self):
        return f"{self.get_what_display()} → {self.recipient}"

    def save(self, *args, **kwargs):
        """Lines are added and never changed."""
        if not self._state.adding:
            raise TypeError("a line of the log of transfers is never rewritten")
        super().save(*args, **kwargs)
