"""A study visit, from proposal to report; its agenda items each own an event."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import ROME
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language

OVER = ("completed", "reported", "closed")  # states of a visit that took place


class StudyVisitQuerySet(models.QuerySet):
    """Who may see which visit."""

    RELEASED_STATES = ("released", "running", *OVER)
    PUBLIC_STATES = ("accepted", "preparing", "postponed", "cancelled", *RELEASED_STATES)

    def visible_to(self, user):
        """For the public what was ever accepted; staff who plan visits see all."""
        if user.is_authenticated and user.has_perm("programme.view_studyvisit"):
            return self
        return self.public()

    def public(self):
        """What was accepted, also when it is postponed or cancelled afterwards: a page that was public says so."""
        return self.filter(state__in=self.PUBLIC_STATES)

    def coming(self, *, today):
        """Not over at ``today`` and still meant to happen; those without dates at the end."""
        return (
            self.filter(Q(last_day__gte=today) | Q(last_day=None))
            .exclude(state__in=["cancelled", "declined", "completed", "reported", "closed"])
            .order_by(F("first_day").asc(nulls_last=True), "pk")
        )

    def editable_by(self, user):
        """The host city's staff and managers; the guest city's staff while they are still writing the proposal."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("programme.change_studyvisit"):
            writing = Q(guest_city__slug=user.side, state__in=("draft", "returned"))
            return self.filter(Q(host_city__slug=user.side) | writing)
        return self.none()

    def applied_for_by(self, user):
        """What ``user`` has proposed, and what was proposed for the organisations that they speak for."""
        if not user.is_authenticated:
            return self.none()
        own = Q(applicant__in=user.memberships.values("organisation"), proposed_by__isnull=False)
        return self.filter(Q(proposed_by=user) | own)

    def numbered(self, number: str):
        """The visit with that number (``StudyVisit.number``), or none."""
        year, _dash, key = number.partition("-")
        if not (year.isascii() and year.isdigit() and key.isascii() and key.isdigit() and len(key) < 12):
            return self.none()
        return self.filter(pk=int(key)) if len(year) == 4 else self.none()

    def with_agenda_for(self, user):
        """Visits whose full agenda ``user`` may read: those of own delegations, and for staff all they can see."""
        if user.is_authenticated and user.has_perm("programme.view_studyvisit"):
            return self
        return self.with_delegate(user)

    def with_delegate(self, user):
        """Public visits in which ``user`` takes part and has not declined."""
        if not user.is_authenticated:
            return self.none()
        own = self.model.delegates.rel.related_model.objects.filter(person__user=user).exclude(reply="declined")
        return self.public().filter(pk__in=own.values("visit"))


