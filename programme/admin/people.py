"""The delegation, the hosts' answers and the questions, as parts of the visit's page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.inlines.admin import NonrelatedTabularInline
from unfold.contrib.inlines.forms import NonrelatedInlineModelFormSet

from ecosystem.models import Organisation, Person
from events.models import Event
from iurc_portal.accounts.names import KANA
from iurc_portal.admin import FriendlyLists, PortalStackedInline
from iurc_portal.clock import WallClockError, resolve_wall_clock
from iurc_portal.translation.languages import columns
from iurc_portal.translation.times import date_words
from programme import services
from programme.admin.fields import DayField, HourField, PickOne, TextInput, choose_by_typing, remember
from programme.host_facts import facts_of
from programme.models import AgendaItem, Delegate, HostConfirmation, LearningQuestion

PERSON_FIELDS = ("family_name", "given_name", "family_kana", "given_kana", "romaji", "title")


class DelegateForm(forms.ModelForm):
    """A delegate: somebody known, or somebody new whose name is written here."""

    family_name = forms.CharField(label=_("family name"), max_length=80, required=False, widget=TextInput())
    given_name = forms.CharField(label=_("given name"), max_length=80, required=False, widget=TextInput())
    family_kana = forms.CharField(
        label=_("family name, reading"), max_length=80, required=False, widget=TextInput(), validators=[KANA]
    )
    given_kana = forms.CharField(
        label=_("given name, reading"), max_length=80, required=False, widget=TextInput(), validators=[KANA]
    )
    romaji = forms.CharField(label=_("name in Latin letters"), max_length=120, required=False, widget=TextInput())
    title = forms.CharField(label=_("title or post"), max_length=160, required=False, widget=TextInput())
    organisation = forms.ModelChoiceField(label=_("organisation"), queryset=Organisation.objects.all(), required=False)
    arrives_day = DayField(label=_("arrival, day"), required=False)
    arrives_hour = HourField(label=_("arrival, hour"), required=False)
    leaves_day = DayField(label=_("departure, day"), required=False)
    leaves_hour = HourField(label=_("departure, hour"), required=False)

    class Meta:
        model = Delegate
        fields = ["person", "role", "rank", "reply", "rank_band", "languages"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].required = False
        self.fields["rank"].required = False
        self.fields["rank"].help_text = ""
        choose_by_typing(self.fields["organisation"], Person._meta.get_field("organisation"))
        if self.instance.pk:
            remember(self.fields["person"], [self.instance.person])
            zone = ZoneInfo(self.instance.visit.host_city.tzid)
            for name in ("arrives", "leaves"):
                instant = getattr(self.instance, f"{name}_at")
                if instant is not None:
                    self.initial[f"{name}_day"] = instant.astimezone(zone).date()
                    self.initial[f"{name}_hour"] = instant.astimezone(zone).time()
        else:
            self.initial["rank"] = None  # stands last unless a rank is typed

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("person") is None and not self.errors.get("person"):
            if not cleaned.get("family_name"):
                asks = _("Choose a person, or write the family name of a new one.")
                self.add_error("person", ValidationError(asks, code="required"))
            else:
                cleaned["person"] = Person.objects.filter(
                    family_name=cleaned["family_name"],
                    given_name=cleaned.get("given_name", ""),
                    organisation=cleaned.get("organisation"),
                ).first()
        return cleaned

    @property
    def has_travel_errors(self) -> bool:
        return any(name.startswith(("arrives", "leaves")) for name in self.errors)

    def _instant(self, name: str) -> datetime | None:
        """Day and hour on the host city's clocks; of an hour that comes twice the first. Refusals go to the form."""
        day, hour = self.cleaned_data.get(f"{name}_day"), self.cleaned_data.get(f"{name}_hour")
        if day is None or hour is None:
            if day is not None or hour is not None:
                missing = f"{name}_hour" if hour is None else f"{name}_day"
                self.add_error(missing, ValidationError(_("Write both the day and the hour."), code="required"))
            return None
        visit = self.instance.visit
        try:
            return resolve_wall_clock(datetime.combine(day, hour), visit.host_city.tzid, fold=0)
        except WallClockError as refusal:
            self.add_error(f"{name}_hour", refusal)
            return None

    def _post_clean(self):
        for name in ("arrives", "leaves"):
            if {f"{name}_day", f"{name}_hour"} & set(self.changed_data) and self.instance.visit_id:
                setattr(self.instance, f"{name}_at", self._instant(name))
        super()._post_clean()

    def validate_constraints(self):
        """One head, nobody twice: the formset looks at all rows together, so that a swap takes one save."""

    def save(self, commit=True):
        """Write the new person first; called by the formset within the admin's transaction."""
        if self.cleaned_data.get("person") is None:
            person = services.find_or_write_person(
                organisation=self.cleaned_data.get("organisation"),
                **{name: self.cleaned_data.get(name, "") for name in PERSON_FIELDS},
            )
            self.instance.person = person
        return super().save(commit=commit)


