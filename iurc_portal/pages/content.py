"""How texts.yaml becomes the pages that staff keep: accessibility, privacy, legal notes. The file may be absent."""

from iurc_portal.content.engine import Record, identify
from iurc_portal.content.reading import Documents
from iurc_portal.pages.models import EditableText

FILE = "texts.yaml"
identify(EditableText, "slug")


def prepare(documents: Documents) -> list[Record]:
    """Check texts.yaml and return its records."""
    if not documents.only(FILE, "texts"):
        return []
    records = []
    for slug, entry in documents.entries(FILE, "texts", "slug").items():
        entry.known("slug", "title", "body", "reviewed_on")
        reviewed_on, precision = entry.partial_date("reviewed_on")
        if precision != "day":
            entry.wrong("reviewed_on", "is not a whole date. Write it as 2026-11-24.")
        values = {"slug": slug, "reviewed_on": reviewed_on}
        values |= entry.texts("title", needed=True) | entry.texts("body", needed=True)
        records.append(Record("texts", EditableText, slug, FILE, values))
    return records
