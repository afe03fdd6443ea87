"""Groups: who leads, who has answered; and a delegation that staff register from a list (2.18, 11.8)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.decorators import action
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, UnfoldAdminFileFieldWidget

from events.forms import AddressField, LineField
from events.group_forms import FileForm, members_formset
from events.models import Event, RegistrationGroup, SeatPool
from events.services import groups
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.clock import zone_of_language
from iurc_portal.translation.languages import Language

READ, MORE = "read", "more"


class DelegationForm(forms.Form):
    """Who leads a delegation, and to which event it comes. The lead has a place at once and gets the usual letter."""

    event = forms.ModelChoiceField(label=_("Event"), queryset=Event.objects.none())
    pool = forms.ChoiceField(label=_("Seats"), required=False, help_text=_("Only where the event divides its places."))
    group_name = LineField(label=_("Name of the group"), max_length=160, required=False)
    given_name = LineField(label=_("First name"), max_length=80)
    family_name = LineField(label=_("Surname"), max_length=80)
    email = AddressField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language of messages"), choices=Language.choices, initial=Language.JAPANESE)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        main = [(kind, SeatPool.Kind(kind).label) for kind in SeatPool.MAIN]
        self.fields["pool"].choices = [("", _("those for delegations, if there are any")), *main]
        mine = Event.objects.editable_by(user).filter(status=Event.Status.CONFIRMED)
        self.fields["event"].queryset = mine.upcoming(now=timezone.now()).filter(dtstart__gt=timezone.now())

    def lead(self) -> dict:
        data = self.cleaned_data
        person = {name: data[name] for name in ("given_name", "family_name", "language")}
        return {
            "event": data["event"],
            "email": data["email"],
            "person": person | {"tzid": zone_of_language(data["language"])},
            "name": data["group_name"],
            "wanted": [data["pool"] or SeatPool.Kind.DELEGATION],
        }


class RegistersDelegations:
    """For the admin of registrations: a page on which a delegation is registered, typed or from a spreadsheet."""

    actions_list = ["register_delegation"]

    @action(description=_("Register a delegation"), url_path="delegation", permissions=["add"], icon="groups")
    def register_delegation(self, request):
        most = groups.delegation_limit() - 1
        file, form, members = FileForm(), DelegationForm(user=request.user), members_formset(limit=most)
        if request.method == "POST":
            if READ in request.POST or MORE in request.POST:
                form = DelegationForm(initial=request.POST.dict(), user=request.user)
                members, file = other_rows(request, most=most)
            else:
                form = DelegationForm(request.POST, user=request.user)
                members = members_formset(request.POST, limit=most, lead_email=request.POST.get("email", ""))
                if all([form.is_valid(), members.is_valid()]) and self._registered(request, form, members):
                    address = reverse("admin:events_registration_changelist")
                    return redirect(f"{address}?event__id__exact={form.cleaned_data['event'].pk}")
        for row in members.forms:
            dressed(row)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Register a delegation"),
            "form": dressed(form),
            "members": members,
            "file": dressed(file),
            "most": most,
        }
        return TemplateResponse(request, "admin/events/delegation.html", context)

    def _registered(self, request, form, members) -> bool:
        """Register all, or say beside the form why nobody was."""
        named = members.members()
        if not named:
            form.add_error(None, ValidationError(_("Name at least one person beside the lead."), code="required"))
            return False
        try:
            group = groups.register_delegation(**form.lead(), members=named, now=timezone.now(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return False
        n = groups.standing(group).exclude(pk=group.lead_id).count()
        words = ngettext(
            "The lead has a place; %(n)s person gets a mail and confirms.",
            "The lead has a place; %(n)s people get a mail and confirm.",
            n,
        )
        self.message_user(request, words % {"n": n})
        left_out = len(named) - n
        if left_out > 0:
            words = ngettext(
                "%(n)s person had a place already or asks for one: nothing changes for them.",
                "%(n)s people had a place already or ask for one: nothing changes for them.",
                left_out,
            )
            self.message_user(request, words % {"n": left_out})
        return True


def other_rows(request, *, most: int):
    """The rows of the file that was sent, or those that were typed with empty ones below; and the form of the file."""
    if MORE in request.POST:
        return members_formset(request.POST, limit=most, more=True), FileForm()
    file = FileForm(request.POST, request.FILES)
    if not file.is_valid():
        return members_formset(request.POST, limit=most), file
    return members_formset(limit=most, rows=file.rows, lead_email=request.POST.get("email", "")), FileForm()


def dressed(form):
    """The fields of a public form in the look of the workplace."""
    for field in form.fields.values():
        if isinstance(field, forms.FileField):
            field.widget = UnfoldAdminFileFieldWidget(attrs=field.widget.attrs)
        elif not field.widget.is_hidden:
            classes = SELECT_CLASSES if isinstance(field.widget, forms.Select) else INPUT_CLASSES
            field.widget.attrs["class"] = " ".join(classes)
    return form


@admin.register(RegistrationGroup)
class RegistrationGroupAdmin(ReadOnly, PlainAdmin):
    """Read here; a group changes by what its people do."""

    list_display = ["group", "event", "people", "confirmed", "created_at", "invited_at"]
    list_filter = [("event", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["event", "lead"]
    search_fields = ["name", "lead__family_name", "lead__email", "members__email", "members__family_name"]
    fields = ["name", "event", "lead_link", "members_listed", ("created_at", "invited_at")]
    readonly_fields = ["lead_link", "members_listed"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_people=Count("members", filter=~Q(members__state="cancelled"), distinct=True),
                n_confirmed=Count("members", filter=Q(members__state="confirmed"), distinct=True),
            )
        )

    @admin.display(description=pgettext_lazy("of people", "group"))
    def group(self, obj):
        return str(obj)

    @admin.display(description=pgettext_lazy("of people", "people"))
    def people(self, obj):
        return obj.n_people

    @admin.display(description=_("confirmed"))
    def confirmed(self, obj):
        return obj.n_confirmed

    @admin.display(description=pgettext_lazy("of people", "lead"))
    def lead_link(self, obj):
        return format_html(*_link(obj.lead))

    @admin.display(description=_("members"))
    def members_listed(self, obj):
        rows = obj.members.exclude(pk=obj.lead_id).order_by("joined_at", "pk")
        pattern = "<li>" + _link(obj.lead)[0] + " – {}</li>"
        untold = set(rows.untold().values_list("pk", flat=True))
        wait = _("not written to yet: waits with the lead")
        lines = [(*_link(row)[1:], wait if row.pk in untold else row.get_state_display()) for row in rows]
        return format_html("<ol>{}</ol>", format_html_join("", pattern, lines)) if lines else "–"


def _link(row) -> tuple[str, str, str]:
    """Pattern, address and name, for ``format_html``."""
    pattern = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'
    name = row.display_name(row.language) or row.email
    return pattern, reverse("admin:events_registration_change", args=[row.pk]), name
