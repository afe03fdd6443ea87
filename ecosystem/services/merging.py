"""Two records of one organisation become one, and two again for 30 days (ecosystem spec E14).

What points at a record is found by Django's own list of relations and not by a signal: a table that a later app
adds moves along without a line of code there, and what was moved is written down in one place, to be taken back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, OrganisationMerge
from ecosystem.services.moves import move
from ecosystem.services.optouts import opt_out_of, refusal
from iurc_portal.audit.services import record_transition
from iurc_portal.search.index import index_object, postponed
from iurc_portal.translation.languages import columns
from iurc_portal.translation.registry import fields_in_order
from iurc_portal.translation.services import record_texts, texts_of

# What tells the story of one record stays with it; labels of models, in small letters.
STAYS = frozenset({"ecosystem.profilerevision", "ecosystem.verification", "ecosystem.confirmationrequest"})
GROUPS = (  # chosen together: half a point, or a date without its source, would be wrong
    ("latitude", "longitude", "precision"),
    ("sources", "as_of"),
)
# What a record says of itself as a record, or what has its own rule; every other field is chosen.
OWN = frozenset(
    {
        *("id", "slug", "state", "activity", "side", "is_programme", "source_language", "needs_check", "to_verify"),
        *("merged_into", "created_at", "updated_at"),
        *("registry_id", "registry_country"),  # a number is of one record: the merged one keeps it, to be taken back
    }
)
State = Organisation.State


def choices_of(survivor: Organisation, merged: Organisation) -> list[dict[str, Any]]:
    """The fields in which two records differ, each with both values and whether the survivor's is empty."""
    found, seen = [], set()
    fields = Organisation._meta.concrete_fields
    # A translated field stands there twice: by its columns, and by its own name, which only reads one of them.
    translated = {field.translated_field.name for field in fields if hasattr(field, "translated_field")}
    # Texts come first, the name before all: the model begins with what it inherits, the figures of the company.
    texts = list(columns(*fields_in_order(Organisation)))
    for name in [*texts, *(field.name for field in fields if field.name not in texts)]:
        if name in OWN or name in translated:
            continue
        group = next((group for group in GROUPS if name in group), (name,))
        if group in seen:
            continue
        seen.add(group)
        own, other = ([getattr(record, one) for one in group] for record in (survivor, merged))
        if own != other and not _is_empty(other):
            found.append({"name": group[0], "group": group, "own": own, "other": other, "take_other": _is_empty(own)})
    return found


def _is_empty(values: list) -> bool:
    return all(value in (None, "", [], Organisation.Precision.NONE) for value in values)


@transaction.atomic
def merge_organisations(
    *, survivor: Organisation, merged: Organisation, taken: Mapping[str, bool], by, now: datetime
) -> OrganisationMerge:
    """Make ``merged`` a part of ``survivor``: its address leads there, and what belonged to it belongs there.

    ``taken`` names the fields (the first of each group) whose value comes from ``merged``. Raises ``ValidationError``
    when one of the two was merged already or asked not to be listed.
    """
    survivor, merged = _locked(survivor, merged)
    _check(survivor, merged)
    merge = OrganisationMerge(survivor=survivor, merged=merged, by=by, at=now)
    with postponed():
        _take_fields(merge, survivor, merged, taken)
        _move_rows(merge, survivor, merged)
        _join_rows(merge, survivor, merged)
        if merged.state == State.PUBLISHED:
            merge.was_published = True
            move(merged, State.UNLISTED, by=by, now=now)
        merged.merged_into = survivor
        merged.save(update_fields=["merged_into", "updated_at"])
        index_object(survivor)
    merge.save()
    _log(survivor, "merged", comment=merged.slug, by=by, now=now)
    _log(merged, "merged", comment=survivor.slug, by=by, now=now)
    return merge


@transaction.atomic
def undo_merge(*, merge: OrganisationMerge, by, now: datetime) -> int:
    """Make two records of one again. Returns how many things stayed, because somebody has changed them since.

    Raises ``ValidationError`` after 30 days, or when it is done already.
    """
    survivor, merged = _locked(merge.survivor, merge.merged)
    merge = OrganisationMerge.objects.select_for_update(of=("self",), no_key=True).get(pk=merge.pk)
    if not merge.can_be_undone(now):
        raise ValidationError(_("This can no longer be taken back."), code="late")
    if survivor.merged_into_id is not None:
        raise ValidationError(
            _("“%(name)s” was merged itself since: take that back first."), params={"name": survivor}
        )
    with postponed():
        stayed = _give_back_fields(merge, survivor, by=by, now=now) + _give_back_rows(merge, survivor, merged)
        merged.merged_into = None
        merged.save(update_fields=["merged_into", "updated_at"])
        if merge.was_published and merged.state == State.UNLISTED and opt_out_of(merged) is None:
            move(merged, State.PUBLISHED, by=by, now=now)
        index_object(survivor)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    _log(survivor, "merging undone", comment=merged.slug, by=by, now=now)
    _log(merged, "merging undone", comment=survivor.slug, by=by, now=now)
    return stayed


def belongings_of(organisation: Organisation) -> list[tuple[str, int]]:
    """What would move, in words and numbers, for the preview: kinds of records that there are any of."""
    counts = [
        (str(relation.related_model._meta.verbose_name_plural), _rows(relation, organisation).count())
        for relation in _relations()
    ]
    return [(name, count) for name, count in counts if count]


