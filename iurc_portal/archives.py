"""ZIP files whose octets follow from their content alone: no clock of the machine, no order of a folder.

Workbooks are such files, too: two made of the same table on two days are made the same by ``settled_workbook``.
"""

import re
import shutil
import tempfile
from datetime import UTC, datetime
from typing import BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CORE = "docProps/core.xml"
MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
PLAIN_FILE = 0o644 << 16


class Readable(Protocol):
    def read(self, number: int = -1, /) -> bytes: ...


def add(archive: ZipFile, name: str, source: Readable, *, at: datetime) -> None:
    """Copy ``source`` into ``archive`` as ``name``, dated ``at`` (aware; ZIP keeps it in UTC, every other second)."""
    moment = at.astimezone(UTC)
    info = ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second // 2 * 2))
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, PLAIN_FILE, 3
    with archive.open(info, "w", force_zip64=False) as target:
        shutil.copyfileobj(source, target, 1 << 16)


def settled_workbook(book: BinaryIO, *, at: datetime) -> BinaryIO:
    """The XLSX ``book`` as if it had been made at ``at``, in a temporary file, at its beginning. Closes ``book``."""
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the caller closes it
    with book, ZipFile(book) as made, ZipFile(file, "w") as settled:
        for name in made.namelist():
            if name == CORE:
                with tempfile.SpooledTemporaryFile() as core:
                    core.write(MOMENTS.sub(rb"\g<1>" + stamp + rb"\g<3>", made.read(name)))
                    core.seek(0)
                    add(settled, name, core, at=at)
            else:
                with made.open(name) as source:
                    add(settled, name, source, at=at)
    file.seek(0)
    return file
