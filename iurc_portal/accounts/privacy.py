"""Accounts: what they say of a person, and how one is closed (events spec 13, 14.9, 16.9)."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.models import User
from iurc_portal.accounts.names import KEY_FIELDS, NAME_FIELDS
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces


def register() -> None:
    registry.register(
        Rule(
            "accounts",
            _("Accounts whose address was never confirmed"),
            Span("unproved_days", _("%(time)s after it was asked for")),
            words.DELETED,
            never_proved,
            lambda rows, now: [close(user) for user in rows],  # type: ignore[return-value]
        ),
        Holder("accounts", 90, collect, erase, before=end_sessions),
    )


def never_proved(before: datetime):
    """Sign-ups that nobody went on with. Who was given an account by staff has no address to confirm and stays."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(addresses),
        ~Exists(addresses.filter(verified=True)),
        is_staff=False,
        is_superuser=False,
        last_login=None,
        date_joined__lte=before,
    )


def collect(subject: Subject) -> Iterable[Section]:
    if subject.user is None:
        return
    user = subject.user
    yield Section(
        "account",
        _("Account"),
        columns(
            *((name, User._meta.get_field(name).verbose_name, name) for name in ("email", *NAME_FIELDS)),
            *((name, User._meta.get_field(name).verbose_name, name) for name in ("language", "tzid")),
            ("joined", _("joined"), "date_joined"),
            ("last_login", _("last sign-in"), "last_login"),
        ),
        [user],
        lambda user: " – ".join(filter(None, [user.email, user.display_name(user.language)])),
    )
    yield Section(
        "addresses",
        _("Addresses of the account"),
        columns(("email", _("e-mail"), "email"), ("confirmed", _("address confirmed"), "verified")),
        list(EmailAddress.objects.filter(user=user).order_by("pk")),
        lambda address: address.email,
    )
    yield Section(
        "second_factors",
        _("Second factors"),
        columns(("kind", _("kind"), "type"), ("made", _("made"), "created_at"), ("used", _("used"), "last_used_at")),
        list(Authenticator.objects.filter(user=user).order_by("pk")),
        lambda factor: str(factor.get_type_display()),
    )


def end_sessions(subject: Subject, now: datetime) -> None:
    """Signed out everywhere, from the moment on which it is asked (16.9)."""
    if subject.user is None:
        return
    key = str(subject.user.pk)
    rows = Session.objects.filter(expire_date__gt=now).iterator(chunk_size=500)
    mine = [session.pk for session in rows if session.get_decoded().get("_auth_user_id") == key]
    Session.objects.filter(pk__in=mine).delete()


def erase(subject: Subject, now: datetime) -> None:
    """The account goes with its credentials, factors, tokens and rights; what others wrote with it stays, unsigned."""
    if subject.user is None:
        return
    end_sessions(subject, now)
    close(subject.user)


def close(user: User) -> None:
    """Delete an account. Where a record needs one to stand in that place, a nameless one without a way in stays."""
    blank_traces(EmailAddress, EmailAddress.objects.filter(user=user).values_list("pk", flat=True))
    blank_traces(User, [user.pk])
    try:
        with transaction.atomic():
            User.objects.get(pk=user.pk).delete()
    except ProtectedError:
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        user.groups.clear()
        user.set_unusable_password()
        nobody = f"erased-{user.pk}@invalid.example"
        User.objects.filter(pk=user.pk).update(
            **dict.fromkeys((*NAME_FIELDS, *KEY_FIELDS), ""),
            email=nobody,
            email_key=nobody,
            password=user.password,
            is_active=False,
            last_login=None,
        )
