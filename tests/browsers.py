"""Where the browser is that the page is tried in."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of Chromium, or None where the machine has none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
