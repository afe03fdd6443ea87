"""The site on which all staff pages are registered."""

from functools import partial

from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    """Unfold's site; what only a drawn page shows is worked out when it is drawn.

    Every view asks for the whole context of a page first. The menu and the list of all models, each with its
    permissions, took two fifths of a request: after a form, which ends in a redirect, nobody needs either, and the
    list of models is drawn by its own pages alone.
    """

    def get_app_list(self, request, app_label=None):
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def get_sidebar_list(self, request):
        return SimpleLazyObject(partial(super().get_sidebar_list, request))
