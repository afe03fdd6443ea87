"""What exchanges, webinars, staff exchanges and meetings cost, each on a page of its own, as that of a visit (P26)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from programme.admin.visit_costs import costs_page
from programme.models import CostLine


class HasCosts:
    """For the admin of an activity that costs may be of: the page of its costs, and the way there."""

    def get_urls(self):
        own = path(
            "<path:object_id>/costs/",
            self.admin_site.admin_view(self.costs_view),
            name=f"programme_{self.opts.model_name}_costs",
        )
        return [own, *super().get_urls()]

    def costs_view(self, request, object_id):
        """Whoever may change the activity writes its costs; of those of both cities, each side's staff their own."""
        owner = self.get_object(request, object_id)
        if owner is None or not self.has_view_permission(request, owner):
            raise Http404
        if not (self.has_change_permission(request, owner) and request.user.has_perm("programme.change_costline")):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": pgettext("visit", "Costs"),
            "owner": owner,
            "owner_url": reverse(f"admin:programme_{self.opts.model_name}_change", args=[owner.pk]),
        }
        return costs_page(request, owner, context, "admin/programme/costs.html")


def page_of(line: CostLine) -> str:
    """Where the costs of the activity of ``line`` are written."""
    owner = line.owner
    if line.visit_id:
        return reverse("admin:programme_studyvisit_workplace", args=[owner.pk, "costs"])
    return reverse(f"admin:programme_{owner._meta.model_name}_costs", args=[owner.pk])


def costs_link(obj):
    """The way to the costs of ``obj``, with how many lines there are."""
    if obj is None or not obj.pk:
        return "–"
    n = obj.costs.count()
    words = ngettext("%(n)s line", "%(n)s lines", n) % {"n": n} if n else _("write the first line")
    address = reverse(f"admin:programme_{obj._meta.model_name}_costs", args=[obj.pk])
    return format_html('<a href="{}">{}</a>', address, words)
