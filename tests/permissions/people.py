"""Who walks through the portal: the sign-ins of the demonstration, a visitor, and a host with nothing but a link."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from iurc_portal.accounts import roles
from iurc_portal.accounts.models import User
from programme.demo import people
from tests.factories import make_user

ROLES = (
    "anonymous", "company", "editor", "host", "delegate", "evaluator", "torino", "nagoya", "manager", "superuser"
)  # fmt: skip
SIGN_INS = {
    "company": people.COMPANY,
    "editor": people.EDITOR,
    "delegate": people.DELEGATE,
    "torino": people.STAFF_TORINO,
    "nagoya": people.STAFF_NAGOYA,
    "manager": people.MANAGER,
    "superuser": "admin@torino.example",
}


def make_people() -> dict[str, User]:
    """Each with the group, the side and the language of the demonstration, all with Italian pages; the demonstration
    has no evaluator.
    """
    made = {role: _made(email) for role, email in SIGN_INS.items()}
    made["evaluator"] = _user("evaluator@example.org", roles.EVALUATORS, {"language": "it"})
    return made


def _made(email: str) -> User:
    group, fields = people.SIGN_INS[email]
    return _user(email, group, {**fields, "language": "it"})


def _user(email: str, group: str, fields: dict) -> User:
    user = make_user(email=email, **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
