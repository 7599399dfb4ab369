"""`make run` in a fresh clone: seconds until the first page answers, cold and the second time."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.machine import BASE_DIR, load

COLD_LIMIT = 420.0
WARM_LIMIT = 90.0
_ADDRESS = re.compile(rb"The CRM is ready:\s+(http://\S+)")


def measure(*, warm_times: int = 3) -> dict[str, Any]:
    """Nothing of ours is cached at first: no environment, no packages of pip, uv and npm."""
    folder = Path(tempfile.mkdtemp(prefix="crm-start-"))
    try:
        checkout = folder / "crm"
        subprocess.run(
            ["git", "clone", "--quiet", "--no-hardlinks", str(BASE_DIR), str(checkout)], check=True
        )
        environment = _environment(folder)
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=checkout, capture_output=True, text=True
        )
        cold = _start(checkout, environment, COLD_LIMIT)
        warm = [_start(checkout, environment, WARM_LIMIT) for _ in range(warm_times)]
        return {"commit": commit.stdout.strip(), "cold": cold, "again": warm, "load": load()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    dropped = {"DATABASE_URL", "REDIS_URL", "CRM_VAR_DIR", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith(("CRM_", "MAKE", "MFLAGS"))
    }
    caches = {
        name: str(folder / name.lower())
        for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache")
    }
    return kept | caches | {"PORT": "0"}


def _start(checkout: Path, environment: dict[str, str], limit: float) -> dict[str, Any]:
    """Seconds until the sign-ins stand there and until the first page has come; then Ctrl-C."""
    log = checkout.parent / "run.log"
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"], cwd=checkout, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        address = _address(process, log, began + limit)
        printed = time.monotonic() - began
        status = _first_page(address, began + limit)
        answered = time.monotonic() - began
        stopping = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)
        return {
            "printed_seconds": round(printed, 1),
            "first_page_seconds": round(answered, 1),
            "first_page_status": status,
            "stop_seconds": round(time.monotonic() - stopping, 1),
            "steps": _steps(log),
            "load": load()[0],
        }
    finally:
        _end(process)


def _address(process: subprocess.Popen[bytes], log: Path, deadline: float) -> str:
    while time.monotonic() < deadline:
        said = log.read_bytes()
        if found := _ADDRESS.search(said):
            return found[1].decode()
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"make run did not get ready:\n{log.read_text()[-3000:]}")


def _first_page(address: str, deadline: float) -> int:
    while True:
        try:
            with urllib.request.urlopen(f"{address}/accounts/login/", timeout=30) as response:  # noqa: S310  # our own server
                response.read()
                return int(response.status)
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _steps(log: Path) -> list[str]:
    """What the start said, each line with its seconds."""
    lines = log.read_text(errors="replace").splitlines()
    return [line.strip() for line in lines if re.match(r"\s*\d+\.\d s  ", line)]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Also when a measurement failed, nothing stays."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
