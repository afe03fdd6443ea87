"""The safety net: whatever saves a record, the index follows. Bulk writes call ``index.reindex_many`` themselves."""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from iurc_portal.search import registry
from iurc_portal.search.index import (
    follow_place,
    follow_vocabulary,
    index_change,
    index_object,
    pointing_to,
    reindex_followers,
    reindex_many,
    wholes_of,
)


def connect() -> None:
    for signal, receiver in (
        (post_save, follow_saved),
        (pre_delete, remember_followers),
        (post_delete, follow_deleted),
        (m2m_changed, follow_relation),
    ):
        signal.connect(receiver, dispatch_uid=f"search.{receiver.__name__}")


def follow_saved(sender, instance, created=False, raw=False, **_more) -> None:
    if raw or sender._meta.app_label in {"migrations", "search"}:
        return
    index_change(instance, made=created)
    vocabulary = registry.vocabulary()
    if isinstance(instance, vocabulary.models):
        follow_vocabulary(vocabulary.concept_of(instance))
    if isinstance(instance, vocabulary.places):
        follow_place(vocabulary.place_name(instance))


def remember_followers(sender, instance, **_more) -> None:
    noted = vars(instance)
    noted["_search_followers"] = [*wholes_of(instance), *pointing_to(sender, [instance.pk])]
    if isinstance(instance, registry.vocabulary().models):
        noted["_search_concept"] = registry.vocabulary().concept_of(instance)


def follow_deleted(sender, instance, **_more) -> None:
    index_object(instance)
    for kind_name, ids in getattr(instance, "_search_followers", ()):
        reindex_followers(kind_name, ids)
    if hasattr(instance, "_search_concept"):
        follow_vocabulary(instance._search_concept)
    if isinstance(instance, registry.vocabulary().places):
        follow_place(registry.vocabulary().place_name(instance), is_gone=True)


def follow_relation(sender, instance, action, reverse, model, pk_set, **_more) -> None:
    if not action.startswith("post_"):
        return
    index_change(instance)
    if reverse or isinstance(instance, model):  # the other records say it of themselves, or both do of each other
        for kind in registry.kinds():
            if kind.model is model and pk_set:
                reindex_many(kind.name, pk_set)
    if isinstance(instance, registry.vocabulary().models) and issubclass(model, registry.vocabulary().models):
        follow_vocabulary(registry.vocabulary().concept_of(instance))
