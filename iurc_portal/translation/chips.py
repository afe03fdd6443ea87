"""The state of texts as staff see it: a sign and a word, never colour alone."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from iurc_portal.translation.languages import Language
from iurc_portal.translation.status import Status, source_of, status_of, statuses_of, text_in

SIGNS = {
    Status.MISSING: "–",
    Status.OUTDATED: "⚠",
    Status.MACHINE: "⚙",
    Status.DRAFT: "○",
    Status.REVIEWED: "✓",
    Status.SOURCE: "●",
}


def chip(status: Status, before: str = "", *, short: bool = False) -> SafeString:
    """One state; ``before`` is what it is the state of: EN ✓ reviewed. ``short`` shows the sign, the word is heard."""
    return format_html(
        '<span class="staff-chip staff-chip--{}" title="{}">{}<span aria-hidden="true">{}</span>'
        ' <span class="{}">{}</span></span>',
        status.value,
        status.label,
        f"{before} " if before else "",
        SIGNS[status],
        "staff-unseen" if short else "",
        status.label,
    )


def field_chip(obj, field: str, language: str) -> SafeString:
    """The state of one text, for the help text of its field; nothing where there is nothing to translate from."""
    status = status_of(obj, field, language)
    if status == Status.MISSING and not text_in(obj, field, source_of(obj, field)):
        return SafeString("")
    return chip(status)


def language_chips(obj, *, desk: bool = False) -> SafeString:
    """The state of a record in each language; with ``desk`` each that waits leads to its page of the desk."""
    chips = []
    for code, status in statuses_of(obj).items():
        shown = chip(status, code.upper(), short=not desk)
        if desk and status not in {Status.SOURCE, Status.REVIEWED}:
            shown = format_html('<a class="underline" href="{}">{}</a>', desk_address(obj, code), shown)
        chips.append((shown,))
    shape = "staff-chips" if desk else "staff-chips staff-chips--line"
    return format_html('<span class="{}">{}</span>', shape, format_html_join(" ", "{}", chips))


def desk_address(obj, language: str) -> str:
    """The page of the translation desk for a record in a language."""
    label = obj._meta.label_lower
    return reverse("admin:translation_textrecord_desk", args=[label, obj.pk, Language(language).value])
