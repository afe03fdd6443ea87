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


class AdjustedText(models.Model):
    """Subject and body of one kind of text in one language, as staff want them; both empty mean "as shipped".

    Gaps are written ``{event}``: a fixed list for each kind (``known_gaps``), never template code. Subclasses bring
    ``kind``.
    """

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

    class Meta:
        abstract = True
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_whole",
                condition=Q(subject="", body="") | (~Q(subject="") & ~Q(body="")),
                violation_error_message=_("Write subject and text, or leave both empty for the text of the portal."),
            ),
        ]

    @property
    def is_adjusted(self) -> bool:
        return bool(self.subject and self.body)

    def known_gaps(self) -> Iterable[str]:
        """What can be filled in, by name."""
        raise NotImplementedError

    def refusals(self) -> dict[str, list[ValidationError]]:
        """What would arrive broken, by field: a gap that nothing fills."""
        known = list(self.known_gaps())
        errors: dict[str, list[ValidationError]] = {}
        for name in ("subject", "body"):
            for gap in gaps_in(getattr(self, name)):
                if gap not in known and not self.is_mark(name, gap):
                    errors.setdefault(name, []).append(_unknown(gap, known))
        return errors

    def is_mark(self, field: str, gap: str) -> bool:
        """Whether ``gap`` in ``field`` is no gap but says where something stands."""
        return False

    def clean(self):
        if errors := self.refusals():
            raise ValidationError(errors)


class LetterText(AdjustedText):
    """The words of one kind of letter. The line ``{button}`` says where the facts and the button stand, so that no
    letter loses its link. Rows exist for every kind whose words can be adjusted.
    """

    kind = models.CharField(_("letter"), max_length=60, editable=False)

    objects = LetterTextQuerySet.as_manager()

    class Meta(AdjustedText.Meta):
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")

    def __str__(self):
        return f"{registry.title_of(self.kind)} ({self.get_language_display()})"

    def known_gaps(self):
        return registry.placeholders_of(self.kind)

    def is_mark(self, field, gap):
        return field == "body" and gap == BUTTON

    def refusals(self):
        """Besides, a letter without its button."""
        errors = super().refusals()
        lines = [line.strip() for line in self.body.splitlines()]
        button = f"{{{BUTTON}}}"
        if self.body and (lines.count(button) != 1 or self.body.count(button) != 1):
            words = _("Write {button} once, on a line of its own: the facts and the button stand there.")
            errors.setdefault("body", []).append(ValidationError(words, code="button"))
        return errors


def _unknown(gap: str, known) -> ValidationError:
    params = {"gap": f"{{{gap}}}", "known": " ".join(f"{{{name}}}" for name in known)}
    return ValidationError(_("Nothing fills %(gap)s. This letter knows: %(known)s"), code="placeholder", params=params)
