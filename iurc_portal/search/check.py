"""Whether the index says what the records say."""

from iurc_portal.search import registry
from iurc_portal.search.backends import backend
from iurc_portal.search.index import source_hash, stale
from iurc_portal.search.models import Document


def faults(*, sample: int) -> list[str]:
    """What is wrong, one sentence each: records without a row, rows without a record, rows of another content.

    Of each kind ``sample`` records, spread over all, are read and their digests compared.
    """
    found = []
    for kind in registry.kinds():
        ids = set(kind.source().order_by().values_list("pk", flat=True))
        hashes = dict(Document.objects.filter(kind=kind.name).values_list("object_id", "source_hash"))
        if lacking := len(ids - hashes.keys()):
            found.append(f"{kind.name}: {lacking} records are not in the index")
        if ghosts := len(hashes.keys() - ids):
            found.append(f"{kind.name}: {ghosts} rows of the index have no record")
        step = max(1, len(ids) // max(sample, 1))
        chosen = sorted(ids & hashes.keys())[::step]
        wrong = [
            obj.pk for obj in kind.source().filter(pk__in=chosen) if source_hash(kind.build(obj)) != hashes[obj.pk]
        ]
        if wrong:
            found.append(f"{kind.name}: {len(wrong)} of {len(chosen)} read records differ, among them {wrong[0]}")
    if old := Document.objects.filter(stale()).count():
        found.append(f"{old} rows are of another analyser or another glossary")
    return found + backend().faults()
