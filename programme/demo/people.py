"""The demonstration's sign-ins (the contract names them) and sample people without an account."""

from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group

from ecosystem.models import Membership, Organisation, Person
from iurc_portal.accounts import roles
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.models import User
from programme.demo.samples import Samples, columns_of

JAPANESE = {"language": "ja", "tzid": "Asia/Tokyo"}
ITALIAN = {"language": "it", "tzid": "Europe/Rome"}
DELEGATE, COMPANY = "delegate@nagoya.example", "company@nagoya.example"
EDITOR = "editor@torino.example"
MANAGER = "manager@torino.example"
CLAIMANT = "sample.claimant@guests.example"  # whose claim staff find to decide; it has no password
STAFF_TORINO, STAFF_NAGOYA = "staff@torino.example", "staff@nagoya.example"


def mihon(given: str, kana: str, romaji: str) -> dict[str, str]:
    """A sample Japanese person: 見本 means sample."""
    return {
        "family_name": "見本",
        "given_name": given,
        "family_kana": "ミホン",
        "given_kana": kana,
        "romaji": f"{romaji} Mihon",
    }


def esempio(given: str) -> dict[str, str]:
    """A sample Italian person: «Esempio» means sample."""
    return {"family_name": "Esempio", "given_name": given}


SIGN_INS: dict[str, tuple[str, dict[str, Any]]] = {
    STAFF_TORINO: (roles.STAFF, {**esempio("Giulia"), **ITALIAN, "is_staff": True, "side": "torino"}),
    STAFF_NAGOYA: (roles.STAFF, {**mihon("花子", "ハナコ", "Hanako"), **JAPANESE, "is_staff": True, "side": "nagoya"}),
    MANAGER: (roles.MANAGERS, {**esempio("Paolo"), **ITALIAN, "is_staff": True, "side": "torino"}),
    "admin@torino.example": (
        "",
        {**esempio("Amministratrice"), **ITALIAN, "is_staff": True, "is_superuser": True, "side": "torino"},
    ),
    COMPANY: (roles.COMPANIES, {**mihon("健", "ケン", "Ken"), **JAPANESE}),
    EDITOR: (roles.EDITORS, {**esempio("Marta"), **ITALIAN}),
    DELEGATE: (roles.DELEGATES, {**mihon("直美", "ナオミ", "Naomi"), **JAPANESE}),
}
EDITED = "i3p"  # the organisation that EDITOR speaks for


def make_users(samples: Samples) -> None:
    roles.ensure_roles()
    for email, (role, fields) in SIGN_INS.items():
        samples.once("users", email, partial(_user, email, role, fields))
    samples.once("memberships", f"editor-of-{EDITED}", _membership)
    samples.once("people", DELEGATE, _delegate)


def user(email: str) -> User | None:
    """A sign-in of the demonstration, unless a person deleted it."""
    return User.objects.filter(email_key=email_key(email)).first()


def _user(email: str, role: str, fields: dict) -> User:
    """A user whose address counts as proved. One who exists already keeps password and names."""
    found = user(email) or User.objects.create_user(email, settings.DEMO_PASSWORD, **fields)
    if role:
        found.groups.add(Group.objects.get(name=role))
    EmailAddress.objects.get_or_create(user=found, email=found.email, defaults={"verified": True, "primary": True})
    return found


def make_claimant() -> User:
    """Somebody who wants to speak for an organisation; nobody signs in as them."""
    found = user(CLAIMANT) or User.objects.create_user(CLAIMANT, None, **mihon("誠", "マコト", "Makoto"), **JAPANESE)
    EmailAddress.objects.get_or_create(user=found, email=found.email, defaults={"verified": True, "primary": True})
    return found


def _membership() -> Membership:
    organisation = Organisation.objects.get(slug=EDITED)
    return Membership.objects.get_or_create(
        user=user(EDITOR), organisation=organisation, defaults={"role": Membership.Role.OWNER}
    )[0]


def _delegate() -> Person:
    return Person.objects.create(
        **mihon("直美", "ナオミ", "Naomi"),
        **columns_of("title", "Funzionaria (esempio)", "Officer (sample)", "主事（見本）"),
        organisation=Organisation.objects.get(slug="city-of-nagoya"),
        email=DELEGATE,
        languages=["ja", "en"],
        rank_band=6,
        user=user(DELEGATE),
    )
