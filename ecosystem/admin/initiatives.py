"""The four initiatives with their figures and ways to take part."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Initiative, InitiativeFigure, TakePart
from iurc_portal.admin import PortalAdmin, PortalStackedInline, links_in_languages
from iurc_portal.staff.slugs import SlugFromName
from iurc_portal.translation.languages import columns


class FigureInline(PortalStackedInline):
    model = InitiativeFigure
    ordering_field = "order"
    tab = True


class TakePartInline(PortalStackedInline):
    model = TakePart
    ordering_field = "order"
    tab = True


@admin.register(Initiative)
class InitiativeAdmin(PortalAdmin):
    form = SlugFromName
    general = (
        ("slug", "code"),
        ("order", "colour"),
        ("started_year", "started_month"),
        "website",
        "on_the_site",
        "leads",
        "themes",
    )
    more_tabs = ((_("Sources"), ("sources", "to_verify", ("needs_check", "as_of"))),)
    list_display = ["name", "code", "order", "languages"]
    search_fields = [*columns("name"), "code", "slug"]
    autocomplete_fields = ["leads", "themes"]
    readonly_fields = ["on_the_site"]
    inlines = [FigureInline, TakePartInline]

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "description")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return links_in_languages(reverse("ecosystem:initiative", args=[obj.slug])) if obj.pk else "–"
