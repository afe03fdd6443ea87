"""Documents to print and pass on: HTML becomes PDF/UA with its fonts inside, or the reader is told why not.

WeasyPrint needs Pango from the system, and Japanese needs a font for it: both may be missing where the portal runs, so
the library is loaded with the first document and not with the portal.
"""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache as once
from mimetypes import guess_type
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache

from iurc_portal.pictures import FOLDER

log = logging.getLogger(__name__)
JAPANESE_FONTS = ("Noto Sans CJK JP", "Noto Sans JP")
KEPT_SECONDS = 24 * 3600
VARIANT = "pdf/ua-1"


class DocumentsUnavailable(Exception):
    """No document can be made here: ``missing`` is ``"library"`` or ``"font"``. The log tells what to install."""

    def __init__(self, missing: str):
        super().__init__(missing)
        self.missing = missing


def one_page_pdf(versions: Sequence[str]) -> bytes:
    """The first of the HTML ``versions`` that fits on one page, as PDF/UA; of the last, its first page.

    ``versions`` go from the fullest to the shortest. They may name files as ``static:portal/mark.svg`` and
    ``media:pictures/….png``; nothing else is ever fetched. What was made is kept under a digest of its HTML.
    Raises ``DocumentsUnavailable``.
    """
    weasyprint = ready()
    *longer, shortest = versions
    for html in longer:
        pdf = _made_once(weasyprint, html, if_too_long=b"")
        if pdf:
            return pdf
    return _made_once(weasyprint, shortest, if_too_long=None)


def pdf_of(html: str) -> bytes:
    """``html`` as PDF/UA of as many pages as it takes, not kept: it names people. Raises ``DocumentsUnavailable``."""
    weasyprint = ready()
    return weasyprint.HTML(string=html, base_url="static:", url_fetcher=_fetcher()).write_pdf(pdf_variant=VARIANT)


def letters_without_glyph(text: str) -> list[str]:
    """The letters of ``text`` for which no font of this machine has a shape: they would become empty boxes (11.7).

    Pango is asked, which chooses the fonts of documents too. Raises ``DocumentsUnavailable``.
    """
    ready()
    layout, pango = _layout()
    lacking = []
    for letter in dict.fromkeys(text):
        octets = letter.encode("utf-8", "replace")
        pango.pango_layout_set_text(layout, octets, len(octets))
        if not letter.isspace() and pango.pango_layout_get_unknown_glyphs_count(layout):
            lacking.append(letter)
    return lacking


def _layout():
    """A line of text in the font of documents, to ask Pango about letters."""
    from weasyprint.text.ffi import ffi, gobject, pango, pangoft2

    ffi.cdef("int pango_layout_get_unknown_glyphs_count (PangoLayout *layout);", override=True)
    fonts = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
    context = ffi.gc(pango.pango_font_map_create_context(fonts), gobject.g_object_unref)
    layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    description = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
    pango.pango_font_description_set_family(description, JAPANESE_FONTS[0].encode())
    pango.pango_layout_set_font_description(layout, description)
    return layout, pango


def _made_once(weasyprint, html: str, *, if_too_long: bytes | None) -> bytes:
    """The PDF of ``html``. Where it takes more than a page: ``if_too_long``, or its first page if that is None."""
    key = f"pdf:{if_too_long is None}:{hashlib.sha256(html.encode()).hexdigest()}"
    pdf = cache.get(key)
    if pdf is None:
        source = weasyprint.HTML(string=html, base_url="static:", url_fetcher=_fetcher())
        document = source.render(pdf_variant=VARIANT)
        if len(document.pages) > 1 and if_too_long is not None:
            pdf = if_too_long
        else:
            pdf = document.copy(document.pages[:1]).write_pdf(pdf_variant=VARIANT)
        cache.set(key, pdf, KEPT_SECONDS)
    return pdf


def ready():
    """Return WeasyPrint once all that it needs is there. Raises ``DocumentsUnavailable``."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: Pango itself is missing
        log.error(
            "WeasyPrint does not load: install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (%s).", error
        )
        raise DocumentsUnavailable("library") from error
    if not has_japanese_font():
        log.error("No Japanese font: install fonts-noto-cjk to make documents.")
        raise DocumentsUnavailable("font")
    return weasyprint


@once
def has_japanese_font() -> bool:
    """Whether fontconfig, asked for one of ``JAPANESE_FONTS``, answers with it and not with a stand-in."""
    from weasyprint.text.ffi import ffi, fontconfig

    config = fontconfig.FcInitLoadConfigAndFonts()
    try:
        return any(_matched(ffi, fontconfig, config, family) == family for family in JAPANESE_FONTS)
    finally:
        fontconfig.FcConfigDestroy(config)


def _matched(ffi, fontconfig, config, family: str) -> str:
    """The family that fontconfig gives to who asks for ``family``."""
    pattern = fontconfig.FcPatternCreate()
    fontconfig.FcPatternAddString(pattern, b"family", family.encode())
    fontconfig.FcConfigSubstitute(config, pattern, fontconfig.FcMatchFont)
    fontconfig.FcDefaultSubstitute(pattern)
    match = fontconfig.FcFontMatch(config, pattern, ffi.new("FcResult *"))
    fontconfig.FcPatternDestroy(pattern)
    if match == ffi.NULL:
        return ""
    found = ffi.new("FcChar8 **")
    answer = fontconfig.FcPatternGetString(match, b"family", 0, found)
    name = ffi.string(ffi.cast("char *", found[0])).decode() if answer == fontconfig.FcResultMatch else ""
    fontconfig.FcPatternDestroy(match)
    return name


@once
def _fetcher():
    """Files of ours alone: a document never calls the network, whatever its text says."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url, headers=None):
            kind = guess_type(url)[0] or "application/octet-stream"
            return URLFetcherResponse(url, own_file(url).read_bytes(), {"Content-Type": kind})

    return OwnFiles()


def own_file(url: str) -> Path:
    """The file behind ``static:…`` or ``media:pictures/…``. Raises ``ValueError`` for any other address."""
    scheme, _colon, name = url.partition(":")
    if scheme == "static" and (found := finders.find(name)):
        return Path(found)
    if scheme == "media" and name.rpartition("/")[0] == FOLDER:
        return Path(settings.MEDIA_ROOT) / name
    raise ValueError(f"not a file of the portal: {url}")
