"""The way of an offer or a need: published for a time, renewed with one act, withdrawn, or ended by its date."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Listing, Organisation
from ecosystem.models.listings import a_year_after
from ecosystem.services.moves import move
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import best_text


@transaction.atomic
def publish_listing(*, listing: Listing, by, now: datetime) -> None:
    """Make a listing public until its day. Raises ``ValidationError`` naming all that is missing."""
    listing = locked(listing)
    missing = missing_for_publication(listing)
    if missing:
        raise ValidationError([ValidationError(text, code="incomplete") for text in missing])
    listing.check_validity(today=day_of(now))
    move(listing, Listing.State.PUBLISHED, by=by, now=now)


def missing_for_publication(listing: Listing) -> list:
    """What keeps ``listing`` from being published besides its date, one sentence each; empty when nothing does."""
    missing = []
    if not best_text(listing, "title")[0]:
        missing.append(_("Write the title in one language at least."))
    if not best_text(listing, "text")[0]:
        missing.append(_("Write the text in one language at least."))
    if listing.organisation.state != Organisation.State.PUBLISHED:
        missing.append(_("Publish its organisation first."))
    return missing


@transaction.atomic
def renew_listing(*, listing: Listing, by, now: datetime) -> None:
    """Keep a listing on the site for a year from ``now``, or bring back one that has ended.

    Raises ``ValidationError`` for one that was never published, or that was withdrawn on purpose.
    """
    listing = locked(listing)
    if listing.state not in {Listing.State.PUBLISHED, Listing.State.EXPIRED}:
        raise ValidationError(_("Only what is or was on the site can be renewed: publish it."), code="transition")
    former = listing.state
    if former == Listing.State.EXPIRED:
        listing.move_to(Listing.State.PUBLISHED)
    listing.valid_until = a_year_after(day_of(now))
    listing.save(update_fields=["state", "valid_until", "updated_at"])
    record_transition(listing, from_state=former, to_state=listing.state, now=now, actor=by, reason="renewed")


@transaction.atomic
def withdraw_listing(*, listing: Listing, by, now: datetime) -> None:
    """Take a listing off the site before its day."""
    move(locked(listing), Listing.State.WITHDRAWN, by=by, now=now)


def expire_listings(*, now: datetime) -> int:
    """End what is past its day. Safe to call twice; returns how many ended.

    Pages never wait for this: they compare the day themselves. The index and the staff's lists follow here.
    """
    ended = 0
    for pk in Listing.objects.past(today=day_of(now)).values_list("pk", flat=True):
        with transaction.atomic():
            rows = Listing.objects.select_for_update(of=("self",), no_key=True)
            listing = rows.past(today=day_of(now)).filter(pk=pk).first()
            if listing is not None:
                move(listing, Listing.State.EXPIRED, by=None, now=now)
                ended += 1
    return ended


def day_of(now: datetime):
    """The day by which validity is counted: that of the portal's own zone."""
    return timezone.localdate(now)


def locked(listing: Listing) -> Listing:
    rows = Listing.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation").get(pk=listing.pk)