class StudyVisit(StateMachine):
    """A visit of people of ``guest_city`` to ``host_city``. Dates are dates in the host city's zone."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("visit", "draft")
        PROPOSED = "proposed", pgettext_lazy("visit", "proposed")
        RETURNED = "returned", pgettext_lazy("visit", "sent back")
        DECLINED = "declined", pgettext_lazy("visit", "declined")
        ACCEPTED = "accepted", pgettext_lazy("visit", "accepted")
        PREPARING = "preparing", pgettext_lazy("visit", "in preparation")
        RELEASED = "released", pgettext_lazy("visit", "agenda released")
        RUNNING = "running", pgettext_lazy("visit", "under way")
        COMPLETED = "completed", pgettext_lazy("visit", "completed")
        REPORTED = "reported", pgettext_lazy("visit", "reported")
        CLOSED = "closed", pgettext_lazy("visit", "closed")
        POSTPONED = "postponed", pgettext_lazy("visit", "postponed")
        CANCELLED = "cancelled", pgettext_lazy("visit", "cancelled")

    NEXT = {
        "draft": {"proposed"},
        "proposed": {"returned", "declined", "accepted"},
        "returned": {"proposed"},
        "declined": set(),
        "accepted": {"preparing", "postponed", "cancelled"},
        "preparing": {"released", "postponed", "cancelled"},
        "released": {"running", "postponed", "cancelled"},
        "postponed": {"preparing", "cancelled"},
        "running": {"completed"},
        "completed": {"reported"},
        "reported": {"closed"},
        "closed": set(),
        "cancelled": set(),
    }

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    exchange = models.ForeignKey(
        "programme.Exchange",
        verbose_name=_("exchange"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits",
    )
    title = models.CharField(_("title"), max_length=240)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    host_city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("host city"),
        on_delete=models.PROTECT,
        related_name="visits_hosted",
        limit_choices_to={"is_partner": True},
    )
    guest_city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("guest city"),
        on_delete=models.PROTECT,
        related_name="visits_made",
        limit_choices_to={"is_partner": True},
    )
    applicant = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("applicant"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits_proposed",
    )
    applicant_contact = models.EmailField(_("applicant's e-mail"), blank=True)
    contact_name = models.CharField(_("whom we write to"), max_length=160, blank=True)
    language = models.CharField(
        _("language of the applicant"), max_length=2, choices=Language, blank=True, help_text=_("Our letters use it.")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="visits_proposed",
    )
    answer_by = models.DateField(_("answer promised by"), null=True, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    decision_power = models.TextField(
        _("what the visitors can decide"), blank=True, help_text=_("A visit that cannot say this is a courtesy call.")
    )
    expected_output = models.TextField(_("expected output"), blank=True)
    wished_dates = models.CharField(_("dates wished"), max_length=300, blank=True, help_text=_("Up to three."))
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    expected_size = models.PositiveSmallIntegerField(_("number of visitors"), null=True, blank=True)
    head_post = models.CharField(_("post of the head of delegation"), max_length=160, blank=True)
    transport = models.CharField(_("means of transport"), max_length=200, blank=True)
    interpretation_wanted = models.CharField(_("interpretation"), max_length=200, blank=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("visit lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits_led",
        limit_choices_to={"is_staff": True},
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deputy of the visit lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits_deputised",
        limit_choices_to={"is_staff": True},
    )
    partner_lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead on the guests' side"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits_accompanied",
        limit_choices_to={"is_staff": True},
    )
    size_limit = models.PositiveSmallIntegerField(
        _("largest number of visitors"), null=True, blank=True, help_text=_("More than these are warned about.")
    )
    passport_required = models.BooleanField(
        _("passport data needed"), default=False, help_text=_("Only where somebody demands them: say who and why.")
    )
    passport_reason = models.CharField(_("why passport data are needed"), max_length=300, blank=True)
    public_summary = models.TextField(_("public summary"), blank=True)
    outcomes = models.TextField(_("outcomes"), blank=True)
    practices = models.ManyToManyField(
        "ecosystem.GoodPractice", verbose_name=_("good practices that came of it"), blank=True, related_name="visits"
    )
    transfers = models.ManyToManyField(
        "ecosystem.Transfer", verbose_name=_("transfers that came of it"), blank=True, related_name="visits"
    )
    staff_notes = models.TextField(_("staff notes"), blank=True)
    duty_phone = models.CharField(
        _("duty telephone"), max_length=40, blank=True, help_text=_("Shown to delegates during the visit.")
    )
    is_sample = models.BooleanField(_("sample"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = StudyVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("study visit")
        verbose_name_plural = _("study visits")
        ordering = [F("first_day").desc(nulls_first=True), "pk"]
        constraints = [
            some_language("studyvisit", "title"),
            models.CheckConstraint(
                name="studyvisit_ends_after_it_starts",
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
            models.CheckConstraint(
                name="studyvisit_two_cities",
                condition=~Q(host_city=F("guest_city")),
                violation_error_message=_("Host and guest are the same city: choose the other one as guest."),
            ),
            models.CheckConstraint(
                name="studyvisit_passports_have_a_reason",
                condition=Q(passport_required=False) | ~Q(passport_reason=""),
                violation_error_message=_("Write why passport data are needed, or do not ask for them."),
            ),
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("programme:visit", args=[self.slug])

    @property
    def number(self) -> str:
        """What people call a proposal in letters and on the telephone: the year it was begun and its key."""
        return f"{self.created_at.astimezone(ROME):%Y}-{self.pk:04}"

    @property
    def is_being_written(self) -> bool:
        """Whether its applicant may still change it."""
        return self.state in {self.State.DRAFT, self.State.RETURNED}

    @property
    def is_public(self) -> bool:
        return self.state in StudyVisitQuerySet.PUBLIC_STATES

    @property
    def is_released(self) -> bool:
        return self.state in StudyVisitQuerySet.RELEASED_STATES


class LearningQuestion(models.Model):
    """What the visitors want to learn: at least three before a visit is proposed (P2), each tied to an item (P22)."""

    class Answer(models.TextChoices):
        OPEN = "open", pgettext_lazy("question", "open")
        YES = "yes", pgettext_lazy("question", "yes")
        PARTLY = "partly", pgettext_lazy("question", "partly")
        NO = "no", pgettext_lazy("question", "no")

    visit = models.ForeignKey(StudyVisit, verbose_name=_("visit"), on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.TextField(_("question"))
    asked_by = models.CharField(_("asked by"), max_length=160, blank=True)
    item = models.ForeignKey(
        "programme.AgendaItem",
        verbose_name=_("agenda item"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="questions",
    )
    host = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=pgettext_lazy("visit", "host"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="questions_to_answer",
    )
    answer = models.CharField(_("answered"), max_length=6, choices=Answer, default=Answer.OPEN)
    note = models.TextField(_("what was answered"), blank=True)
    sent_ahead_on = models.DateField(_("sent ahead on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("learning question")
        verbose_name_plural = _("learning questions")
        ordering = ["visit", "order", "pk"]
        constraints = [some_language("learningquestion", "text")]

    def __str__(self):
        return f"{self.order}. {self.text}"[:80]
