"""Debian's Chromium, started once per worker process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
BUNDLES = ("app.css", "app.js", "theme.js", "select.js", "board.js", "charts.js", "icons.svg")


def executable() -> str:
    """The path of the browser. Without one the test is skipped; on a build server it fails."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    reason = f"None of {', '.join(NAMES)} is on the PATH: install Chromium to run these tests."
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    pytest.skip(reason)


def require_bundles() -> None:
    """Say what is missing before a page without style sheets fails in a hundred ways."""
    folder = Path(settings.BASE_DIR) / "static" / "build"
    missing = [name for name in BUNDLES if not (folder / name).exists()]
    if missing:
        pytest.fail(
            f"static/build lacks {', '.join(missing)}: run `npm ci && npm run build` "
            "(`make test` does it).",
            pytrace=False,
        )
