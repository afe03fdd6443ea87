"""The way of a word into the vocabulary and out of it. A typed word leads to one concept (ecosystem spec 1.1)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Concept, ConceptLabel
from ecosystem.services.moves import move
from iurc_portal.search.fold import fold
from iurc_portal.search.index import postponed
from iurc_portal.translation.languages import Language

Words = list[tuple[str, str]]  # (language, text)


class LabelTaken(ValidationError):
    """A word is a label of another concept, ``owner``, already."""

    def __init__(self, text: str, language: str, owner: Concept):
        self.text, self.language, self.owner = text, language, owner
        words = _("“%(text)s” is already a label of “%(name)s”, in %(language)s.")
        params = {"text": text, "name": owner, "language": Language(language).label}
        super().__init__(words, code="label_taken", params=params)


def words_of(concept: Concept) -> Words:
    """Every label of ``concept`` as it is stored, the preferred ones first."""
    preferred = [(code, getattr(concept, f"pref_label_{code}") or "") for code in Language.values]
    others = concept.labels.order_by("pk").values_list("language", "text")
    return [*((code, text) for code, text in preferred if text), *others]


def taken(words: Words, *, scheme: str, by_others_than: Concept) -> dict[tuple[str, str], Concept]:
    """Which of ``words`` lead to another concept of ``scheme`` already. Locks the scheme: needs a transaction."""
    list(Concept.objects.filter(scheme=scheme).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    owners = Concept.objects.exclude(pk=by_others_than.pk).by_label(scheme)
    found = {word: owners.get((word[0], fold(word[1]).strip())) for word in words}
    concepts = Concept.objects.in_bulk([pk for pk in found.values() if pk])
    return {word: concepts[pk] for word, pk in found.items() if pk in concepts}


@transaction.atomic
def move_concept(*, concept: Concept, to: str, by, now: datetime) -> None:
    """Approve a concept, or take it out of use. Raises ``ValidationError`` for a move its table does not allow.

    What comes back into use must not take words that others use by now: ``LabelTaken``.
    """
    concept = _locked(concept)
    if to == Concept.State.APPROVED:
        for (language, text), owner in taken(words_of(concept), scheme=concept.scheme, by_others_than=concept).items():
            raise LabelTaken(text, language, owner)
    move(concept, to, by=by, now=now)


@transaction.atomic
def add_label(*, concept: Concept, language: str, text: str, kind: str) -> ConceptLabel:
    """Give ``concept`` one more word. Raises ``LabelTaken``, or ``ValidationError`` if it has it already."""
    concept = _locked(concept)
    for (code, word), owner in taken([(language, text)], scheme=concept.scheme, by_others_than=concept).items():
        raise LabelTaken(word, code, owner)
    if _has(concept, language, text):
        words = _("“%(name)s” has the label “%(text)s” already.")
        raise ValidationError(words, "has_label", {"name": concept, "text": text})
    return ConceptLabel.objects.create(concept=concept, language=language, text=text, kind=kind)


@transaction.atomic
def merge_concepts(*, concept: Concept, into: Concept, by, now: datetime) -> None:
    """Make one concept of two: ``into`` gets labels, tags, narrower and related ones; ``concept`` leads there.

    Raises ``ValidationError`` for two schemes, for a concept and itself, and for a target out of use.
    """
    first, second = sorted((concept.pk, into.pk))
    rows = Concept.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[first, second]).order_by("pk")
    both = {row.pk: row for row in rows}
    concept, into = both[concept.pk], both[into.pk]
    if concept.pk == into.pk or concept.scheme != into.scheme or into.state == Concept.State.DEPRECATED:
        words = _("Choose another concept of the same scheme that is in use.")
        raise ValidationError(words, "merge")
    with postponed():
        _hand_over_places(concept, into)
        _hand_over_labels(concept, into)
        _hand_over_tags(concept, into)
        concept.refresh_from_db()
        concept.replaced_by = into
        concept.save(update_fields=["replaced_by"])
        if concept.state != Concept.State.DEPRECATED:
            move(concept, Concept.State.DEPRECATED, by=by, now=now)


def tags_of(concept: Concept) -> list[tuple[str, int]]:
    """What is tagged with ``concept``: the name of each kind of record and how many there are."""
    counted = [
        (relation.related_model._meta.verbose_name_plural, getattr(concept, relation.get_accessor_name()).count())
        for relation in _tagging(concept)
    ]
    return [(name, number) for name, number in counted if number]


def _hand_over_places(concept: Concept, into: Concept) -> None:
    """The narrower concepts, and ``into`` itself should it be one of them, move up without making a circle."""
    if concept in into.chain_of("broader"):
        into.broader = concept.broader
        into.save()
    for narrower in concept.narrower.exclude(pk=into.pk):
        narrower.broader = into
        narrower.save()
    for replaced in concept.replaces.all():
        replaced.replaced_by = into
        replaced.save()
    above = [into, *into.chain_of("broader")]
    into.related.add(*[other for other in concept.related.all() if other not in above])
    into.related.remove(concept)
    concept.related.clear()


def _hand_over_labels(concept: Concept, into: Concept) -> None:
    """Preferred labels become alternative ones; what ``into`` says already is not said twice."""
    labels = [(code, text, str(ConceptLabel.Kind.ALTERNATIVE), "") for code, text in _preferred(concept)]
    labels += concept.labels.order_by("pk").values_list("language", "text", "kind", "reading")
    concept.labels.all().delete()
    for language, text, kind, reading in labels:
        if not _has(into, language, text):
            ConceptLabel.objects.create(concept=into, language=language, text=text, kind=kind, reading=reading)


def _hand_over_tags(concept: Concept, into: Concept) -> None:
    for relation in _tagging(concept):
        tagged = list(getattr(concept, relation.get_accessor_name()).all())
        getattr(into, relation.get_accessor_name()).add(*tagged)
        getattr(concept, relation.get_accessor_name()).remove(*tagged)


def _tagging(concept: Concept) -> list:
    """The relations by which records of any app are tagged with concepts."""
    relations = concept._meta.related_objects
    return [relation for relation in relations if relation.many_to_many and relation.related_model is not Concept]


def _preferred(concept: Concept) -> Words:
    return [(code, text) for code in Language.values if (text := getattr(concept, f"pref_label_{code}"))]


def _has(concept: Concept, language: str, text: str) -> bool:
    return (language, fold(text).strip()) in {(code, fold(word).strip()) for code, word in words_of(concept)}


def _locked(concept: Concept) -> Concept:
    return Concept.objects.select_for_update(of=("self",), no_key=True).get(pk=concept.pk)