class DelegateFormSet(BaseInlineFormSet):
    """The delegation as a whole: nobody twice, one head, ranks given in the order of the rows where none is typed."""

    @classmethod
    def get_default_prefix(cls):
        return "delegates"

    def validate_unique(self):
        """Done in ``clean``, with the names."""

    def clean(self):
        super().clean()
        people: dict[int, forms.ModelForm] = {}
        head = None
        stored = dict(self.queryset.values_list("person", "pk"))
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if not cleaned or self._should_delete_form(form) or not (form.instance.pk or form.has_changed()):
                continue
            person = cleaned.get("person")
            if person is not None:
                elsewhere = stored.get(person.pk) not in {None, form.instance.pk}
                if person.pk in people or elsewhere:
                    twice = _("%(name)s is already in the delegation.")
                    form.add_error("person", ValidationError(twice, code="twice", params={"name": str(person)}))
                people[person.pk] = form
            if cleaned.get("role") == Delegate.Role.HEAD:
                if head is not None:
                    two = _("The delegation already has a head: %(name)s. Choose one of the two.")
                    name = head.cleaned_data.get("person") or head.cleaned_data.get("family_name")
                    form.add_error("role", ValidationError(two, code="two_heads", params={"name": str(name)}))
                head = head or form

    def save(self, commit=True):
        """A new head takes the place of the former in one go; rows without a rank stand last."""
        heads = [form for form in self.forms if getattr(form, "cleaned_data", {}).get("role") == Delegate.Role.HEAD]
        if heads:
            keep = [form.instance.pk for form in heads if form.instance.pk]
            self.instance.delegates.filter(role=Delegate.Role.HEAD).exclude(pk__in=keep).update(
                role=Delegate.Role.MEMBER
            )
        last = self.instance.delegates.aggregate(last=Max("rank"))["last"] or 0
        for form in self.forms:
            if form.has_changed() and not self._should_delete_form(form) and form.cleaned_data.get("rank") is None:
                last += 1
                form.instance.rank = last
        return super().save(commit)


class DelegateInline(FriendlyLists, StackedInline):
    model = Delegate
    form = DelegateForm
    formset = DelegateFormSet
    extra = 1
    template = "admin/programme/studyvisit/_delegates.html"
    verbose_name_plural = _("delegation")
    fields = DelegateForm._meta.fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "visit__host_city").order_by("rank", "pk")

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "person":
            kwargs["widget"] = PickOne(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class HostAnswerFormSet(NonrelatedInlineModelFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "hosts"


class HostAnswerForm(forms.ModelForm):
    """What a host said, written down by staff in passing; the page of hosts has the rest."""

    class Meta:
        model = HostConfirmation
        fields = ["answer"]

    def save(self, commit=True):
        self.instance.answered_at = None if self.instance.answer == HostConfirmation.Answer.PENDING else timezone.now()
        self.instance.known = facts_of(self.instance.item).stored()
        self.instance.proposed_start = self.instance.proposed_end = None
        return super().save(commit)


class HostInline(NonrelatedTabularInline):
    """One row per item and host. Hosts are added and taken away in the agenda."""

    model = HostConfirmation
    form = HostAnswerForm
    formset = HostAnswerFormSet
    extra = 0
    max_num = 0
    can_delete = False
    template = "admin/programme/studyvisit/_hosts.html"
    verbose_name_plural = _("hosts")
    fields = ["answer"]

    def has_add_permission(self, request, obj=None):
        return False

    def get_form_queryset(self, obj):
        return (
            HostConfirmation.objects.filter(item__day__visit=obj)
            .exclude(item__event__status=Event.Status.CANCELLED)
            .select_related("person__organisation", "item__event__place", "item__day")
            .order_by("item__event__dtstart", "item", "person__family_name", "pk")
        )

    def save_new_instance(self, parent, instance):
        """Never called: rows are added in the agenda."""


class QuestionForm(forms.ModelForm):
    """A question, and at which item of the agenda it is asked: without one the agenda is not released (P22)."""

    class Meta:
        model = LearningQuestion
        fields = [*columns("text"), "item"]

    def __init__(self, *args, items=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = AgendaItem.objects.filter(pk__in=[pk for pk, _words in items])
        self.fields["item"].choices = [("", "–"), *items]
        self.fields["item"].label = _("asked at")


class QuestionFormSet(BaseInlineFormSet):
    """Questions keep the order in which they are written."""

    @classmethod
    def get_default_prefix(cls):
        return "questions"

    @cached_property
    def items(self):
        """The items at which questions can be asked, with their day and hour; read once for all rows."""
        if not self.instance.pk:
            return []
        present = AgendaItem.objects.filter(day__visit=self.instance).exclude(event__status=Event.Status.CANCELLED)
        return [
            (item.pk, f"{date_words(item.day.date, 'short')} {item.event.wall_start[11:16]} {item.event}")
            for item in present.select_related("day", "event").order_by("event__dtstart", "pk")
        ]

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "items": self.items}

    def save(self, commit=True):
        last = self.instance.questions.aggregate(last=Max("order"))["last"] or 0
        for form in self.extra_forms:
            if form.has_changed() and not self._should_delete_form(form):
                last += 1
                form.instance.order = last
        return super().save(commit)


class QuestionInline(PortalStackedInline):
    model = LearningQuestion
    form = QuestionForm
    formset = QuestionFormSet
    extra = 1
    fields = ["text", "item"]
    template = "admin/programme/studyvisit/_questions.html"
    verbose_name_plural = _("questions")

    def get_queryset(self, request):
        return super().get_queryset(request).order_by("order", "pk")

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)
