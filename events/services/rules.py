"""Reminder rules of events and tracks: copied when an event is created, ticked on forms (events spec 4.1)."""

from collections.abc import Iterable
from datetime import datetime

from events.models import Event, ReminderRule
from iurc_portal.translation.languages import columns

DEFAULT_REMINDERS = (ReminderRule.Trigger.DAY, ReminderRule.Trigger.HOUR)
USUAL = {"relative_to": ReminderRule.Relation.START, "audience": ReminderRule.Audience.ALL}
COPIED = ("trigger", "relative_to", "audience", "grace")
TEXTS = ("text", "absent_text")
SAID = ["grace", *columns(*TEXTS)]  # what may differ between two rules that are the same


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


def copy_rules(pattern: Event, event: Event, *, now: datetime) -> bool:
    """Let the rules of ``event`` be those of ``pattern``, without what would have been due by ``now`` (4.1, 17).

    A rule that both have keeps its row, and with it the ledger. Returns whether that changed anything.
    """
    present = {_key(rule): rule for rule in ReminderRule.objects.filter(event=event)}
    copies = [_copy(rule, event) for rule in ReminderRule.objects.filter(event=pattern)]
    wanted = {_key(rule): rule for rule in copies if rule.duration.fits(all_day=event.all_day)}
    gone = [rule.pk for key, rule in present.items() if key not in wanted]
    new = [rule for key, rule in wanted.items() if key not in present and rule.due_at() > now]
    other = [rule for key, rule in present.items() if key in wanted and _take_over(rule, wanted[key])]
    ReminderRule.objects.filter(pk__in=gone).delete()
    ReminderRule.objects.bulk_create(new)
    ReminderRule.objects.bulk_update(other, SAID)
    return bool(gone or new or other)


def keep_usual(event: Event, triggers: Iterable[str]) -> None:
    """Let the reminders to everybody before the start be exactly ``triggers``; others stay as they are."""
    wanted = list(dict.fromkeys(triggers))
    usual = ReminderRule.objects.filter(event=event, **USUAL)
    usual.exclude(trigger__in=wanted).delete()
    present = set(usual.values_list("trigger", flat=True))
    ReminderRule.objects.bulk_create(
        ReminderRule(event=event, trigger=trigger, **USUAL) for trigger in wanted if trigger not in present
    )


def keep_fitting(event: Event) -> None:
    """Take reminders away that an event of whole days cannot have: no hour is there to count minutes from (12.8)."""
    if event.all_day:
        rules = ReminderRule.objects.filter(event=event)
        unfit = [rule.pk for rule in rules if not rule.duration.fits(all_day=True)]
        ReminderRule.objects.filter(pk__in=unfit).delete()


def usual_triggers(rules: Iterable[ReminderRule]) -> list[str]:
    return [rule.trigger for rule in rules if is_usual(rule)]


def is_usual(rule: ReminderRule) -> bool:
    """Whether it is one of those that forms ask for by ticking: to everybody, before the start."""
    return all(getattr(rule, name) == value for name, value in USUAL.items())


def _key(rule: ReminderRule) -> tuple[str, str, str]:
    return rule.trigger, rule.relative_to, rule.audience


def _take_over(rule: ReminderRule, other: ReminderRule) -> bool:
    """Let ``rule`` say what ``other`` says; whether that is something else."""
    said = [name for name in SAID if getattr(rule, name) != getattr(other, name)]
    for name in said:
        setattr(rule, name, getattr(other, name))
    return bool(said)


def _copy(rule: ReminderRule, event: Event) -> ReminderRule:
    texts = {column: getattr(rule, column) for column in columns(*TEXTS)}
    return ReminderRule(event=event, **{name: getattr(rule, name) for name in COPIED}, **texts)
