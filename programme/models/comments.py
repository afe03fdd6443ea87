"""What the lead of a visit decided on comments in its surveys, before hosts see them (programme spec P24)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CommentRuling(models.Model):
    """Whether the hosts of a visit see a comment that somebody wrote: what the visit's lead decided, and why not.

    Comments lie in the answers alone, and nobody can change them; ``digest`` is that of a question's key and the
    words (``survey_results.mark_of``). The latest ruling on a comment holds; those before stay, until texts go.
    """

    survey = models.ForeignKey(
        "programme.Survey", verbose_name=_("survey"), on_delete=models.CASCADE, related_name="rulings"
    )
    digest = models.CharField(max_length=64, editable=False)
    is_shown = models.BooleanField(_("shown to hosts"))
    reason = models.CharField(_("why it is not shown"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("ruling on a comment")
        verbose_name_plural = _("rulings on comments")
        ordering = ["survey", "pk"]
        indexes = [models.Index(fields=["survey", "digest"], name="commentruling_comment")]
        constraints = [
            models.CheckConstraint(
                name="commentruling_hidden_with_a_reason",
                condition=Q(is_shown=True) | ~Q(reason=""),
                violation_error_message=_("Write why it is not shown."),
            )
        ]

    def __str__(self):
        return f"{self.survey_id} {self.digest[:8]}"
