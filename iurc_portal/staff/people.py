"""Finding people in the staff's lists, however their names are written (events spec 11.11)."""

from django.db.models import Q

from iurc_portal.accounts.names import name_order
from iurc_portal.accounts.spelling import search_key


class FindsPeople:
    """The search box of a list finds names by their keys, beside what ``search_fields`` finds.

    ``people_at`` leads from a row to the people: ``""`` for a list of people, ``"registration__"`` one step on.
    A list of people is ordered by its column ``person_column`` as the reader orders names (11.12).
    """

    people_at: tuple[str, ...] = ("",)
    person_column = "person"

    def get_changelist(self, request, **kwargs):
        column = self.person_column

        class InOrderOfNames(super().get_changelist(request, **kwargs)):
            def get_ordering_field(self, field_name):
                return name_order()[0] if field_name == column else super().get_ordering_field(field_name)

        return InOrderOfNames if "" in self.people_at else super().get_changelist(request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        words = search_key(search_term).split()
        if not words:
            return found, may_repeat
        named = Q()
        for path in self.people_at:
            every_word = Q()
            for word in words:
                every_word &= Q(**{f"{path}name_key__contains": word})
            named |= every_word
        return queryset.filter(named | Q(pk__in=found.order_by().values("pk"))), may_repeat
