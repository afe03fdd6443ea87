"""The agenda on the visit's page: each row is an item with its event, written through the services only."""

from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import StackedInline
from unfold.contrib.inlines.admin import NonrelatedStackedInline
from unfold.contrib.inlines.forms import NonrelatedInlineModelFormSet
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from ecosystem.closures import Closures
from ecosystem.models import Person, Place, RankBand
from events.admin.day_notes import notes_of, watched
from events.models import Event
from iurc_portal.admin import FriendlyLists
from iurc_portal.clock import WallClockError
from iurc_portal.translation.languages import Language, columns
from programme import services
from programme.admin.fields import (
    DayField,
    EndField,
    FoldField,
    HourField,
    PickOne,
    TextInput,
    answered_fold,
    choose_by_typing,
    remember,
)
from programme.models import AgendaItem, HostConfirmation, VisitDay
from programme.schedule import slot_of
from programme.services.agenda import organizer_for

SLOT_FIELDS = ("date", "starts", "ends", "ends_next_day", "start_fold", "end_fold")
NAME_LENGTH = Event._meta.get_field("name").max_length
USUAL = ("interpretation", "photo_rule", "buffer_before", "buffer_after")  # have a value where nobody chose one
LOCATION_LENGTH = Event._meta.get_field("location").max_length


