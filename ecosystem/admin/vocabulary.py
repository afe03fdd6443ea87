"""Themes and glossary: labels without conflicts, concepts that replace others, words that found nothing."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseInlineFormSet
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ecosystem.models import Concept, ConceptLabel
from ecosystem.services import vocabulary
from iurc_portal.admin import PlainTabularInline, PortalAdmin, column_in, page_links
from iurc_portal.search.admin import DAYS
from iurc_portal.search.fold import fold
from iurc_portal.search.models import MissedQuery
from iurc_portal.staff.actions import each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.translation.languages import Language, columns

LABELS = [column_in(Concept, "pref_label", code) for code in Language.values]


def taken_words(text: str, owner: Concept):
    """The refusal of a word that leads to another concept already, with a link to that one."""
    page = reverse("admin:ecosystem_concept_change", args=[owner.pk])
    link = format_html('<a class="underline" href="{}">{}</a>', page, owner)
    return format_html(gettext("“{}” is already a label of {}. Keep it at one of the two."), text, link)


class ConceptForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        self._refuse_taken_labels(cleaned)
        self._refuse_related_ancestors(cleaned)
        return cleaned

    def _refuse_taken_labels(self, cleaned) -> None:
        words = [(code, cleaned.get(f"pref_label_{code}") or "") for code in Language.values]
        words = [(code, text) for code, text in words if text]
        scheme = cleaned.get("scheme") or self.instance.scheme
        if not scheme or self.instance.state == Concept.State.DEPRECATED:
            return
        for (code, text), owner in vocabulary.taken(words, scheme=scheme, by_others_than=self.instance).items():
            self.add_error(f"pref_label_{code}", ValidationError(taken_words(text, owner), "label_taken"))

    def _refuse_related_ancestors(self, cleaned) -> None:
        """What stands above or below is not merely related."""
        broader, related = cleaned.get("broader"), list(cleaned.get("related") or [])
        above = [broader, *broader.chain_of("broader")] if broader else []
        wrong = [other for other in related if other in above or self.instance in other.chain_of("broader")]
        wrong += [other for other in related if self.instance.pk and other.pk == self.instance.pk]
        if wrong:
            names = ", ".join(dict.fromkeys(str(other) for other in wrong))
            words = _("Broader and narrower concepts are not related ones as well: take away %(names)s.")
            self.add_error("related", ValidationError(words, "related_ancestor", {"names": names}))


class LabelFormSet(BaseInlineFormSet):
    """All conflicts at once, each at its row: with another concept, and of two labels of this one."""

    def clean(self):
        super().clean()
        concept = self.instance
        rows = [form for form in self.forms if form.is_valid() and not self._should_delete_form(form)]
        rows = [form for form in rows if form.cleaned_data.get("text")]
        words = {form: (form.cleaned_data["language"], form.cleaned_data["text"]) for form in rows}
        own = {
            (code, fold(text).strip())
            for code in Language.values
            if (text := getattr(concept, f"pref_label_{code}", None))
        }
        taken = {}
        if concept.scheme and concept.state != Concept.State.DEPRECATED:
            taken = vocabulary.taken(list(words.values()), scheme=concept.scheme, by_others_than=concept)
        for form, (code, text) in words.items():
            if (code, text) in taken:
                form.add_error("text", ValidationError(taken_words(text, taken[code, text]), "label_taken"))
            elif (code, fold(text).strip()) in own:
                repeated = _("“%(text)s” stands here already. Keep it once.")
                form.add_error("text", ValidationError(repeated, "repeated", {"text": text}))
            own.add((code, fold(text).strip()))


class LabelInline(PlainTabularInline):
    model = ConceptLabel
    formset = LabelFormSet
    tab = True

    def has_delete_permission(self, request, obj=None):
        """Labels are part of their concept: whoever may change it takes them away as well."""
        return self.has_change_permission(request, obj)


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("merge into"), queryset=Concept.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args, concept, **kwargs):
        super().__init__(*args, **kwargs)
        others = Concept.objects.filter(scheme=concept.scheme).exclude(pk=concept.pk)
        self.fields["into"].queryset = others.exclude(state=Concept.State.DEPRECATED)


class AdoptForm(forms.Form):
    """Words sought in vain become a label. The search keeps them folded: the editor writes them as they should be."""

    text = forms.CharField(label=_("text"), max_length=160, widget=UnfoldAdminTextInputWidget)
    concept = forms.ModelChoiceField(
        label=_("concept"), queryset=Concept.objects.none(), widget=UnfoldAdminSelectWidget
    )
    language = forms.ChoiceField(label=_("language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[
            (ConceptLabel.Kind.HIDDEN.value, _("hidden: it is only found")),
            (ConceptLabel.Kind.ALTERNATIVE.value, _("alternative: it is also shown")),
        ],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        in_use = Concept.objects.exclude(scheme=Concept.Scheme.COOPERATION).approved()
        self.fields["concept"].queryset = in_use.order_by("scheme", "notation")


@admin.register(Concept)
class ConceptAdmin(PortalAdmin):
    form = ConceptForm
    change_form_before_template = "admin/ecosystem/_concept_moves.html"
    general = (
        ("state_now", "on_the_site"),
        ("scheme", "notation"),
        tuple(columns("pref_label")),
        "broader",
        "related",
        "replaced_by",
    )
    list_display = [*LABELS, "scheme", "state_badge", "broader"]
    list_display_links = LABELS
    list_filter = ["scheme", "state", missing_language("pref_label")]
    list_select_related = ["broader"]
    search_fields = [*columns("pref_label"), "notation", "labels__text"]
    autocomplete_fields = ["broader", "related", "replaced_by"]
    readonly_fields = ["state_now", "on_the_site"]
    inlines = [LabelInline]
    actions = ["approve", "deprecate"]

    def has_decide_permission(self, request):
        """What the words of both cities mean is the programme's to say, not one city's."""
        return request.user.has_perm("ecosystem.edit_both_sides")

    def get_fieldsets(self, request, obj=None):
        """The three preferred labels stand in one row; each language keeps a tab for its definition."""
        labels = set(columns("pref_label"))
        facts, *languages = super().get_fieldsets(request, obj)
        rest = [[name for name in options["fields"] if name not in labels] for _title, options in languages]
        tabs = zip(languages, rest, strict=True)
        return [facts, *((title, options | {"fields": fields}) for (title, options), fields in tabs)]

    def get_urls(self):
        own = [
            path("<int:pk>/merge/", self.admin_site.admin_view(self.merge_view), name="ecosystem_concept_merge"),
            path("adopt/<int:pk>/", self.admin_site.admin_view(self.adopt_view), name="ecosystem_concept_adopt"),
        ]
        return [*own, *super().get_urls()]

    def get_search_results(self, request, queryset, search_term):
        """Choosing themes for a record offers themes in use, not the whole glossary."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.GET.get("field_name") == "themes":
            found = found.filter(scheme=Concept.Scheme.THEME, state=Concept.State.APPROVED)
        elif request.GET.get("field_name") == "cooperation":
            found = found.filter(scheme=Concept.Scheme.COOPERATION, state=Concept.State.APPROVED)
        return found, may_repeat

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        decides = self.has_decide_permission(request)
        if decides and obj is not None and obj.pk and self.has_change_permission(request, obj):
            context["moves"] = [(state, MOVES[state]) for state in Concept.State if state in obj.NEXT[obj.state]]
            context["may_merge"] = obj.state != Concept.State.DEPRECATED
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        """Save, then do what the button says."""
        wanted = request.POST.get("_move", "")
        if wanted not in Concept.State.values:
            return super().response_change(request, obj)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        try:
            vocabulary.move_concept(concept=obj, to=wanted, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            self.message_user(request, " ".join([gettext("Saved, but:"), *refusal.messages]), messages.WARNING)
        else:
            told = {"name": obj, "state": Concept.State(wanted).label}
            self.message_user(request, gettext("“%(name)s” is now: %(state)s.") % told, messages.SUCCESS)
        return redirect("admin:ecosystem_concept_change", obj.pk)

    def merge_view(self, request, pk):
        """Say what moves, ask once for the concept that stays, and merge."""
        concept = get_object_or_404(Concept, pk=pk)
        if not (self.has_decide_permission(request) and self.has_change_permission(request, concept)):
            raise PermissionDenied
        form = MergeForm(request.POST or None, concept=concept)
        if request.method == "POST" and form.is_valid():
            into = form.cleaned_data["into"]
            try:
                vocabulary.merge_concepts(concept=concept, into=into, by=request.user, now=timezone.now())
            except ValidationError as refusal:
                form.add_error("into", refusal)
            else:
                told = gettext("“%(name)s” is now part of “%(into)s”.") % {"name": concept, "into": into}
                self.message_user(request, told, messages.SUCCESS)
                return redirect("admin:ecosystem_concept_change", into.pk)
        words = [text for _language, text in vocabulary.words_of(concept)]
        context = {
            "title": gettext("Merge “%(name)s” into another concept") % {"name": concept},
            "words": words,
            "tags": vocabulary.tags_of(concept),
            "narrower": concept.narrower.count(),
            "back": reverse("admin:ecosystem_concept_change", args=[concept.pk]),
            "button": gettext("Merge"),
        }
        return self._ask(request, form, context)

    def adopt_view(self, request, pk):
        """Make words that found nothing a label of a concept; they leave the list of what was sought in vain."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        missed = get_object_or_404(MissedQuery, pk=pk, days__gte=DAYS)
        is_japanese = any(ord(letter) > 0x2E80 for letter in missed.text)
        first = {"text": missed.text, "language": Language.JAPANESE if is_japanese else request.user.language}
        form = AdoptForm(request.POST or None, initial=first)
        if request.method == "POST" and form.is_valid():
            try:
                vocabulary.add_label(**form.cleaned_data)
            except vocabulary.LabelTaken as refusal:
                form.add_error("text", ValidationError(taken_words(refusal.text, refusal.owner), refusal.code))
            except ValidationError as refusal:
                form.add_error("text", refusal)
            else:
                missed.delete()
                told = gettext("“%(text)s” leads to “%(name)s” from now on.")
                names = {"text": form.cleaned_data["text"], "name": form.cleaned_data["concept"]}
                self.message_user(request, told % names, messages.SUCCESS)
                return redirect("admin:search_missedquery_changelist")
        context = {
            "title": gettext("Adopt “%(text)s” as a label") % {"text": missed.text},
            "back": reverse("admin:search_missedquery_changelist"),
            "button": gettext("Adopt"),
        }
        return self._ask(request, form, context)

    def _ask(self, request, form, context):
        full = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, **context}
        return TemplateResponse(request, "admin/ecosystem/concept_ask.html", full)

    @display(
        description=_("state"),
        ordering="state",
        label={"approved": "success", "draft": "info", "deprecated": "warning"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    def view_on_site(self, obj):
        """Only terms of the glossary in use have a page."""
        return obj.get_absolute_url() if obj.has_page else None

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj) if obj.has_page else "–"

    @admin.action(description=_("Approve the selected concepts"), permissions=["decide"])
    def approve(self, request, queryset):
        self._move_all(request, queryset, Concept.State.APPROVED)

    @admin.action(description=_("Take the selected concepts out of use"), permissions=["decide"])
    def deprecate(self, request, queryset):
        self._move_all(request, queryset, Concept.State.DEPRECATED)

    def _move_all(self, request, queryset, state):
        now = timezone.now()
        each_row(
            self,
            request,
            queryset,
            lambda row: vocabulary.move_concept(concept=row, to=state, by=request.user, now=now),
        )


MOVES = {
    Concept.State.APPROVED: _("Approve"),
    Concept.State.DEPRECATED: _("Take out of use"),
}
