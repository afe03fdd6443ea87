"""Roles are groups over separate permissions (events spec 14.8). Called after every migration; idempotent."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import pgettext_lazy

STAFF_APPS = ("ecosystem", "events", "programme", "pages", "search", "translation")
# What staff of one city do not do alone: people and their rights are the managers'.
MANAGER_APPS = (*STAFF_APPS, "accounts", "notifications", "audit", "content", "privacy")

STAFF, MANAGERS, EDITORS, DELEGATES, COMPANIES = "Staff", "Managers", "Editors", "Delegates", "Companies"
EVALUATORS = "Evaluators"
TITLES = {
    STAFF: pgettext_lazy("role", "Staff of a city"),
    MANAGERS: pgettext_lazy("role", "Managers of the programme"),
    EDITORS: pgettext_lazy("role", "Editors of an organisation"),
    DELEGATES: pgettext_lazy("role", "Delegates"),
    COMPANIES: pgettext_lazy("role", "Companies"),
    EVALUATORS: pgettext_lazy("role", "Evaluators of the programme"),
}
ROLES = (STAFF, MANAGERS, EDITORS, DELEGATES, COMPANIES, EVALUATORS)
# What evaluators read besides what everybody reads: numbers, reports, evidence, and nothing of persons.
AGGREGATES = Q(content_type__app_label="programme", codename="read_aggregates")


def title_of(group: Group) -> str:
    """What people call a role; what somebody else has added keeps its own name."""
    return str(TITLES.get(group.name, group.name))


def ensure_roles() -> None:
    """Create the six groups with the permissions that exist. Groups that people changed keep what was added."""
    historical = Q(codename__regex=r"_historical")
    staff = Permission.objects.filter(
        Q(content_type__app_label__in=STAFF_APPS, codename__regex=r"^(view|add|change)_")
        | Q(
            content_type__app_label="events",
            codename__in=[
                *("publish_event", "export_registration", "send_broadcast"),
                *("moderate_registration", "see_join_address", "check_in"),
                "decide_syncproposal",
            ],
        )
        | Q(
            content_type__app_label="notifications",
            codename__in=[
                *("view_message", "change_message", "view_heartbeat", "view_addressstatus"),
                *("view_lettertext", "change_lettertext", "view_subscription", "change_subscription"),
            ],
        )
        | Q(content_type__app_label="audit", codename="view_transition")
        | AGGREGATES
    ).exclude(historical)
    managers = Permission.objects.filter(content_type__app_label__in=MANAGER_APPS).exclude(
        codename="delete_transition"
    )
    evaluators = Permission.objects.filter(AGGREGATES)
    for name, permissions in ((STAFF, staff), (MANAGERS, managers), (EVALUATORS, evaluators)):
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)
    for name in (EDITORS, DELEGATES, COMPANIES):
        Group.objects.get_or_create(name=name)


def ensure_roles_after_migration(sender, **kwargs) -> None:
    """Once a migration, after the last app's permissions exist."""
    if sender is list(apps.get_app_configs())[-1]:
        ensure_roles()
