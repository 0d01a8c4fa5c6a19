"""Take the pictures of the documentation: ``python docs/img/shoot.py out/demo out/long``.

Needs Playwright's Python package and Chromium. The first chart with a change of a
speaker's position is shown, with the card of that change open. Of the second run, one with long
series, the first claim is shown and what follows it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHOTS = {
    "report": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "report-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "report-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}


def main(folder: Path, long: Path) -> None:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, options in SHOTS.items():
            page = chromium.new_page(device_scale_factor=1.5, **options)
            page.goto((folder / "report.html").resolve().as_uri())
            page.wait_for_selector("html[data-ready]")
            page.get_by_label("Holders", exact=False).first.select_option(label="Speakers")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            changed = page.locator(".point[aria-label*='A change of position']")
            claim = page.locator("article.claim").filter(has=changed).first
            claim.evaluate("node => node.scrollIntoView({ behavior: 'instant' })")
            claim.locator(changed).last.hover()
            page.wait_for_timeout(300)
            page.screenshot(path=Path(__file__).parent / f"{name}.png")
        page = chromium.new_page(viewport={"width": 1280, "height": 1480}, device_scale_factor=1.25)
        page.goto((long / "report.html").resolve().as_uri())
        page.wait_for_selector("html[data-ready]")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.locator("#claim-1").evaluate("node => node.scrollIntoView({ behavior: 'instant' })")
        page.wait_for_timeout(300)
        page.screenshot(path=Path(__file__).parent / "report-level.png")
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
