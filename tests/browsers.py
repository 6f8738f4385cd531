"""The browser that the page is tested in."""

import shutil

from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of Chromium, or None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def settled(tab: Page) -> None:
    """Wait until the page has drawn and written everything that it is going to, as long as nobody touches it."""
    tab.wait_for_function("() => document.documentElement.dataset.pending === '0'")
