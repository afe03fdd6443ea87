"""What staff have changed of the letters' words. An empty row stands for the text that the portal ships."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iurc_portal.notifications import registry
from iurc_portal.notifications.words import BUTTON, gaps_in
from iurc_portal.translation.languages import Language


class LetterTextQuerySet(models.QuerySet):
    def adjusted(self, kinds: Iterable[str]) -> dict[tuple[str, str], "LetterText"]:
        """What staff have changed of these ``kinds``, by kind and language. No query where nothing can be changed."""
        kinds = [kind for kind in kinds if registry.is_adjustable(kind)]
        rows = self.filter(kind__in=kinds).exclude(subject="") if kinds else ()
        return {(text.kind, text.language): text for text in rows}


class LetterText(models.Model):
    """Subject and body of one kind of letter in one language.

    Gaps are written ``{event}``: a fixed list for each kind (``registry.Kind.placeholders``), never template code. The
    line ``{button}`` says where the facts and the button stand, so that no letter loses its link. Rows exist for every
    kind whose words can be adjusted; both texts empty mean "as shipped".
    """

    kind = models.CharField(_("letter"), max_length=60, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, editable=False)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=6000, blank=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = LetterTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="lettertext_once"),
            models.CheckConstraint(
                name="lettertext_whole",
                condition=Q(subject="", body="") | (~Q(subject="") & ~Q(body="")),
                violation_error_message=_("Write subject and text, or leave both empty for the text of the portal."),
            ),
        ]

    def __str__(self):
        return f"{registry.title_of(self.kind)} ({self.get_language_display()})"

    @property
    def is_adjusted(self) -> bool:
        return bool(self.subject and self.body)

    def clean(self):
        """Refuse what would arrive broken: a gap that nothing fills, or a letter without its button."""
        known = registry.placeholders_of(self.kind)
        errors: dict[str, list[ValidationError]] = {}
        for name in ("subject", "body"):
            for gap in gaps_in(getattr(self, name)):
                if gap not in known and not (name == "body" and gap == BUTTON):
                    errors.setdefault(name, []).append(_unknown(gap, known))
        lines = [line.strip() for line in self.body.splitlines()]
        button = f"{{{BUTTON}}}"
        if self.body and (lines.count(button) != 1 or self.body.count(button) != 1):
            words = _("Write {button} once, on a line of its own: the facts and the button stand there.")
            errors.setdefault("body", []).append(ValidationError(words, code="button"))
        if errors:
            raise ValidationError(errors)


def _unknown(gap: str, known) -> ValidationError:
    params = {"gap": f"{{{gap}}}", "known": " ".join(f"{{{name}}}" for name in known)}
    return ValidationError(_("Nothing fills %(gap)s. This letter knows: %(known)s"), code="placeholder", params=params)
