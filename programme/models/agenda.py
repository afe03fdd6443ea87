"""The agenda of a study visit: days, groups, items, interpreters. Each item owns an event, which has its hours."""

from collections.abc import Sequence

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models import Person
from iurc_portal.translation.constraints import some_language


class VisitDay(models.Model):
    """A day of the visit, by the host city's calendar."""

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="days"
    )
    date = models.DateField(_("date"))
    theme = models.CharField(_("theme of the day"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        ordering = ["visit", "date"]
        constraints = [models.UniqueConstraint(fields=["visit", "date"], name="visitday_once")]

    def __str__(self):
        return f"{self.date:%d/%m/%Y}"


class AgendaTrack(models.Model):
    """A part of the delegation that goes its own way for some items. A delegate is in one at a time."""

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="tracks"
    )
    name = models.CharField(_("name of the group"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("group of the delegation")
        verbose_name_plural = _("groups of the delegation")
        ordering = ["visit", "order", "pk"]
        constraints = [some_language("agendatrack")]

    def __str__(self):
        return self.name or f"#{self.pk}"


class Vehicle(models.Model):
    """A bus or a car that takes people of a visit; one at a time, over all visits."""

    name = models.CharField(_("vehicle"), max_length=80, unique=True)
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    supplier = models.CharField(_("supplier"), max_length=160, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["name"]

    def __str__(self):
        return f"{self.name} ({self.seats})"


class AgendaItem(models.Model):
    """One item of the agenda. Its time, name and place are its event's; that event is for participants only."""

    class Kind(models.TextChoices):
        MEETING = "meeting", pgettext_lazy("agenda", "meeting")
        SITE_VISIT = "site_visit", pgettext_lazy("agenda", "site visit")
        TALK = "talk", pgettext_lazy("agenda", "talk")
        CEREMONY = "ceremony", pgettext_lazy("agenda", "ceremony")
        MEAL = "meal", pgettext_lazy("agenda", "meal")
        TRAVEL = "travel", pgettext_lazy("agenda", "travel")
        FREE = "free", pgettext_lazy("agenda", "free time")
        REST = "rest", pgettext_lazy("agenda", "rest")

    class Interpretation(models.TextChoices):
        NONE = "none", pgettext_lazy("interpretation", "none")
        CONSECUTIVE = "consecutive", pgettext_lazy("interpretation", "consecutive")
        LIAISON = "liaison", pgettext_lazy("interpretation", "liaison")
        SIMULTANEOUS = "simultaneous", pgettext_lazy("interpretation", "simultaneous")
        WHISPERED = "whispered", pgettext_lazy("interpretation", "whispered")

    class PhotoRule(models.TextChoices):
        ALLOWED = "allowed", pgettext_lazy("photographs", "allowed")
        ASK = "ask", pgettext_lazy("photographs", "ask first")
        NONE = "none", pgettext_lazy("photographs", "not allowed")

    day = models.ForeignKey(VisitDay, verbose_name=_("day"), on_delete=models.CASCADE, related_name="items")
    event = models.OneToOneField(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="agenda_item"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MEETING)
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("host organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agenda_items",
    )
    is_public = models.BooleanField(_("public"), default=False)
    tracks = models.ManyToManyField(
        "programme.AgendaTrack",
        verbose_name=pgettext_lazy("delegation", "groups"),
        blank=True,
        related_name="items",
        help_text=_("None chosen: the whole delegation."),
    )
    dress = models.CharField(_("dress"), max_length=160, blank=True)
    spoken_languages = models.JSONField(_("languages spoken"), default=list, blank=True)
    interpretation = models.CharField(_("interpretation"), max_length=12, choices=Interpretation, default="none")
    speaking_minutes = models.PositiveSmallIntegerField(
        _("speaking minutes"),
        null=True,
        blank=True,
        help_text=_("As the speaker counts them, without interpretation."),
    )
    question_minutes = models.PositiveSmallIntegerField(_("minutes for questions"), null=True, blank=True)
    buffer_before = models.PositiveSmallIntegerField(_("minutes to keep free before"), default=0)
    buffer_after = models.PositiveSmallIntegerField(_("minutes to keep free after"), default=0)
    capacity = models.PositiveSmallIntegerField(
        _("people the host can receive"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    vehicle = models.ForeignKey(
        "programme.Vehicle",
        verbose_name=_("vehicle"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agenda_items",
    )
    photo_rule = models.CharField(_("photographs"), max_length=7, choices=PhotoRule, default="allowed")
    gift_note = models.CharField(_("gift"), max_length=160, blank=True)
    materials_due = models.PositiveSmallIntegerField(
        _("materials due, days before"), null=True, blank=True, help_text=_("What speakers hand to the interpreters.")
    )
    staff_notes = models.TextField(_("staff notes"), blank=True)

    # For showing, where a page has read them: the people who receive, and the groups that come (none: everybody).
    receivers: Sequence[Person] = ()
    groups: Sequence[AgendaTrack] = ()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["event__dtstart", "pk"]

    def __str__(self):
        return str(self.event)


class InterpreterAssignment(models.Model):
    """An interpreter at an agenda item, for one pair of languages. Instants are aware, ``[starts, ends)``."""

    item = models.ForeignKey(
        AgendaItem, verbose_name=_("agenda item"), on_delete=models.CASCADE, related_name="interpreters"
    )
    interpreter = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("interpreter"),
        on_delete=models.PROTECT,
        related_name="interpretations",
    )
    language_from = models.CharField(_("from language"), max_length=8)
    language_to = models.CharField(_("into language"), max_length=8)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("interpreter of an item")
        verbose_name_plural = _("interpreters of an item")
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(
                name="interpreter_ends_after_start",
                condition=Q(ends__gt=F("starts")),
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                name="interpreter_between_two_languages",
                condition=~Q(language_from=F("language_to")),
                violation_error_message=_("Choose two different languages."),
            ),
            models.UniqueConstraint(
                fields=["item", "interpreter", "language_from", "language_to"],
                name="interpreter_once",
                violation_error_message=_("This interpreter already has that pair of languages at this item."),
            ),
        ]

    def __str__(self):
        return f"{self.interpreter} ({self.language_from}–{self.language_to})"
