"""A series: one rule on the clock of its anchor city, and the events made of it (events spec 12.11–12.13)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.recurrence import Rule, validate_rrule, wall_of
from iurc_portal.clock import validate_tzid
from iurc_portal.translation.constraints import some_language


def validate_wall(value: str) -> None:
    try:
        wall_of(value)
    except ValueError as error:
        raise ValidationError(
            _("“%(value)s” is not a day and a time."), code="wall", params={"value": value}
        ) from error


class SeriesQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Staff edit the series of which their own city's side organises the dates, managers all (14.8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_series"):
            foreign = self.model.events.rel.related_model.objects.filter(series=models.OuterRef("pk"))
            return self.exclude(models.Exists(foreign.exclude(organizer__side=user.side)))
        return self.none()


class Series(models.Model):
    """What repeats. Each date is an ``Event`` of its own with its own UID; ``made_until`` says how far they are made.

    ``wall_start`` (ISO 8601 without offset) is the first start of the present rule on the clocks of ``anchor_tzid``,
    ``duration`` its length there, ``exdate`` the starts left out, written alike.
    """

    name = models.CharField(_("name"), max_length=200)
    rrule = models.CharField(_("rule"), max_length=200, validators=[validate_rrule])
    exdate = models.JSONField(_("dates left out"), default=list, blank=True)
    anchor_tzid = models.CharField(_("clock of"), max_length=64, validators=[validate_tzid])
    wall_start = models.CharField(_("first start"), max_length=19, validators=[validate_wall])
    duration = models.DurationField(_("length"))
    made_until = models.DateTimeField(null=True, editable=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series of events")
        ordering = ["-pk"]
        constraints = [some_language("series")]

    def __str__(self):
        return self.name or f"#{self.pk}"

    @property
    def rule(self) -> Rule:
        return Rule(
            self.rrule,
            wall_of(self.wall_start),
            self.duration,
            self.anchor_tzid,
            frozenset(wall_of(text) for text in self.exdate),
        )
