"""Who comes on a visit and who receives them."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext, pgettext_lazy

from ecosystem.models.people import RankBand
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language, Spoken


class DelegateQuerySet(models.QuerySet):
    def in_protocol_order(self):
        """P15, for every list and paper: rank, then the reading in kana (else the family name in Latin letters), then
        the row's number. The same on both databases; the reader's language changes nothing.
        """
        collation = "C" if connection.vendor == "postgresql" else "BINARY"
        name = Case(
            When(person__family_kana__gt="", then=F("person__order_ja")),
            default=F("person__order_latin"),
            output_field=models.CharField(),
        )
        return self.order_by("rank", Collate(name, collation), "pk")

    def coming(self):
        """Without those who declined."""
        return self.exclude(reply=Delegate.Reply.DECLINED)


class Delegate(models.Model):
    """A person of the delegation, in protocol order. No name of a delegate is ever on a public page."""

    class Role(models.TextChoices):
        HEAD = "head", pgettext_lazy("delegate", "head of delegation")
        DEPUTY = "deputy", pgettext_lazy("delegate", "deputy")
        MEMBER = "member", pgettext_lazy("delegate", "member")
        INTERPRETER = "interpreter", pgettext_lazy("delegate", "interpreter")
        STAFF = "staff", pgettext_lazy("delegate", "staff")
        PRESS = "press", pgettext_lazy("delegate", "press")

        def counted(self, number: int) -> str:
            """«3 componenti», "3 members", 団員 3名: how many of a delegation have this role."""
            words = {
                "head": ngettext("%(n)s head of delegation", "%(n)s heads of delegation", number),
                "deputy": ngettext("%(n)s deputy", "%(n)s deputies", number),
                "member": ngettext("%(n)s member", "%(n)s members", number),
                "interpreter": ngettext("%(n)s interpreter", "%(n)s interpreters", number),
                "staff": npgettext("delegates", "%(n)s of staff", "%(n)s of staff", number),
                "press": npgettext("delegates", "%(n)s of the press", "%(n)s of the press", number),
            }
            return words[self.value] % {"n": number}

    class Reply(models.TextChoices):
        INVITED = "invited", pgettext_lazy("reply", "no answer yet")
        ACCEPTED = "accepted", pgettext_lazy("reply", "accepted")
        DECLINED = "declined", pgettext_lazy("reply", "declined")

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="delegates"
    )
    person = models.ForeignKey(
        "ecosystem.Person", verbose_name=_("person"), on_delete=models.PROTECT, related_name="delegations"
    )
    title = models.CharField(
        _("title or post"), max_length=160, blank=True, help_text=_("As it is printed; empty: that of the person.")
    )
    affiliation = models.CharField(
        _("organisation"), max_length=200, blank=True, help_text=_("As it is printed; empty: that of the person.")
    )
    role = models.CharField(_("role"), max_length=11, choices=Role, default=Role.MEMBER)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, validators=[MinValueValidator(1)], help_text=_("Protocol order: 1 comes first.")
    )
    rank_band = models.PositiveSmallIntegerField(_("rank band"), choices=RankBand, null=True, blank=True)
    track = models.ForeignKey(
        "programme.AgendaTrack",
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="delegates",
    )
    languages = models.JSONField(
        _("languages understood"), default=list, blank=True, help_text=_("None: the first language of the guest city.")
    )
    arrives_at = models.DateTimeField(_("arrival"), null=True, blank=True)
    leaves_at = models.DateTimeField(_("departure"), null=True, blank=True)
    photo_consent = models.BooleanField(_("may be photographed"), null=True, blank=True)
    reply = models.CharField(_("reply"), max_length=8, choices=Reply, default=Reply.INVITED)
    language = models.CharField(_("language of letters"), max_length=2, choices=Language, blank=True)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    invitations = models.PositiveSmallIntegerField(_("invitations sent"), default=0, editable=False)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True, editable=False)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["visit", "rank", "person__family_kana", "person__romaji", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person"],
                name="delegate_once",
                violation_error_message=_("This person is already in the delegation."),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(role="head"),
                name="delegate_one_head",
                violation_error_message=_("The delegation already has a head: change that role first."),
            ),
            models.CheckConstraint(
                name="delegate_rank_from_one",
                condition=Q(rank__gte=1),
                violation_error_message=_("A rank starts at 1."),
            ),
        ]

    def __str__(self):
        return str(self.person)

    @property
    def post(self) -> str:
        """Title or post for a reader of the active language: the delegate's own, else the person's, as typed."""
        return Spoken.of(self, "title") if self.title else self.person.title

    @property
    def organisation(self) -> Spoken:
        """Whom they represent, for a reader of the active language. Reads ``person.organisation``."""
        if self.affiliation or self.person.organisation is None:
            return Spoken.of(self, "affiliation")
        return Spoken.of(self.person.organisation, "name")

    @property
    def reads(self) -> str:
        """The language of letters to them: as chosen, else the first they speak, else the guest city's."""
        return self.language or language_for(self.person, self.languages, self.visit.guest_city.slug)


