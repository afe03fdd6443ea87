"""What of the search needs doing."""

from django.utils.translation import gettext_lazy as _

from iurc_portal.staff.todo import Job, register

register(Job("tend_the_index", _("The search index, every night"), "tend-the-index"))
