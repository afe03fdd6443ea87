"""``make screenshots``: every kind of page, it/en/ja × 390/1280 px, into var/screenshots/."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

FOLDER = Path("var/screenshots")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium was not found: install it to make screenshots.")
    scratch = tempfile.mkdtemp(prefix="iurc-shots-")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="iurc_portal.settings",
        DEMO="on",
        DATABASE_URL=f"sqlite:///{scratch}/portal.sqlite3",
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ["SITE_URL"] = base = f"http://127.0.0.1:{port}"

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.browser.pages import PUBLIC, STAFF, found_in_database

    for command in ("migrate", "collectstatic"):
        call_command(command, interactive=False, verbosity=0)
    call_command("load_content", settings.BASE_DIR / "content")
    call_command("load_demo")
    server = subprocess.Popen([
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port",
        str(port),
        "--no-ws", "--log-level", "error", "iurc_portal.wsgi:application",
    ])  # fmt: skip
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/healthz").read()
                break
            except OSError:
                time.sleep(0.1)
        shoot(chromium, base, PUBLIC | found_in_database(), STAFF, settings.DEMO_PASSWORD)
    finally:
        server.terminate()
        server.wait(10)


def shoot(chromium: str, base: str, public: dict[str, str], staff: dict[str, str], password: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for width in (390, 1280):
            page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
            for language in ("it", "en", "ja"):
                for name, address in public.items():
                    page.goto(f"{base}/{language}{address}", wait_until="networkidle")
                    page.screenshot(path=FOLDER / f"{name}-{language}-{width}.png", full_page=True)
            page.close()
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{base}/it/account/login/?next=/admin/")
        page.fill("input[name=login]", "admin@torino.example")
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        for name, address in staff.items():
            page.goto(base + address, wait_until="networkidle")
            page.screenshot(path=FOLDER / f"{name}-it-1440.png", full_page=True)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}/")


if __name__ == "__main__":
    main()
