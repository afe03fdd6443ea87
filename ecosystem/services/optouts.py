"""“Do not list us” (ecosystem spec E13): who asked is known again by keyed digests, whatever happens to the record."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ecosystem.identity import name_key, website_host
from ecosystem.models import ListingOptOut, OptOutFingerprint, Organisation
from ecosystem.services.moves import move
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import columns

Kind = OptOutFingerprint.Kind


def digest(kind: str, value: str) -> str:
    """A digest that only this portal can compute: with the oldest ``FIELD_KEY``, else with ``SECRET_KEY``."""
    secret = settings.FIELD_KEY.rpartition(",")[2] or settings.SECRET_KEY
    return salted_hmac(f"ecosystem.optouts.{kind}", value, secret=secret, algorithm="sha256").hexdigest()


def registered(country: str, number: str) -> str:
    """A register's number with its country, as one text; "" without a number."""
    return number and f"{country}:{number}"


def digests(*, names: Iterable[str], website: str = "", registered: str = "") -> dict[str, str]:
    """The digests, with their kinds, of an organisation with these names, this website and this register number."""
    facts = [(Kind.NAME, key) for name in names if (key := name_key(name or ""))]
    if host := website_host(website):
        facts.append((Kind.HOST, host))
    if registered:
        facts.append((Kind.REGISTRY, registered))
    return {digest(kind, value): kind for kind, value in facts}


def digests_of(organisation: Organisation) -> dict[str, str]:
    names = [getattr(organisation, name) for name in (*columns("name"), "legal_name")]
    number = registered(organisation.registry_country, organisation.registry_id)
    return digests(names=names, website=organisation.website, registered=number)


def opt_out_of(organisation: Organisation) -> ListingOptOut | None:
    """The standing request that keeps ``organisation`` out of the lists, the earliest of several, if there is one.

    A record is known by its key as well as by its digests: a new name and a new website lift nothing.
    """
    same = Q(fingerprints__digest__in=list(digests_of(organisation)))
    if organisation.pk is not None:
        same |= Q(organisation=organisation.pk)
    return ListingOptOut.objects.standing().filter(same).order_by("asked_on", "pk").first()


def asked_on_by_digest() -> dict[str, date]:
    """Every digest of a standing request with the day of the request: for comparing many records at once."""
    rows = OptOutFingerprint.objects.filter(opt_out__lifted_at=None).values_list("digest", "opt_out__asked_on")
    return dict(rows.order_by("-opt_out__asked_on"))


@transaction.atomic
def record_opt_out(
    *, organisation: Organisation, asked_by: str, asked_on: date, reason: str = "", by, now: datetime
) -> ListingOptOut:
    """Take a profile out of the lists at once and remember, by digests alone, not to list it again.

    The records that were merged into it are remembered as well: they are other names of the same organisation.
    Raises ``ValidationError`` when it is remembered already.
    """
    organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if opt_out_of(organisation) is not None:
        raise ValidationError(_("This request is written down already."), code="again")
    if organisation.state == Organisation.State.PUBLISHED:
        move(organisation, Organisation.State.UNLISTED, by=by, now=now)
    opt_out = ListingOptOut.objects.create(
        asked_by=asked_by,
        asked_on=asked_on,
        reason=reason,
        organisation=organisation,
        recorded_by=by,
        recorded_at=now,
    )
    found: dict[str, str] = {}
    for record in _with_merged(organisation):
        found |= digests_of(record)
    opt_out.fingerprints.bulk_create(
        OptOutFingerprint(opt_out=opt_out, digest=value, kind=kind) for value, kind in found.items()
    )
    _log(organisation, reason="opt-out", by=by, now=now)
    return opt_out


@transaction.atomic
def lift_opt_out(*, opt_out: ListingOptOut, because: str, by, now: datetime) -> None:
    """Let it be listed again; nothing is published by this. Raises ``ValidationError`` without a reason."""
    opt_out = ListingOptOut.objects.select_for_update(of=("self",), no_key=True).get(pk=opt_out.pk)
    if not because.strip():
        raise ValidationError(_("Write why it is lifted."), code="reason")
    if opt_out.lifted_at is not None:
        raise ValidationError(_("Somebody has lifted it already."), code="again")
    opt_out.lifted_at, opt_out.lifted_by, opt_out.lifted_because = now, by, because.strip()
    opt_out.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    if opt_out.organisation is not None:
        _log(opt_out.organisation, reason="opt-out lifted", by=by, now=now)


def refusal(opt_out: ListingOptOut) -> ValidationError:
    """The words with which publishing, importing and claiming refuse."""
    return ValidationError(
        _("It asked on %(day)s not to be listed. Only a manager can lift this."),
        code="opted_out",
        params={"day": date_format(opt_out.asked_on, "DATE_FORMAT")},
    )


def _with_merged(organisation: Organisation) -> list[Organisation]:
    """``organisation`` and what was merged into it, over as many steps as there are."""
    everything, last = [organisation], [organisation]
    while last:
        last = list(Organisation.objects.filter(merged_into__in=last))
        everything += last
    return everything


def _log(organisation: Organisation, *, reason: str, by, now: datetime) -> None:
    state = organisation.state
    record_transition(organisation, from_state=state, to_state=state, now=now, actor=by, reason=reason)