class AgendaItemForm(forms.ModelForm):
    """A row of the agenda. Day and hours are those of the host city; the event is written by the services."""

    date = DayField(label=_("day"))
    starts = HourField(label=pgettext_lazy("hour", "from"))
    ends = EndField(label=pgettext_lazy("hour", "to"))
    ends_next_day = forms.BooleanField(label=_("ends the day after"), required=False, widget=UnfoldBooleanWidget())
    start_fold = FoldField(label=_("which of the two starts"), widget=UnfoldAdminSelectWidget())
    end_fold = FoldField(label=_("which of the two ends"), widget=UnfoldAdminSelectWidget())
    place = forms.ModelChoiceField(label=_("place"), queryset=Place.objects.all(), required=False)
    hosts = forms.ModelMultipleChoiceField(label=_("hosts"), queryset=Person.objects.all(), required=False)
    host_family_name = forms.CharField(label=_("family name"), max_length=80, required=False, widget=TextInput())
    host_given_name = forms.CharField(label=_("given name"), max_length=80, required=False, widget=TextInput())
    host_title = forms.CharField(label=_("title or post"), max_length=160, required=False, widget=TextInput())
    host_email = forms.EmailField(label=_("e-mail"), required=False, widget=TextInput(attrs={"type": "email"}))
    host_rank_band = forms.TypedChoiceField(
        label=_("rank band"),
        choices=[("", "–"), *RankBand.choices],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    groups = forms.MultipleChoiceField(
        label=pgettext_lazy("delegation", "groups"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: the whole delegation."),
    )

    class Meta:
        model = AgendaItem
        fields = [
            "kind",
            "organisation",
            "is_public",
            *columns("dress"),
            "spoken_languages",
            *USUAL,
            "speaking_minutes",
            "question_minutes",
            "capacity",
            "vehicle",
            "gift_note",
            "materials_due",
            "staff_notes",
        ]

    def __init__(self, *args, visit=None, closures=None, groups=(), **kwargs):
        self.visit, self.closures, self.known_groups = visit, closures, {str(group.pk): group for group in groups}
        self.asks_fold = {"starts": False, "ends": False}
        super().__init__(*args, **kwargs)
        for code in Language.values:
            for field, length in (("name", NAME_LENGTH), ("location", LOCATION_LENGTH)):
                self.fields[f"{field}_{code}"] = forms.CharField(
                    max_length=length, required=False, widget=TextInput(attrs={"lang": code})
                )
        self.fields["groups"].choices = [(pk, str(group)) for pk, group in self.known_groups.items()]
        for name in USUAL:
            self.fields[name].required = False
        choose_by_typing(self.fields["place"], Event._meta.get_field("place"), may_add=True)
        choose_by_typing(self.fields["hosts"], HostConfirmation._meta.get_field("person"), many=True)
        if self.instance.pk:
            self.slot = slot_of(visit, self.instance)
            self._remember(self.instance)
            for name, value in self._values_of(self.instance).items():
                self.initial.setdefault(name, value)

    @staticmethod
    def _values_of(item) -> dict:
        event = item.event
        zone = ZoneInfo(event.tzid)
        start, end = event.dtstart.astimezone(zone), event.dtend.astimezone(zone)
        values = {
            "date": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "ends_next_day": end.date() > start.date(),
            "start_fold": answered_fold(start),
            "end_fold": answered_fold(end),
            "place": event.place_id,
            "hosts": [host.person_id for host in item.hosts.all()],
            "groups": [str(track.pk) for track in item.tracks.all()],
        }
        return values | {column: getattr(event, column) or "" for column in columns("name", "location")}

    @property
    def day_notes(self):
        """What the day is in both cities, kept up to date while it is typed (events spec 12.17)."""
        notes = notes_of(self.instance.event, self.closures) if self.instance.pk else []
        names = {"day": self["date"].html_name, "hour": self["starts"].html_name}
        return watched(notes, **names, tzid=self.visit.host_city.tzid if self.visit.host_city_id else "")

    def _remember(self, item) -> None:
        remember(self.fields["hosts"], [host.person for host in item.hosts.all()])
        remember(self.fields["place"], [item.event.place])
        remember(self.fields["organisation"], [item.organisation])
        remember(self.fields["vehicle"], [item.vehicle])

    @property
    def further(self) -> bool:
        """Whether something of what most items do without is written, or wrong: then it is not folded away."""
        rare = ("speaking_minutes", "question_minutes", "capacity", "vehicle", "gift_note", "materials_due")
        return any(name in self.errors for name in (*rare, *USUAL)) if self.is_bound else False

    @cached_property
    def changed_data(self):
        """What a shorter form did not send at all has not changed."""
        return [name for name in super().changed_data if name not in USUAL or self.add_prefix(name) in self.data]

    def has_changed(self):
        """The page gives a new row the day of the row before: a day alone is not yet an item."""
        return super().has_changed() if self.instance.pk else bool(set(self.changed_data) - {"date"})

    def clean(self):
        cleaned = super().clean()
        for name in USUAL:
            if cleaned.get(name) in (None, "") and name not in self.errors:
                cleaned[name] = getattr(self.instance, name)
        if not any((cleaned.get(column) or "").strip() for column in columns("name")):
            self.add_error("name_it", ValidationError(_("Write the name in one language at least."), code="required"))
        further = ("host_given_name", "host_title", "host_email", "host_rank_band")
        if any(cleaned.get(name) for name in further) and not cleaned.get("host_family_name"):
            self.add_error("host_family_name", ValidationError(_("Write the family name too."), code="required"))
        if self.visit.host_city_id is None:
            return cleaned  # the visit itself says what is missing
        if all(cleaned.get(name) is not None for name in ("date", "starts", "ends")) and self._must_check_slot():
            self._check_slot(cleaned)
        try:
            organizer_for(self.visit, cleaned.get("organisation"))
        except ValidationError as error:
            self.add_error(None, error)
        return cleaned

    def _must_check_slot(self) -> bool:
        """A postponed visit may keep rows outside its new dates until they are moved."""
        return self.visit.state != "postponed" or any(name in self.changed_data for name in SLOT_FIELDS)

    def _check_slot(self, cleaned) -> None:
        try:
            services.check_slot(self.visit, **{name: cleaned.get(name) for name in SLOT_FIELDS})
        except ValidationError as refusal:
            for field, errors in refusal.error_dict.items():
                self.add_error(field, errors)
                for error in errors:
                    if isinstance(error, WallClockError) and error.choices:
                        self.asks_fold[field] = True
                        self.fields[f"{field.removesuffix('s')}_fold"].offer(error.choices)

    def _texts(self, field: str) -> dict[str, str]:
        return {code: self.cleaned_data.get(f"{field}_{code}") or "" for code in Language.values}

    def _groups(self) -> list:
        return [self.known_groups[pk] for pk in self.cleaned_data.get("groups", ())]

    def _own_values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.cleaned_data}

    def _hosts(self) -> list[Person]:
        people = list(self.cleaned_data["hosts"])
        if self.cleaned_data.get("host_family_name"):
            people.append(
                services.find_or_write_person(
                    family_name=self.cleaned_data["host_family_name"],
                    given_name=self.cleaned_data["host_given_name"],
                    organisation=self.cleaned_data.get("organisation"),
                    title=self.cleaned_data["host_title"],
                    email=self.cleaned_data["host_email"],
                    rank_band=self.cleaned_data["host_rank_band"],
                )
            )
        return people

    def plan(self, *, by, now) -> AgendaItem:
        """Write a new item."""
        own = self._own_values()
        return services.plan_agenda_item(
            visit=self.visit,
            names=self._texts("name"),
            locations=self._texts("location"),
            place=self.cleaned_data["place"],
            hosts=self._hosts(),
            tracks=self._groups(),
            dress={code: own.pop(f"dress_{code}", "") or "" for code in Language.values},
            by=by,
            now=now,
            **own,
            **{name: self.cleaned_data[name] for name in SLOT_FIELDS},
        )

    def change(self, *, by, now) -> AgendaItem:
        """Write what changed of a known item; times only when they were touched: nobody is asked again for nothing."""
        item = AgendaItem.objects.select_related("event", "day__visit__host_city").get(pk=self.instance.pk)
        if any(name in self.changed_data for name in SLOT_FIELDS):
            services.reschedule_agenda_item(
                item, by=by, now=now, **{name: self.cleaned_data[name] for name in SLOT_FIELDS}
            )
        services.change_agenda_item(
            item,
            names=self._texts("name"),
            locations=self._texts("location"),
            place=self.cleaned_data["place"],
            tracks=self._groups(),
            by=by,
            now=now,
            **self._own_values(),
        )
        if "hosts" in self.changed_data or self.cleaned_data.get("host_family_name"):
            services.set_hosts(item, self._hosts())
        return item


class AgendaFormSet(NonrelatedInlineModelFormSet):
    """The rows of a visit, in the order of time."""

    @classmethod
    def get_default_prefix(cls):
        return "agenda"

    def get_form_kwargs(self, index):
        return {
            **super().get_form_kwargs(index),
            "visit": self.instance,
            "closures": self.closures,
            "groups": self.groups,
        }

    @cached_property
    def groups(self) -> list:
        """Read once for all rows."""
        return list(self.instance.tracks.all()) if self.instance.pk else []

    @cached_property
    def closures(self) -> Closures:
        """Read once for all rows."""
        return Closures()

    def save_by_services(self, *, by) -> None:
        """Write the rows: withdrawn ones first, then changes, then new ones. Sets what the admin's log reads."""
        now = timezone.now()
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        for form in self.initial_forms:
            if form in self.deleted_forms:
                services.withdraw_agenda_item(form.instance, by=by, now=now)
                self.deleted_objects.append(form.instance)
            elif form.has_changed():
                self.changed_objects.append((form.change(by=by, now=now), form.changed_data))
        for form in self.extra_forms:
            if form.has_changed() and not self._should_delete_form(form):
                self.new_objects.append(form.plan(by=by, now=now))


class DayFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls):
        return "days"