def _locked(*organisations: Organisation) -> list[Organisation]:
    """Both rows, locked in the order of their keys whichever comes first: two mergings never wait for each other."""
    keys = [organisation.pk for organisation in organisations]
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != 2:
        raise ValidationError(_("Choose two different organisations."), code="same")
    return [found[key] for key in keys]


def _check(*organisations: Organisation) -> None:
    for organisation in organisations:
        if organisation.merged_into_id is not None:
            raise ValidationError(
                _("“%(name)s” was merged already."), code="merged", params={"name": organisation.slug}
            )
        if (opt_out := opt_out_of(organisation)) is not None:
            raise refusal(opt_out)


# --- Fields ----------------------------------------------------------------------------------------------------------


def _take_fields(merge: OrganisationMerge, survivor, merged, taken: Mapping[str, bool]) -> None:
    before = texts_of(survivor)
    for choice in choices_of(survivor, merged):
        if not taken.get(choice["name"]):
            continue
        for name in choice["group"]:
            merge.former[name] = _as_text(survivor, name)
            merge.chosen[name] = _as_text(merged, name)
            setattr(survivor, name, getattr(merged, name))
    survivor.needs_check = survivor.needs_check or merged.needs_check
    survivor.full_clean(exclude=["slug"])
    survivor.save()
    record_texts(survivor, before=before, by=merge.by, now=merge.at)


def _give_back_fields(merge: OrganisationMerge, survivor: Organisation, *, by, now: datetime) -> int:
    """The former values, where nobody has written another since; groups go together."""
    stayed, before = 0, texts_of(survivor)
    for group in {next((group for group in GROUPS if name in group), (name,)) for name in merge.former}:
        if any(_as_text(survivor, name) != merge.chosen[name] for name in group):
            stayed += 1
            continue
        for name in group:
            field = _field(name)
            setattr(survivor, field.attname, field.to_python(merge.former[name]))
    survivor.save()
    record_texts(survivor, before=before, by=by, now=now)
    return stayed


def _field(name: str) -> models.Field:
    return cast("models.Field", Organisation._meta.get_field(name))


def _as_text(organisation: Organisation, name: str):
    """A value as JSON holds it and the field's ``to_python`` reads it back."""
    field = _field(name)
    value = getattr(organisation, field.attname)
    if value is None or isinstance(value, (bool, int, list, str)):
        return value
    return field.value_to_string(organisation)


# --- What points at it -----------------------------------------------------------------------------------------------


def _relations() -> Iterator[Any]:
    """Every relation to organisations but the hidden ones (history, imports, requests) and what stays."""
    for relation in Organisation._meta.related_objects:
        if relation.related_model._meta.label_lower not in STAYS:
            yield relation


def _rows(relation, organisation: Organisation) -> models.QuerySet:
    return relation.related_model._base_manager.filter(**{relation.field.name: organisation})


def _move_rows(merge: OrganisationMerge, survivor: Organisation, merged: Organisation) -> None:
    """Foreign keys. A row that the survivor has already (the same member, the same part) stays where it is."""
    for relation in _relations():
        if relation.many_to_many:
            continue
        name = relation.field.name
        for row in _rows(relation, merged).order_by("pk"):
            if _point(row, name, survivor):
                merge.moved.append([row._meta.label_lower, row.pk, name])


def _point(row: models.Model, name: str, organisation: Organisation) -> bool:
    """Let ``row`` point at ``organisation``; False where a constraint says that there is such a row already.

    Saved one by one, so that history and index follow as they do when somebody edits.
    """
    try:
        with transaction.atomic():
            setattr(row, name, organisation)
            row.save(update_fields=[name])
    except IntegrityError:
        return False
    return True


def _join_rows(merge: OrganisationMerge, survivor: Organisation, merged: Organisation) -> None:
    """Many-to-many, from either side: the survivor joins, the merged one leaves."""
    for source, field_name, manager_of in _many_to_many(merged):
        added = not manager_of(source).filter(pk=survivor.pk).exists()
        if added:
            manager_of(source).add(survivor)
        manager_of(source).remove(merged)
        merge.joined.append([source._meta.label_lower, source.pk, field_name, added])
    for theme in merged.themes.all():
        if not survivor.themes.filter(pk=theme.pk).exists():
            survivor.themes.add(theme)
            merge.joined.append(["themes", theme.pk, "", True])


def _many_to_many(organisation: Organisation) -> Iterator[tuple]:
    for relation in _relations():
        if relation.many_to_many and relation.through._meta.auto_created:
            name = relation.field.name
            for source in _rows(relation, organisation).order_by("pk"):
                yield source, name, lambda row, name=name: getattr(row, name)


def _give_back_rows(merge: OrganisationMerge, survivor: Organisation, merged: Organisation) -> int:
    stayed = 0
    for label, key, name in merge.moved:
        row = apps.get_model(label)._base_manager.filter(pk=key, **{name: survivor}).first()
        if row is None or not _point(row, name, merged):
            stayed += 1
    for label, key, name, added in merge.joined:
        if label == "themes":
            survivor.themes.remove(key)
            continue
        source = apps.get_model(label)._base_manager.filter(pk=key).first()
        if source is None:
            stayed += 1
            continue
        getattr(source, name).add(merged)
        if added:
            getattr(source, name).remove(survivor)
    return stayed


def _log(organisation: Organisation, reason: str, *, comment: str, by, now: datetime) -> None:
    state = organisation.state
    record_transition(
        organisation, from_state=state, to_state=state, now=now, actor=by, reason=reason, comment=comment
    )
