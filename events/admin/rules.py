"""One staff page for how people get into an event: switches, seats by kind, the waiting list, invitations.

It serves every event, also those that are edited on the page of a webinar or of a visit.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from events import owners
from events.forms import AddressField
from events.models import Event, SeatPool
from events.models.switches import domain_key, validate_domains
from events.services.registrations import invitations, rules, waiting
from iurc_portal.staff.fields import LinesField
from iurc_portal.translation.languages import Language
from iurc_portal.translation.times import both_cities_lines

MOST_SEATS = 100_000


class RulesForm(forms.ModelForm):
    """The switches of an event and the sizes of its pools; an empty number means that it has none of that kind."""

    allowed_domains = LinesField(
        label=_("mail domains that may register"),
        required=False,
        help_text=_("One to a line, such as company.jp. Empty: every address."),
    )

    class Meta:
        model = Event
        fields = rules.SWITCHES
        field_classes = {"registration_opens_at": forms.SplitDateTimeField}
        widgets = {
            "registration_opens_at": UnfoldAdminSplitDateTimeWidget(),
            "promotion": UnfoldAdminSelectWidget(),
            "group_policy": UnfoldAdminSelectWidget(),
            **dict.fromkeys(
                ("waiting_list", "approval_required", "pending_holds_seat", "invitation_only"),
                UnfoldBooleanSwitchWidget(),
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sizes = {pool.kind: pool.size for pool in self.instance.seat_pools.all()}
        for kind, label in SeatPool.Kind.choices:
            self.fields[kind] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=MOST_SEATS,
                initial=sizes.get(kind),
                widget=UnfoldAdminIntegerFieldWidget(),
            )

    def clean_allowed_domains(self):
        domains = [domain_key(domain) for domain in self.cleaned_data["allowed_domains"]]
        validate_domains(domains)
        return domains

    def clean(self):
        data = super().clean()
        opens, event = data.get("registration_opens_at"), self.instance
        if opens is not None and opens >= event.registration_ends_at:
            self.add_error("registration_opens_at", _("Registration ends before it opens: set an earlier time."))
        return data

    def pools(self) -> dict[str, int | None]:
        return {kind: self.cleaned_data.get(kind) for kind in SeatPool.Kind.values}

    def parts(self):
        """The fields by subject, for the page."""
        groups = (
            (_("Waiting list"), ("waiting_list", "promotion", "group_policy")),
            (_("Approval"), ("approval_required", "pending_holds_seat")),
            (_("Who may register"), ("registration_opens_at", "invitation_only", "allowed_domains")),
            (_("Seats by kind"), tuple(SeatPool.Kind.values)),
        )
        return [(title, [self[name] for name in names]) for title, names in groups]


class InvitationsForm(forms.Form):
    """To whom invitations go, one address to a line."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_("One to a line."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        max_length=60_000,
    )
    language = forms.ChoiceField(
        label=_("language of messages"), choices=Language.choices, widget=UnfoldAdminSelectWidget()
    )
    bound = forms.BooleanField(
        label=_("only for the address to which it is sent"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
    )

    def clean_addresses(self):
        field, found, wrong = AddressField(max_length=254), [], []
        for number, line in enumerate(self.cleaned_data["addresses"].splitlines(), start=1):
            if line.strip():
                try:
                    found.append(field.clean(line.strip()))
                except ValidationError:
                    wrong.append(number)
        if wrong:
            lines = ", ".join(map(str, wrong))
            raise ValidationError(_("No e-mail address in line %(lines)s."), code="invalid", params={"lines": lines})
        return found


class RulesOfEvent:
    """For the admin of events: the page, its address, and a field that leads there."""

    def get_urls(self):
        own = path(
            "<int:pk>/registration/", self.admin_site.admin_view(self.rules_view), name="events_event_registration"
        )
        return [own, *super().get_urls()]

    def rules_view(self, request, pk):
        event = Event.objects.filter(pk=pk).first()
        if event is None or not self.has_view_permission(request, event):
            raise Http404
        may_edit = self.has_change_permission(request, event)
        if request.method == "POST" and not may_edit:
            raise PermissionDenied
        inviting = "invite" in request.POST
        form = RulesForm(request.POST if request.method == "POST" and not inviting else None, instance=event)
        letters = InvitationsForm(
            request.POST if inviting else None, initial={"language": (get_language() or "it")[:2], "bound": True}
        )
        if request.method == "POST" and self._done(request, event, form, letters, inviting=inviting):
            return redirect("admin:events_event_registration", event.pk)
        event = Event.objects.with_places_taken(now=timezone.now()).get(pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("How people get in"),
            "event": event,
            "event_page": owners.staff_page(event),
            "form": form,
            "letters": letters,
            "may_edit": may_edit,
            **_line_of(event),
        }
        return TemplateResponse(request, "admin/events/rules.html", context)

    def _done(self, request, event, form, letters, *, inviting: bool) -> bool:
        """Carry out what was sent; what the services refuse is an error of the form."""
        sent = letters if inviting else form
        if not sent.is_valid():
            return False
        now = timezone.now()
        try:
            if inviting:
                data = letters.cleaned_data
                n = invitations.invite(
                    event, data["addresses"], language=data["language"], bound=data["bound"], now=now
                )
                told = ngettext("%(n)s invitation leaves.", "%(n)s invitations leave.", n) % {"n": n}
            else:
                switches = {name: form.cleaned_data[name] for name in rules.SWITCHES}
                rules.change_rules(event, switches=switches, pools=form.pools(), now=now, by=request.user)
                held_up = waiting.why_idle(event, now=now) or waiting.why_blocked(event, now=now)
                told = _("Saved.") if held_up else _("Saved. Whatever has become free is offered to those who wait.")
        except ValidationError as error:
            sent.add_error(None, error.messages)
            return False
        self.message_user(request, told, messages.SUCCESS)
        return True

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        waiting.promote_soon(form.instance, now=timezone.now())  # the number of places may have grown

    def rules_link(self, obj):
        if obj is None or obj.pk is None:
            return "–"
        return format_html(
            '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>',
            reverse("admin:events_event_registration", args=[obj.pk]),
            _("Approval, waiting list, seats by kind, invitations"),
        )

    rules_link.short_description = _("how people get in")


def _line_of(event: Event) -> dict:
    """What the page says of the line: how many wait, which offers are open until when, what blocks it (3.13)."""
    now = timezone.now()
    language = (get_language() or "it")[:2]
    waiting_now = list(event.registrations.in_line().with_position()[:50])
    return {
        "line": waiting_now,
        "waiting": event.registrations.in_line().count(),
        "offers": [
            (offered, both_cities_lines(offered.hold_until, None, language))
            for offered in event.registrations.filter(state="offered", hold_until__gt=now).order_by("hold_until", "pk")
        ],
        "idle": waiting.why_idle(event, now=now) or waiting.why_blocked(event, now=now),
    }
