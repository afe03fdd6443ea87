"""Reminder rules of events and tracks: copied when an event is created, ticked on forms (events spec 4.1)."""

from collections.abc import Iterable

from events.models import Event, ReminderRule
from iurc_portal.translation.languages import columns

DEFAULT_REMINDERS = (ReminderRule.Trigger.DAY, ReminderRule.Trigger.HOUR)
USUAL = {"relative_to": ReminderRule.Relation.START, "audience": ReminderRule.Audience.ALL}
COPIED = ("trigger", "relative_to", "audience", "grace")
TEXTS = ("text", "absent_text")


def give_rules(event: Event, *, usual: Iterable[str] | None = None) -> None:
    """Give a new ``event`` the rules of its track; where the track has none, a day and an hour before.

    ``usual`` are the triggers of the reminders to everybody before the start, where a form has asked for them: those
    of the track that are not among them stay away, follow-ups and narrower rules are copied all the same.
    """
    of_track = list(ReminderRule.objects.filter(track=event.track_id))
    copies = [_copy(rule, event) for rule in of_track if usual is None or not is_usual(rule)]
    if usual is None:
        triggers: list[str] = [] if of_track else list(DEFAULT_REMINDERS)
    else:
        triggers = list(dict.fromkeys(usual))
    known = {rule.trigger: rule for rule in of_track if is_usual(rule)}
    for trigger in triggers:
        rule = known.get(trigger)
        copies.append(_copy(rule, event) if rule else ReminderRule(event=event, trigger=trigger, **USUAL))
    ReminderRule.objects.bulk_create(copies)


def keep_usual(event: Event, triggers: Iterable[str]) -> None:
    """Let the reminders to everybody before the start be exactly ``triggers``; others stay as they are."""
    wanted = list(dict.fromkeys(triggers))
    usual = ReminderRule.objects.filter(event=event, **USUAL)
    usual.exclude(trigger__in=wanted).delete()
    present = set(usual.values_list("trigger", flat=True))
    ReminderRule.objects.bulk_create(
        ReminderRule(event=event, trigger=trigger, **USUAL) for trigger in wanted if trigger not in present
    )


def usual_triggers(rules: Iterable[ReminderRule]) -> list[str]:
    return [rule.trigger for rule in rules if is_usual(rule)]


def is_usual(rule: ReminderRule) -> bool:
    """Whether it is one of those that forms ask for by ticking: to everybody, before the start."""
    return all(getattr(rule, name) == value for name, value in USUAL.items())


def _copy(rule: ReminderRule, event: Event) -> ReminderRule:
    texts = {column: getattr(rule, column) for column in columns(*TEXTS)}
    return ReminderRule(event=event, **{name: getattr(rule, name) for name in COPIED}, **texts)
