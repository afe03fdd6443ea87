"""Texts that staff keep, and what readers say of a page."""

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language


class EditableText(models.Model):
    """A page of plain text with one slug: accessibility statement, privacy notice, legal notes."""

    slug = models.SlugField(_("address of the page"), unique=True, help_text=_("The last part of the page's address."))
    title = models.CharField(_("title"), max_length=160)
    body = models.TextField(
        _("text"),
        blank=True,
        help_text=_("Allowed: headings, paragraphs, lists, links, emphasis. Everything else is shown as plain text."),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["slug"]
        constraints = [some_language("editabletext", "title")]

    def __str__(self):
        return self.slug


class PageRating(models.Model):
    """What one reader said of one page's clarity. No account, no address, no cookie is kept with it."""

    path = models.CharField(_("page"), max_length=300)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    rating = models.PositiveSmallIntegerField(_("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("page rating")
        verbose_name_plural = _("page ratings")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="pagerating_one_to_five", condition=models.Q(rating__gte=1, rating__lte=5))
        ]

    def __str__(self):
        return f"{self.path}: {self.rating}"


class ProblemReport(models.Model):
    """A reader's report, of an accessibility problem above all: AgID asks for a way to send one."""

    class Kind(models.TextChoices):
        ACCESSIBILITY = "accessibility", _("accessibility problem")
        CONTENT = "content", _("wrong or outdated content")
        OTHER = "other", _("something else")

    kind = models.CharField(_("kind"), max_length=13, choices=Kind, default=Kind.ACCESSIBILITY)
    path = models.CharField(_("page"), max_length=300, blank=True)
    text = models.TextField(_("what happened"), validators=[MaxLengthValidator(2000)])
    email = models.EmailField(_("e-mail for the answer"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("problem report")
        verbose_name_plural = _("problem reports")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.path}"
