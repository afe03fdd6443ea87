"""A series: one rule on the clock of its anchor city, and the events made of it (events spec 12.11–12.13)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models.addresses import ALL, LISTS, PERSONAL, check_calendar_address
from events.models.events import Event, Track
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
    def visible_to(self, user):
        """Whose page may be opened: all for staff who manage events, for others those with a public date."""
        return self if user.is_authenticated and user.has_perm("events.view_event") else self.listed()

    def listed(self):
        """The series with a public date, whenever it is: the same for everybody."""
        return self.filter(models.Exists(Event.objects.listed().filter(series=models.OuterRef("pk"))))

    def with_dates_to_come(self, *, now):
        """Those of which a public date is not over at ``now`` (aware)."""
        coming = Event.objects.listed().filter(series=models.OuterRef("pk"), dtend__gt=now)
        return self.filter(models.Exists(coming.exclude(status=Event.Status.CANCELLED)))

    def editable_by(self, user):
        """Staff edit the series of which their own city's side organises the dates, managers all (14.8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_series"):
            foreign = Event.objects.filter(series=models.OuterRef("pk"))
            return self.exclude(models.Exists(foreign.exclude(organizer__side=user.side)))
        return self.none()


class Series(models.Model):
    """What repeats. Each date is an ``Event`` of its own with its own UID; ``made_until`` says how far they are made.

    ``wall_start`` (ISO 8601 without offset) is the first start of the present rule on the clocks of ``anchor_tzid``,
    ``duration`` its length there, ``exdate`` the starts left out, written alike.
    """

    slug = models.SlugField(
        _("address of the page"),
        max_length=120,
        unique=True,
        help_text=_("Of its calendar too: who has subscribed loses it when this changes."),
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
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

    def get_absolute_url(self):
        return reverse("events:series", args=[self.slug])

    def clean(self):
        super().clean()
        check_calendar_address(self.slug, Track.objects, taken=(*ALL, *LISTS, PERSONAL))

    @property
    def rule(self) -> Rule:
        return Rule(
            self.rrule,
            wall_of(self.wall_start),
            self.duration,
            self.anchor_tzid,
            frozenset(wall_of(text) for text in self.exdate),
        )
