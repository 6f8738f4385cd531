"""Pictures of the demos of a page, for a person to look at: light, dark, and as wide as a phone.

python tests/screenshots.py report/index.html FOLDER
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from browsers import chromium

LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}


def take(page: Path, folder: Path) -> None:
    """Write DEMO-LOOK.png of every demo and look into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for look, (width, scheme) in LOOKS.items():
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab.goto(page.resolve().as_uri())
            tab.wait_for_selector("html[data-ready]", state="attached")
            tab.add_style_tag(content="nav { display: none !important; } .demo { padding: 1rem; }")
            for demo in tab.locator("section.demo").all():
                name = demo.get_attribute("id").replace("_", "-")
                demo.screenshot(path=folder / f"{name}-{look}.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
