"""What is wrong with a page in a browser, one line a finding: the one measure for public and staff pages."""

import re
from urllib.parse import urlsplit

import html5lib
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.untranslated import untranslated_in

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
VIOLATIONS = "rules => axe.run(rules).then(results => results.violations)"  # all else would be megabytes
# The texts a reader sees or hears in the page's own language: what says that it is in another one is left out, and so
# are the letters that the icon font of the staff pages draws as pictures ("event", "label").
TEXTS = """() => {
  const own = document.documentElement.lang, found = new Set();
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const add = (text) => { const clean = text.replace(/\\s+/g, " ").trim(); if (clean) found.add(clean); };
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    const element = node.nodeType === 1 ? node : node.parentElement;
    if (element.closest("script, style, noscript, code, template")) continue;
    if (element.closest("[lang]").lang !== own) continue;
    if (node.nodeType === 3) add(element.closest(".material-symbols-outlined") ? "" : node.data);
    else for (const name of ["aria-label", "title", "alt", "placeholder"]) add(node.getAttribute(name) ?? "");
  }
  return [...found];
}"""
WIDTHS = (1280, 390)
NARROWEST, HEIGHT = 320, 900
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def accessibility(page) -> list[str]:
    """What axe finds on a page in which its script stands already."""
    violations = page.evaluate(VIOLATIONS, RULES)
    return [f"{v['id']}: {node['target']} {node['html'][:160]}" for v in violations for node in v["nodes"]]


def sideways(page) -> list[str]:
    over = page.evaluate(SIDEWAYS)
    return [f"scrolls sideways by {over} px"] if over > 0 else []


def validity(html: str) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(html)
    doubled = {name for name in re.findall(r'\sid="([^"]+)"', html) if html.count(f' id="{name}"') > 1}
    return [f"HTML {position}: {code} {data}" for position, code, data in parser.errors] + [
        f"HTML: the id {name} stands twice" for name in sorted(doubled)
    ]


def look(page, address: str, *, language: str, status: int = 200, staff: bool = False) -> list[str]:
    """Open ``address`` in ``page`` and say what is wrong: status, language, hosts, errors, HTML, texts; then, at each
    of ``WIDTHS``, what axe finds and what scrolls sideways, which on a public page nothing does at 320 px either.
    """
    found: list[str] = []
    host = urlsplit(address).netloc

    def asked(request):
        if urlsplit(request.url).netloc not in {host, ""}:
            found.append(f"asks another host: {request.url}")

    def failed(error):
        found.append(f"script: {error}")

    def said(message):
        if message.type == "error" and "404 (Not Found)" not in message.text:
            found.append(f"console: {message.text}")

    listeners = {"request": asked, "pageerror": failed, "console": said}
    for name, listener in listeners.items():
        page.on(name, listener)
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    if answer.status != status:
        found.append(f"answers {answer.status}")
    shown = page.get_attribute("html", "lang")
    if shown != language:
        found.append(f"speaks {shown}")
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"at {width} px: {finding}" for finding in (*sideways(page), *accessibility(page))]
    if not staff:
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        found += [f"at {NARROWEST} px: {finding}" for finding in sideways(page)]
        found += validity(answer.text())
    found += untranslated_in(page.evaluate(TEXTS), language)
    for name, listener in listeners.items():
        page.remove_listener(name, listener)
    return found
