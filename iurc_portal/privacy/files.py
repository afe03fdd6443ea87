"""A copy of everything that is held of a person, for them to take along (GDPR art. 15 and 20; events spec 13.4)."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime

from iurc_portal.privacy.registry import Section
from iurc_portal.tables import rows_of, write_workbook

NAME = "torino-nagoya-data"


def write_copy(sections: Sequence[Section], *, address: str, tzid: str, now: datetime) -> bytes:
    """A ZIP with the same facts twice: JSON for programs, a workbook with a sheet for each section for people.

    Titles are in the active language; times have their offset in JSON and are those of ``tzid`` in the workbook.
    """
    whole = {
        "address": address,
        "made_at": now.isoformat(timespec="seconds"),
        "sections": {section.name: list(rows_of(section.table())) for section in sections},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{NAME}.json", json.dumps(whole, ensure_ascii=False, indent=1))
        with write_workbook([(str(section.title), section.table(tzid=tzid)) for section in sections]) as workbook:
            archive.writestr(f"{NAME}.xlsx", workbook.read())
    return file.getvalue()
