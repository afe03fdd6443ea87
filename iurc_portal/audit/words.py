"""What the log says, in words: kinds of record, states, reasons."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

REASONS = {
    "moved": gettext_noop("other times"),
    "venue": gettext_noop("other place"),
    "rule": gettext_noop("rule of the series"),
    "room_opened": gettext_noop("room opened by hand"),
    "room_closed": gettext_noop("room closed by hand"),
    "verified": gettext_noop("checked"),
    "unconfirmed": gettext_noop("nobody confirmed the profile"),
    "renewed": gettext_noop("renewed"),
    "calendar": gettext_noop("by the calendar"),
    "first_item": gettext_noop("first item of the agenda"),
    "agreed_torino": gettext_noop("Torino agrees"),
    "agreed_nagoya": gettext_noop("Nagoya agrees"),
    "asked_transfer": gettext_noop("contact asked about transfers"),
    "initial content": gettext_noop("initial content"),
    "dates": gettext_noop("the dates are not possible"),
    "capacity": gettext_noop("too many people, or too few to receive them"),
    "scope": gettext_noop("not what the programme is for"),
    "incomplete": gettext_noop("the proposal does not say enough"),
    "opt-out": gettext_noop("asked not to be listed"),
    "opt-out lifted": gettext_noop("may be listed again"),
    "merged": gettext_noop("merged"),
    "merging undone": gettext_noop("merging taken back"),
    "declined_by_mail": gettext_noop("declined in the calendar"),
    "accepted_by_mail": gettext_noop("accepted in the calendar after all"),
    "reply_dismissed": gettext_noop("stays, though declined in the calendar"),
    "answers_reviewed": gettext_noop("changed answers looked at"),
    "member_declined": gettext_noop("declined what somebody else had asked for"),
    "member_lapsed": gettext_noop("did not confirm in time what somebody else had asked for"),
    "minor_change": gettext_noop("minor change of a text"),
    "declined": gettext_noop("offer declined"),
    "missed": gettext_noop("offer missed"),
    "offer_closed": gettext_noop("offer withdrawn"),
    "beyond_limit": gettext_noop("beyond the limit"),
    "rules": gettext_noop("other rules of registration"),
    "priority": gettext_noop("other priority"),
    "adopted": gettext_noop("joined to the account"),
    "address_changed": gettext_noop("other e-mail address"),
    "kept_longer": gettext_noop("participants kept longer"),
    "kept_no_longer": gettext_noop("participants kept no longer than the rule says"),
    "other": gettext_noop("another reason"),
}


def kind_words(label: str) -> str:
    """``ecosystem.organisation`` as people call it; the label itself if nothing is called so any more."""
    try:
        return capfirst(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def state_words(label: str, state: str) -> str:
    """A state of records of the kind ``label``, as their pages say it."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return state
    choices = getattr(model, "State", None) or getattr(model, "Status", None)
    return str(dict(choices.choices).get(state, state)) if choices and state else state


def reason_words(code: str) -> str:
    return gettext(REASONS[code]) if code in REASONS else code
