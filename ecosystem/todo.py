"""What of the ecosystem needs doing."""

from datetime import timedelta
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import (
    Claim,
    ImportBatch,
    Listing,
    Organisation,
    ProfileRevision,
    Transfer,
)
from ecosystem.services import freshness
from ecosystem.services.transfers import without_transfer
from iurc_portal.clock import ROME
from iurc_portal.staff.addresses import list_of, new
from iurc_portal.staff.filters import without_text
from iurc_portal.staff.todo import Job, QuickAction, Task, city_at, everybody, register

State = Organisation.State
SOON = timedelta(days=30)  # a listing that ends within this time waits to be renewed


def without_summary(code, now):
    return Organisation.objects.published().filter(without_text("summary", code))


def ending_listings(now):
    today = timezone.localdate(now)
    return Listing.objects.ending(today=today, by=today + SOON)


register(
    Task(
        "organisations-in-review",
        _("Organisations to review"),
        lambda now: Organisation.objects.filter(state=State.IN_REVIEW),
        "ecosystem.change_organisation",
        city=city_at("side"),
    ),
    Task(
        "claims-to-decide",
        _("Claims to decide"),
        lambda now: Claim.objects.filter(state=Claim.State.PENDING),
        "ecosystem.change_claim",
        city=city_at("organisation__side"),
    ),
    Task(
        "revisions-to-review",
        _("Proposed changes to review"),
        lambda now: ProfileRevision.objects.open(),
        "ecosystem.change_profilerevision",
        city=city_at("organisation__side"),
    ),
    Task(
        "organisations-nobody-to-ask",
        _("Profiles not confirmed, with nobody to ask"),
        lambda now: freshness.overdue(today=now.astimezone(ROME).date()).filter(reachable=False),
        "ecosystem.change_organisation",
        city=city_at("side"),
    ),
    Task(
        "organisations-unanswered",
        _("Profiles taken out of the lists because nobody confirmed them"),
        lambda now: freshness.unanswered().filter(state=State.UNLISTED),
        "ecosystem.change_organisation",
        city=city_at("side"),
    ),
    Task(
        "organisations-to-check",
        _("Organisations whose description is to be checked"),
        lambda now: Organisation.objects.filter(needs_check=True, merged_into=None),
        "ecosystem.change_organisation",
        city=city_at("side"),
    ),
    Task(
        "organisations-to-verify",
        _("Organisations with single fields to verify"),
        lambda now: Organisation.objects.filter(merged_into=None).exclude(to_verify=[]),
        "ecosystem.change_organisation",
        city=city_at("side"),
    ),
    Task(
        "organisations-without-ja",
        _("Published organisations without a Japanese text"),
        partial(without_summary, "ja"),
        "ecosystem.change_organisation",
        urgent=False,  # the home counts what is missing in texts of every kind (iurc_portal/translation/todo.py)
    ),
    Task(
        "organisations-without-it",
        _("Published organisations without an Italian text"),
        partial(without_summary, "it"),
        "ecosystem.change_organisation",
        urgent=False,  # the home counts what is missing in texts of every kind (iurc_portal/translation/todo.py)
    ),
    Task(
        "organisations-without-en",
        _("Published organisations without an English text"),
        partial(without_summary, "en"),
        "ecosystem.change_organisation",
        urgent=False,  # the home counts what is missing in texts of every kind (iurc_portal/translation/todo.py)
    ),
    Job("tend_profiles", _("Asking organisations to confirm, forgetting old claims"), "tend-profiles"),
    Task(
        "imports-to-finish",
        _("Imports to finish"),
        lambda now: ImportBatch.objects.unfinished(),
        "ecosystem.add_organisation",
        city=city_at("side"),
    ),
    Task(
        "practices-without-transfer",
        _("Good practices nobody has taken over in a year: ask the contact why"),
        without_transfer,
        "ecosystem.change_goodpractice",
        city=city_at("city__slug"),
    ),
    Task(
        "transfers-to-confirm",
        _("Transfers to confirm"),
        lambda now: Transfer.objects.filter(state=Transfer.State.REPORTED),
        "ecosystem.edit_both_sides",
        mine=everybody,
    ),
    Task(
        "listings-ending",
        _("Offers and needs that end within 30 days"),
        ending_listings,
        "ecosystem.change_listing",
        city=city_at("organisation__side"),
    ),
    Job("expire_listings", _("Offers and needs that end"), "expire-listings"),
    QuickAction(_("New organisation"), new(Organisation), "ecosystem.add_organisation"),
    QuickAction(_("Import organisations"), lambda: list_of(Organisation)() + "import/", "ecosystem.add_organisation"),
    QuickAction(_("Export organisations"), lambda: list_of(Organisation)() + "export/", "ecosystem.view_organisation"),
)
