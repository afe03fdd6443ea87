"""Of whom we speak: a person as a proved address knows them."""

from contextlib import suppress
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.models import User


@dataclass(frozen=True)
class Subject:
    """The keys of a person's addresses, and their account if they have one."""

    keys: frozenset[str]
    user: User | None = None

    def at(self, column: str) -> Q:
        """Rows whose ``column`` holds one of the addresses as somebody typed it, in whatever case."""
        wanted = Q(pk__in=[])
        for spelling in sorted(self.spellings):
            wanted |= Q(**{f"{column}__iexact": spelling})
        return wanted

    def naming(self, column: str) -> Q:
        """Rows whose text in ``column`` holds one of the addresses."""
        wanted = Q(pk__in=[])
        for spelling in sorted(self.spellings):
            wanted |= Q(**{f"{column}__icontains": spelling})
        return wanted

    def of(self, *, key: str = "email_key", user: str = "user") -> Q:
        """Rows of one of the keys, or of the account."""
        wanted = Q(**{f"{key}__in": self.keys}) if key else Q(pk__in=[])
        return wanted | Q(**{user: self.user}) if user and self.user is not None else wanted

    @property
    def spellings(self) -> set[str]:
        """The keys, and those of international domains also in letters."""
        found = set(self.keys)
        for key in self.keys:
            local, _at, domain = key.rpartition("@")
            with suppress(UnicodeError):
                found.add(f"{local}@{domain.encode('ascii').decode('idna')}")
        return found


def subject_of(address: str) -> Subject:
    """Who ``address`` is: it alone, or the account that has proved it, with all of its proved addresses."""
    key = email_key(address)
    user = User.objects.filter(email_key=key).first()
    if user is None:
        proved = EmailAddress.objects.filter(email__iexact=address.strip(), verified=True).select_related("user")
        user = next((found.user for found in proved), None)
    if user is None:
        return Subject(frozenset([key]))
    others = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Subject(frozenset([key, user.email_key, *map(email_key, others)]), user)
