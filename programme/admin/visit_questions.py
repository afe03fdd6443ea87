"""The ledger of a visit's questions: to which item and host each belongs, and what was answered (P22)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from events.models import Event
from iurc_portal.clock import ROME
from iurc_portal.translation.languages import columns
from iurc_portal.translation.times import date_words
from programme.admin.workplaces import workplace
from programme.models import AgendaItem, FollowUpCheck, HostConfirmation, LearningQuestion, StudyVisit
from programme.services import followups
from programme.services.sensitive import is_manager


def takes_part(user, visit: StudyVisit) -> bool:
    """Staff of visits of either of its two cities, and managers: what happens afterwards concerns both sides."""
    if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
        return True
    sides = {visit.host_city.slug, visit.guest_city.slug}
    return user.is_staff and user.has_perm("programme.change_studyvisit") and user.side in sides


class Pick(forms.TypedChoiceField):
    """One of the records that the page has read once for all rows, by key."""

    def __init__(self, records: dict[int, str], **kwargs):
        choices = [("", "–"), *records.items()]
        super().__init__(
            choices=choices, coerce=int, empty_value=None, required=False, widget=UnfoldAdminSelectWidget(), **kwargs
        )


class LedgerForm(forms.ModelForm):
    class Meta:
        model = LearningQuestion
        fields = ["answer", *columns("note")]
        widgets = {
            "answer": UnfoldAdminSelectWidget(),
            **{column: UnfoldAdminTextareaWidget(attrs={"rows": 3}) for column in columns("note")},
        }

    def __init__(self, *args, items, hosts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"] = Pick(items, label=gettext_lazy("agenda item"), initial=self.instance.item_id)
        self.fields["host"] = Pick(hosts, label=pgettext_lazy("visit", "host"), initial=self.instance.host_id)
        self.fields["answer"].label = pgettext_lazy("question", "answered")
        for column in columns("note"):
            self.fields[column].required = False

    def has_changed(self):
        return bool(self.changed_data)

    def clean(self):
        if self.instance.pk is None:
            raise ValidationError(_("This question has been taken off meanwhile: open the page anew."), code="gone")
        return super().clean()

    def _post_clean(self):
        super()._post_clean()
        for name in ("item", "host"):
            if name in self.cleaned_data:
                setattr(self.instance, f"{name}_id", self.cleaned_data[name])


LedgerFormSet = forms.modelformset_factory(LearningQuestion, form=LedgerForm, extra=0, max_num=0)


def items_of(visit: StudyVisit) -> dict[int, str]:
    """The items of ``visit`` that are on, by key, with day and hour in the host city. One query."""
    rows = AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED)
    rows = rows.select_related("event", "day").order_by("event__dtstart", "pk")
    return {
        row.pk: f"{date_words(row.day.date, 'weekday_day')} {row.event.wall_start[11:16]} {row.event.name}"
        for row in rows
    }


def hosts_of(visit: StudyVisit) -> dict[int, str]:
    """Whoever receives the delegation somewhere, by key. One query."""
    rows = HostConfirmation.objects.filter(item__day__visit=visit).select_related("person").order_by("person", "pk")
    return {row.person_id: str(row.person) for row in rows}


@workplace("questions", pgettext_lazy("visit", "Question ledger"), order=80, allowed=takes_part)
def questions(request, visit, context):
    """Every question on one page; what was not answered with yes shows its follow-up once the visit is over."""
    rows = visit.questions.select_related("follow_up", "item__event", "host").order_by("order", "pk")
    kwargs = {"items": items_of(visit), "hosts": hosts_of(visit) | _chosen_hosts(rows)}
    formset = LedgerFormSet(
        request.POST if request.method == "POST" else None, queryset=rows, prefix="ledger", form_kwargs=kwargs
    )
    if request.method == "POST" and formset.is_valid():
        changed = [form.instance for form in formset.forms if form.has_changed()]
        made = followups.write_answers(visit, changed, now=timezone.now())
        messages.success(request, _("Saved."))
        if made:
            told = ngettext("%(n)s follow-up was made.", "%(n)s follow-ups were made.", len(made)) % {"n": len(made)}
            messages.info(request, told)
        return HttpResponseRedirect(request.path)
    answers = [form.instance.answer for form in formset.forms]
    context |= {
        "formset": formset,
        "counts": [(label, answers.count(value)) for value, label in LearningQuestion.Answer.choices],
        "without_item": sum(form.instance.item_id is None for form in formset.forms),
        "follow_ups": visit.follow_ups.select_related("owner_torino", "owner_nagoya").order_by("due_on", "pk"),
        "checks": FollowUpCheck.objects.filter(source="visit", source_id=visit.pk).order_by("day", "side"),
        "reads_checks": is_manager(request.user),
        "today": timezone.now().astimezone(ROME).date(),
    }
    status = 422 if formset.is_bound else 200
    return TemplateResponse(request, "admin/programme/studyvisit/ledger.html", context, status=status)


def _chosen_hosts(rows) -> dict[int, str]:
    """Hosts that were chosen before and no longer receive anybody stay choosable."""
    return {row.host_id: str(row.host) for row in rows if row.host_id}
