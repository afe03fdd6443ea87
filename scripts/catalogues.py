"""The catalogues of texts: extract, update, compile and check, with Babel alone so that no GNU tool is needed.

Usage: python -m scripts.catalogues update|compile|check. English is the source; it and ja are the catalogues.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("it", "ja")
OWN_ENGLISH = "en"  # a short catalogue, kept by hand: words of libraries that we say otherwise
PACKAGES = ("iurc_portal", "ecosystem", "events", "programme")
KINDS = ("*.py", "*.html", "*.txt")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Texts of libraries that ship no translation of their own; collected by hand, one to a line.
BORROWED = ROOT / "locale" / "borrowed.txt"


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def templates_as_python(text: str) -> bytes:
    """A Django template as lines of Python calls, which is what Django's own extraction makes of it."""
    from django.utils.translation.template import templatize

    lines = templatize(text).splitlines()
    return "\n".join(line.strip() for line in lines).encode()


def extracted_from(*folders: Path) -> Catalog:
    """Every text of the Python files and templates under ``folders``, with its context and plural."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    catalog = Catalog(charset="utf-8")
    for path in (path for folder in folders for kind in KINDS for path in sorted(folder.rglob(kind))):
        if "migrations" in path.parts:
            continue
        content = path.read_bytes() if path.suffix == ".py" else templates_as_python(path.read_text(encoding="utf-8"))
        for _line, message, _comments, context in extract("python", BytesIO(content), keywords=KEYWORDS):
            texts = message if isinstance(message, tuple) else (message,)
            if texts[0]:
                catalog.add(message, context=context)
    return catalog


def texts_out_of_sight(source: str) -> Iterator[int]:
    """The lines on which an f-string holds a text to translate: extraction does not look into f-strings."""
    for outer in ast.walk(ast.parse(source)):
        if not isinstance(outer, ast.JoinedStr):
            continue
        for node in ast.walk(outer):
            name = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(name, "id", getattr(name, "attr", "")) in KEYWORDS:
                yield node.lineno


def extracted() -> Catalog:
    """Every text of our sources and those borrowed from libraries."""
    catalog = extracted_from(*(ROOT / folder for folder in (*PACKAGES, "templates")))
    if BORROWED.exists():
        for line in BORROWED.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                line = line.replace("\\n", "\n")
                catalog.add(tuple(line.split(" || ")) if " || " in line else line)
    return catalog


def load(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def save(catalog: Catalog, language: str) -> None:
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    catalog.header_comment = f"# Texts of the Torino–Nagoya portal, {language}."
    write_po(buffer, catalog, sort_output=True, no_location=True, omit_header=False, include_previous=False, width=0)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    volatile = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team')
    path.write_text("".join(line for line in lines if not line.startswith(volatile)), encoding="utf-8")


def update() -> int:
    template = extracted()
    for language in LANGUAGES:
        catalog = load(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        save(catalog, language)
        missing = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{language}: {len(catalog)} texts, {missing} without translation")
    return 0


def is_translated(message) -> bool:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(texts) and all(texts)


def compile_all() -> int:
    for language in (*LANGUAGES, OWN_ENGLISH):
        source, target = po_path(language), po_path(language).with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        draft = target.with_suffix(".mo.part")
        with draft.open("wb") as file:
            write_mo(file, load(language))
        draft.replace(target)
    return 0


def problems() -> list[str]:
    """What is wrong with the catalogues, one line each: missing, fuzzy, obsolete, or with other placeholders."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: a text inside an f-string is not extracted: put it into a name first"
        for folder in PACKAGES
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in texts_out_of_sight(path.read_text(encoding="utf-8"))
    ]
    template = extracted()
    for language in LANGUAGES:
        catalog = load(language)
        for message in template:
            if not message.id:
                continue
            name = message.id[0] if isinstance(message.id, tuple) else message.id
            translated = catalog.get(name, message.context)
            if translated is None or not is_translated(translated):
                found.append(f"{language}: no translation of {name!r}")
            elif translated.fuzzy:
                found.append(f"{language}: fuzzy: {name!r}")
            else:
                translated.flags |= message.flags | ({"python-format"} if message.python_format else set())
                found += [f"{language}: {name!r}: {error}" for error in translated.check(catalog)]
        for message in catalog:
            name = message.id[0] if isinstance(message.id, tuple) else message.id
            if message.id and template.get(name, message.context) is None:
                found.append(f"{language}: no longer used: {name!r}")
    return found


def check() -> int:
    found = problems()
    for line in found:
        print(line)
    if not found:
        print("The catalogues are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    commands = {"update": update, "compile": compile_all, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(f"usage: python -m scripts.catalogues {'|'.join(commands)}")
    sys.exit(commands[sys.argv[1]]())
