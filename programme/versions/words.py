"""What became of an item between two versions, in a few words."""

from django.utils.translation import pgettext

from programme.versions.difference import Change, Kind


def label_of(change: Change) -> str:
    """What became of an item, in a few words of the active language."""
    if change.kind == Kind.MOVED:
        if len(change.has_moved_in) == 2:
            return pgettext("agenda item", "New time and place")
        return (
            pgettext("agenda item", "New time")
            if "time" in change.has_moved_in
            else pgettext("agenda item", "New place")
        )
    if change.kind == Kind.CANCELLED and not change.is_off:
        return pgettext("agenda item", "No longer in your agenda")
    return {
        Kind.CANCELLED: pgettext("agenda item", "Cancelled"),
        Kind.ADDED: pgettext("agenda item", "New in your agenda"),
        Kind.PEOPLE: pgettext("agenda item", "Other people"),
        Kind.INTERPRETING: pgettext("agenda item", "Other interpreters"),
        Kind.TEXT: pgettext("agenda item", "New description"),
    }.get(change.kind, "")
