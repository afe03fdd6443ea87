"""What of the requests about personal data needs an eye, and whether the nights are kept (13.2)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from iurc_portal.privacy.models import DataRequest
from iurc_portal.privacy.retention import JOB as PURGE
from iurc_portal.privacy.services import JOB as TEND
from iurc_portal.staff.todo import Job, Section, Task, register

SLOW = timedelta(hours=1)

register(
    Task(
        "slow-data-requests",
        _("Requests about personal data that are not done after an hour"),
        lambda now: DataRequest.objects.filter(done_at=None, asked_at__lt=now - SLOW),
        "privacy.view_datarequest",
        section=Section.LATE,
    ),
    Job(PURGE, _("Deleting what is kept no longer"), "purge-personal-data", late_after=timedelta(hours=48)),
    Job(TEND, _("Copies and erasure of personal data"), "tend-data-requests"),
)
