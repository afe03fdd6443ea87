"""How consents.yaml becomes the texts of forms. The file may be absent.

A version that is there already is passed over, whatever the file says of it now: old versions never change.
"""

from datetime import datetime, time

from iurc_portal.clock import ROME
from iurc_portal.content.engine import Record, identify
from iurc_portal.content.reading import Documents
from iurc_portal.privacy.models import ConsentText

FILE = "consents.yaml"
identify(ConsentText, "kind", "version")


def prepare(documents: Documents) -> list[Record]:
    """Check consents.yaml and return the versions that are not written yet."""
    if not documents.only(FILE, "consents"):
        return []
    there = {f"{kind}:{version}" for kind, version in ConsentText.objects.values_list("kind", "version")}
    records = []
    for entry in documents.entries(FILE, "consents", "slug").values():
        entry.known("slug", "kind", "version", "valid_from", "text")
        kind = entry.choice("kind", ConsentText.Kind.values)
        version = entry.whole("version", 1, 9999, needed=True)
        day, precision = entry.partial_date("valid_from")
        if day is None or precision != "day":
            entry.wrong("valid_from", "is not a whole date. Write it as 2026-11-24.")
            continue
        texts = entry.texts("text", needed=True)
        key = f"{kind}:{version}"
        if key not in there:
            values = {"kind": kind, "version": version, "valid_from": datetime.combine(day, time(), tzinfo=ROME)}
            records.append(Record("consents", ConsentText, key, FILE, values | texts))
    return records
