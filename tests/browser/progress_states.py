"""``python -m tests.browser.progress_states``: the progress page with 0, 1, 2 and 50 activities, to be looked at.

In three languages at two widths, and as it prints; each state is an edition of its own beside the others. Pictures
come into ``var/screenshots/progress/``.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.browser.conftest import FLAGS

FOLDER = Path("var/screenshots/progress")
STATES = (0, 1, 2, 50)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium was not found: install it to make screenshots.")
    scratch = tempfile.mkdtemp(prefix="iurc-progress-")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        DEMO="on",
        DATABASE_URL=f"sqlite:///{scratch}/portal.sqlite3",
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.bench.server import serving
    from tests.programme.progress_world import make_world

    for command in ("migrate", "collectstatic"):
        call_command(command, interactive=False, verbosity=0)
    call_command("load_content", settings.BASE_DIR / "content", verbosity=0)
    for number in STATES:
        make_world(number)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with serving(workers=1) as server:
        shoot(chromium, f"http://127.0.0.1:{server.port}")


def shoot(chromium: str, base: str) -> None:
    from playwright.sync_api import sync_playwright

    pages = {f"with-{number}": f"/programme/progress/?edition=with-{number}" for number in STATES}
    pages |= {"edition": "/programme/progress/with-2/", "indicator": "/programme/progress/with-2/I3/"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
            for language in ("it", "en", "ja"):
                for name, address in pages.items():
                    page.goto(f"{base}/{language}{address}", wait_until="networkidle")
                    page.screenshot(path=FOLDER / f"{name}-{language}-{width}.png", full_page=True)
                    if width == 1280 and language == "it":
                        page.pdf(path=FOLDER / f"{name}-{language}.pdf", prefer_css_page_size=True)
            page.close()
        browser.close()
    print(f"{len(list(FOLDER.glob('*')))} pictures in {FOLDER}/")


if __name__ == "__main__":
    main()
