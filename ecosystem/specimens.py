"""What staff may adjust in the letters about profiles, and letters to look at while they do. Nothing is stored."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from ecosystem.models import Claim, ConfirmationRequest, Organisation
from iurc_portal.accounts.models import User
from iurc_portal.notifications.models import Message

NAME = {"name": _("the name of the organisation")}
REASON = {"reason": _("what the staff write, if anything")}
PLACEHOLDERS: dict[str, dict[str, Any]] = {
    "confirm": NAME | {"days": _("how many days the link works")},
    "claim_proof": NAME
    | {
        "person": _("who asks"),
        "email": _("the e-mail address of who asks"),
        "hours": _("how many hours the link works"),
    },
    "claim_received": NAME | {"date": _("the day by which the answer comes")},
    "claim_approved": NAME | REASON,
    "claim_rejected": NAME | REASON,
}


def adjusting(name: str) -> dict[str, Any]:
    """What ``registry.register`` wants to know of the kind ``ecosystem.<name>``; nothing if staff adjust nothing."""
    if name not in PLACEHOLDERS:
        return {}

    def specimen(language: str) -> Message:
        return Message(kind=f"ecosystem.{name}", to="desk@organisation.example")

    return {"placeholders": PLACEHOLDERS[name], "specimen": specimen}


def organisation() -> Organisation:
    return Organisation(slug="preview", name_it="Officina Esempio", name_en="Example Works", name_ja="見本製作所")


def claim(language: str) -> Claim:
    """An invented claim, with a reason as staff write one. Not stored."""
    user = User(email="name@company.example", family_name="Bianchi", given_name="Anna", language=language)
    return Claim(
        organisation=organisation(),
        user=user,
        mailbox="desk@organisation.example",
        language=language,
        reason="…",
        answer_by=date(2027, 3, 5),
    )


def request() -> ConfirmationRequest:
    """An invented question whether a profile is still correct. Not stored."""
    return ConfirmationRequest(organisation=organisation(), on=date(2027, 3, 2))
