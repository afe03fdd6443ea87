"""What is said when data are asked for, who asks about their own, and what retention has done (events spec 13)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language


class ConsentTextQuerySet(models.QuerySet):
    def current(self, kind: str, *, now):
        """The text that a form of ``kind`` shows at ``now`` (aware), or None."""
        return self.filter(kind=kind, valid_from__lte=now).order_by("-version").first()


class ConsentText(models.Model):
    """What a form says of purpose and retention, by version. A version that was written is never changed."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", pgettext_lazy("form", "registration for an event")

    kind = models.CharField(pgettext_lazy("of a text", "form"), max_length=12, choices=Kind, default=Kind.REGISTRATION)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    text = models.TextField(
        _("text"), max_length=2000, help_text=_("What the data are for and how long we keep them.")
    )
    valid_from = models.DateTimeField(_("shown from"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy text of a form")
        verbose_name_plural = _("privacy texts of forms")
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="consenttext_version"),
            some_language("consenttext", "text"),
        ]

    def __str__(self):
        return self.mark

    @property
    def mark(self) -> str:
        """What a record keeps of the version that its person saw."""
        return f"{self.kind} {self.version}"


class DataLink(models.Model):
    """The digest of a mailed link that opens what is held about its address. The clear token is never stored."""

    email = models.EmailField(_("e-mail"))
    email_key = models.CharField(max_length=254, db_index=True, editable=False)
    language = models.CharField(max_length=2, choices=Language)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("link to one's own data")
        verbose_name_plural = _("links to one's own data")
        ordering = ["-expires_at", "pk"]

    def __str__(self):
        return f"{self.pk}"

    def is_expired(self, *, now) -> bool:
        return now >= self.expires_at


class DataRequest(models.Model):
    """Somebody asks for a copy of their data, or that they be erased. What remains of it names nobody.

    The address goes when an erasure is done, and with the file of an export; who asked, how, why and when stay.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("copy of the data")
        ERASURE = "erasure", _("erasure")

    class Way(models.TextChoices):
        LINK = "link", pgettext_lazy("asked", "by the person, by a mailed link")
        ACCOUNT = "account", pgettext_lazy("asked", "by the person, in their own area")
        STAFF = "staff", pgettext_lazy("asked", "by staff, for the person")

    kind = models.CharField(_("what"), max_length=7, choices=Kind, editable=False)
    way = models.CharField(_("asked"), max_length=7, choices=Way, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    email = models.EmailField(_("address"), blank=True, editable=False)
    email_key = models.CharField(max_length=254, blank=True, db_index=True, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, editable=False)
    asked_at = models.DateTimeField(_("asked on"), editable=False)
    done_at = models.DateTimeField(_("done on"), null=True, editable=False)
    content = models.BinaryField(null=True, editable=False)  # in the database: one place to delete, one to back up
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of the link to the file
    expires_at = models.DateTimeField(_("until"), null=True, editable=False)  # of the file, or for letters to leave

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["-asked_at", "-pk"]
        permissions = [("manage_people", _("Can look up, export and erase people's data"))]
        constraints = [
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="datarequest_digest"),
            models.UniqueConstraint(
                fields=["email_key"], condition=Q(kind="erasure", done_at=None), name="datarequest_one_erasure"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.asked_at:%Y-%m-%d}"


class RetentionRun(models.Model):
    """What one night forgot: how many rows by rule, and the rules that failed. It names nobody."""

    at = models.DateTimeField(_("at"), editable=False)
    counts = models.JSONField(_("counts"), default=dict, editable=False)
    failed = models.JSONField(_("failed"), default=list, editable=False)

    class Meta:
        verbose_name = _("run of retention")
        verbose_name_plural = _("retention")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"