class DayForm(forms.ModelForm):
    class Meta:
        model = VisitDay
        fields = [*columns("theme")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in Language.values:
            self.fields[f"theme_{code}"].required = False


class DayInline(StackedInline):
    """The themes of the days. Days come and go with the items of the agenda."""

    model = VisitDay
    form = DayForm
    formset = DayFormSet
    fields = DayForm._meta.fields
    max_num = 0
    can_delete = False
    template = "admin/programme/studyvisit/_days.html"

    def has_add_permission(self, request, obj=None):
        return False


class AgendaInline(FriendlyLists, NonrelatedStackedInline):
    model = AgendaItem
    form = AgendaItemForm
    formset = AgendaFormSet
    extra = 1
    template = "admin/programme/studyvisit/_agenda.html"
    verbose_name_plural = _("agenda")
    fields = AgendaItemForm._meta.fields

    def has_delete_permission(self, request, obj=None):
        """Taking an item off the agenda is planning: whoever may change the visit may do it."""
        return self.has_change_permission(request, obj)

    def get_form_queryset(self, obj):
        return (
            AgendaItem.objects.filter(day__visit=obj)
            .exclude(event__status=Event.Status.CANCELLED)
            .select_related("day__visit__host_city", "event__place", "organisation", "vehicle")
            .prefetch_related("hosts__person", "tracks")
            .order_by("event__dtstart", "pk")
        )

    def save_new_instance(self, parent, instance):
        """Rows are written by ``AgendaFormSet.save_by_services``."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in {"organisation", "vehicle"}:
            kwargs["widget"] = PickOne(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
