"""Two records side by side, field by field; and the way back."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import City, Organisation, OrganisationMerge
from ecosystem.services import merging
from ecosystem.services.duplicates import possible_duplicates
from iurc_portal.translation.languages import columns

REASONS = {
    "same": _("the same name"),
    "host": _("the same website"),
    "like": _("a similar name"),
}
LANGUAGE_FIELDS = frozenset(columns("name", "summary", "description", "address"))


class MergesOrganisations:
    """For the admin of organisations: what may be the same is shown on the page and merged on its own one."""

    def get_urls(self):
        own = [
            path(
                "<int:pk>/merge/<int:other>/",
                self.admin_site.admin_view(self.merge_view),
                name="ecosystem_organisation_merge",
            ),
            path(
                "merges/<int:pk>/undo/",
                self.admin_site.admin_view(self.undo_merge_view),
                name="ecosystem_organisation_undo_merge",
            ),
        ]
        return [*own, *super().get_urls()]

    @admin.action(description=_("Merge the two selected organisations…"), permissions=["change"])
    def merge(self, request, queryset):
        chosen = list(queryset.order_by("created_at", "pk")[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Choose exactly two organisations to merge."), messages.ERROR)
            return None
        return redirect("admin:ecosystem_organisation_merge", chosen[0].pk, chosen[1].pk)

    def merge_view(self, request, pk, other):
        """GET shows both with a choice for each field in which they differ, POST merges."""
        survivor, merged = self._both(request, pk, other)
        choices = merging.choices_of(survivor, merged)
        refusals = []
        if request.method == "POST":
            taken = {choice["name"]: request.POST.get(choice["name"]) == "other" for choice in choices}
            try:
                merging.merge_organisations(
                    survivor=survivor, merged=merged, taken=taken, by=request.user, now=timezone.now()
                )
            except ValidationError as refusal:
                refusals = refusal.messages
                for choice in choices:
                    choice["take_other"] = taken[choice["name"]]
            else:
                told = _("The two are one now: “%(name)s”. It can be taken back for 30 days.")
                self.message_user(request, told % {"name": survivor}, messages.SUCCESS)
                return redirect("admin:ecosystem_organisation_change", survivor.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Merge two organisations"),
            "survivor": survivor,
            "merged": merged,
            "choices": [self._choice(choice) for choice in choices],
            "belongings": merging.belongings_of(merged),
            "refusals": refusals,
        }
        return TemplateResponse(request, "admin/ecosystem/merge.html", context)

    def undo_merge_view(self, request, pk):
        """GET asks once, POST makes two records of one again."""
        merge = OrganisationMerge.objects.select_related("survivor", "merged").filter(pk=pk).first()
        if merge is None:
            raise Http404
        if not self._may_both(request, merge.survivor, merge.merged):
            raise PermissionDenied
        now = timezone.now()
        if request.method == "POST":
            try:
                stayed = merging.undo_merge(merge=merge, by=request.user, now=now)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                told = _("They are two again. Left as they are, because they were changed since: %(n)s.")
                level = messages.WARNING if stayed else messages.SUCCESS
                self.message_user(request, told % {"n": stayed} if stayed else _("They are two again."), level)
            return redirect("admin:ecosystem_organisation_change", merge.survivor_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Take a merging back"),
            "merge": merge,
            "possible": merge.can_be_undone(now),
        }
        return TemplateResponse(request, "admin/ecosystem/undo_merge.html", context)

    def duplicates_and_merges(self, request, obj) -> dict:
        """What the organisation's page says of possible duplicates and of mergings that can be taken back."""
        now = timezone.now()
        merges = OrganisationMerge.objects.filter(Q(survivor=obj) | Q(merged=obj), undone_at=None)
        may = obj.merged_into_id is None and self.has_change_permission(request, obj)
        return {
            "duplicates": [
                (record, REASONS[reason], may and self.has_change_permission(request, record))
                for record, reason in (possible_duplicates(obj) if obj.merged_into_id is None else [])
            ],
            "merges": [
                merge for merge in merges.select_related("survivor", "merged", "by") if merge.can_be_undone(now)
            ],
        }

    def _both(self, request, *keys) -> list[Organisation]:
        found = Organisation.objects.select_related("city").in_bulk(keys)
        if len(found) != 2:
            raise Http404
        pair = [found[key] for key in keys]
        if not self._may_both(request, *pair):
            raise PermissionDenied
        return pair

    def _may_both(self, request, *pair) -> bool:
        return all(self.has_change_permission(request, one) for one in pair)

    @staticmethod
    def _choice(choice: dict) -> dict:
        """A field with both values in words, for the page."""
        name = choice["name"]
        title = _("point on the map") if name == "latitude" else Organisation._meta.get_field(name).verbose_name
        language = name.rpartition("_")[2] if name in LANGUAGE_FIELDS else ""
        sides = {side: ", ".join(_words(choice["group"], choice[side])) for side in ("own", "other")}
        return choice | sides | {"title": title, "lang": language}


def _words(names: tuple[str, ...], values: list) -> list[str]:
    """Values as people read them: choices by their words, lists by their entries."""
    words = []
    for name, value in zip(names, values, strict=True):
        choices = dict(Organisation._meta.get_field(name).flatchoices)
        if isinstance(value, bool):
            words.append(str(_("yes") if value else _("no")))
        elif isinstance(value, (list, tuple)):
            words.extend(map(str, value))
        elif isinstance(value, City):
            words.append(str(value))
        elif value not in (None, ""):
            words.append(str(choices.get(value, value)))
    return words
