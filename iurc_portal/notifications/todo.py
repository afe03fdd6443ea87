"""What of the mail needs doing."""

from django.utils.translation import gettext_lazy as _

from iurc_portal.notifications.models import AddressStatus, Message
from iurc_portal.staff.todo import Job, Section, Task, register

State = Message.State

register(
    Task(
        "failed-mail",
        _("Letters that could not be sent"),
        lambda now: Message.objects.filter(state=State.FAILED),
        "notifications.view_message",
        section=Section.DELIVERY,
    ),
    Task(
        "waiting-mail",
        _("Letters waiting to leave"),
        lambda now: Message.objects.deliverable(now=now),
        "notifications.view_message",
        section=Section.DELIVERY,
        since="created_at",
    ),
    Task(
        "refusing-addresses",
        _("Addresses that refuse our mail"),
        lambda now: AddressStatus.objects.filter(state__in=[AddressStatus.State.HARD, AddressStatus.State.COMPLAINT]),
        "notifications.view_addressstatus",
        section=Section.DELIVERY,
    ),
    Job("sweep_outbox", _("Sending the letters that wait"), "sweep-outbox"),
)
