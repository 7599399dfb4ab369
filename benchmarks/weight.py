"""What a page weighs on a telephone that has never seen us: bytes on the wire, by kind."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.machine import BASE_DIR, Machine
from benchmarks.pages import People
from benchmarks.web import wait_for

PAGES = ("/", "/customers/", "/analytics/")
# Production's static files: hashed, brotli and gzip beside each. Else as the other measurements.
SETTINGS = """from crm.settings.dev import *
STORAGES = {**STORAGES, "staticfiles": {
    "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
"""


def measure(found: Machine, people: People) -> list[dict[str, Any]]:
    """Chromium, 390 x 844, an empty cache for each page; skipped where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return [{"page": "all", "failed": "no Chromium on the PATH"}]
    with tempfile.TemporaryDirectory(prefix="crm-weight-") as folder, socket.socket() as listener:
        (Path(folder) / "crm_weight.py").write_text(SETTINGS)
        more = {
            "DJANGO_SETTINGS_MODULE": "crm_weight", "CRM_STATIC_DIR": f"{folder}/static",
            "PYTHONPATH": f"{BASE_DIR}{os.pathsep}{folder}",
        }  # fmt: skip
        found.manage("collectstatic", "--no-input", "--verbosity", "0", **more)
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        command = [
            *("-m", "gunicorn", "crm.wsgi:application", "--config", "python:crm.embedded.web"),
            *("--workers", "1", "--bind", f"fd://{listener.fileno()}"),
        ]
        passed = {"pass_fds": (listener.fileno(),), "more": more}
        with found.started("weight", command, **passed) as (_process, log):
            wait_for(port, log)
            return _weigh(browser, f"http://127.0.0.1:{port}", people.sessions["manager"])


def _weigh(browser: str, address: str, session: str) -> list[dict[str, Any]]:
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for page in PAGES:
            context = chromium.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            rows.append({"page": page, **_load(context, address + page)})
            context.close()
        chromium.close()
    return rows


def _load(context: Any, url: str) -> dict[str, Any]:
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = defaultdict(float)
    tab = context.new_page()
    wire = context.new_cdp_session(tab)
    wire.send("Network.enable")
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on(
        "Network.loadingFinished",
        lambda e: sizes.update(
            {k: sizes[k] + e["encodedDataLength"] for k in [kinds.get(e["requestId"], "Other")]}
        ),
    )
    tab.goto(url, wait_until="networkidle")
    parts = {f"{kind.lower()}_kib": round(size / 1024, 1) for kind, size in sorted(sizes.items())}
    return {"total_kib": round(sum(sizes.values()) / 1024, 1), **parts}