def language_for(person: Any, spoken: list[str], side: str) -> str:
    """The language to write in: the first that is spoken among the portal's, else that of the city ``side``."""
    known = [code for code in (*spoken, *(person.languages or [])) if code in Language.values]
    own = Language.JAPANESE if side == PartnerSide.NAGOYA else Language.ITALIAN
    return str(known[0] if known and own not in known else own)


class HostConfirmation(models.Model):
    """A person who receives the delegation at one agenda item, and what they answered (P10).

    ``asked`` and ``known`` are time and place of the item (``programme.host_facts``): as the latest letter told them,
    and as the host last knew them. Proposed times are instants; ``about_sequence`` is the event's SEQUENCE they
    answered about, ``asks`` how many letters asked, ``reminders`` how many followed the last of them (3: the lead
    was told).
    """

    class Answer(models.TextChoices):
        PENDING = "pending", pgettext_lazy("reply", "no answer yet")
        ACCEPTED = "accepted", pgettext_lazy("reply", "accepted")
        PROPOSED = "proposed", pgettext_lazy("reply", "proposes another time")
        DECLINED = "declined", pgettext_lazy("reply", "declined")

    item = models.ForeignKey(
        "programme.AgendaItem", verbose_name=_("agenda item"), on_delete=models.CASCADE, related_name="hosts"
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=pgettext_lazy("visit", "host"),
        on_delete=models.PROTECT,
        related_name="hostings",
    )
    rank_band = models.PositiveSmallIntegerField(_("rank band"), choices=RankBand, null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.PENDING)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    language = models.CharField(_("language of letters"), max_length=2, choices=Language, blank=True)
    proposed_start = models.DateTimeField(_("proposed start"), null=True, blank=True, editable=False)
    proposed_end = models.DateTimeField(_("proposed end"), null=True, blank=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    needs = models.TextField(_("needs"), blank=True, editable=False)
    about_sequence = models.PositiveIntegerField(null=True, blank=True, editable=False)
    asked: Any = models.JSONField(default=dict, blank=True, editable=False)
    known: Any = models.JSONField(default=dict, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True, editable=False)
    asks = models.PositiveSmallIntegerField(default=0, editable=False)
    reminders = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("visit", "host")
        verbose_name_plural = pgettext_lazy("visit", "hosts")
        ordering = ["item", "person__family_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "person"],
                name="host_once",
                violation_error_message=_("This person already hosts that item."),
            ),
            models.CheckConstraint(
                name="host_proposes_whole_times",
                condition=Q(proposed_start=None, proposed_end=None) | Q(proposed_end__gt=F("proposed_start")),
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self):
        return str(self.person)

    @property
    def reads(self) -> str:
        """The language of letters to them: as chosen, else the host city's if they speak it, else another of theirs.

        Reads ``item.day.visit.host_city``.
        """
        return self.language or language_for(self.person, [], self.item.day.visit.host_city.slug)
