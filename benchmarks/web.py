"""The same pages through a real gunicorn with two workers: requests per second, and memory."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine, children_of, load, memory_of
from benchmarks.pages import Page, People

CLIENTS = 2
LISTENING_SECONDS = 60.0
DRIVEN = (
    "customer list", "customer", "board", "request queue", "search, two characters", "my day",
)  # fmt: skip


def measure(
    found: Machine, people: People, listed: Sequence[Page], *, seconds: float
) -> dict[str, Any]:
    """Two clients ask one page after the other as fast as they are answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        command = [
            *("-m", "gunicorn", "crm.wsgi:application", "--config", "python:crm.embedded.web"),
            *("--workers", "2", "--bind", f"fd://{listener.fileno()}"),
        ]
        with found.started("web", command, pass_fds=(listener.fileno(),)) as (process, log):
            wait_for(port, log)
            workers = children_of(process.pid)
            before = [memory_of(pid) for pid in workers]
            rows = [
                _drive(found, port, people, page, seconds) for page in listed if page.key in DRIVEN
            ]
            workers = children_of(process.pid)
            memory = {
                "master": memory_of(process.pid),
                "workers_at_start": before,
                "workers_after_load": [memory_of(pid) for pid in workers],
            }
    return {"pages": rows, "memory": memory}


def wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + LISTENING_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"The web server does not answer:\n{log.read_text()[-2000:]}")


def _drive(found: Machine, port: int, people: People, page: Page, seconds: float) -> dict[str, Any]:
    """The clients run in a process of their own, so that measuring costs the server little."""
    arguments = {
        "port": port, "urls": list(page.urls), "seconds": seconds, "clients": CLIENTS,
        "session": people.sessions[page.role],
    }  # fmt: skip
    finished = found.run("-m", "benchmarks.web", json.dumps(arguments))
    return {"page": page.key, **json.loads(finished.output), "load": load()[0]}


def _ask(port: int, session: str, urls: Iterable[str], until: float, spent: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": f"sessionid={session}", "Accept-Encoding": "identity"}
    for url in urls:
        began = time.perf_counter()
        if began > until:
            break
        connection.request("GET", url, headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{url} answered {response.status}")
        spent.append((time.perf_counter() - began) * 1000)
    connection.close()


def drive(
    *, port: int, urls: Sequence[str], seconds: float, clients: int, session: str
) -> dict[str, Any]:
    """Requests per second and times of ``clients`` parallel readers of ``urls``."""
    warm: list[float] = []
    for _ in range(3):  # both workers have loaded their templates
        _ask(port, session, urls[:4], time.perf_counter() + 10, warm)
    spent: list[float] = []
    failures: list[BaseException] = []
    began = time.perf_counter()

    def work(shift: int) -> None:
        turned = itertools.cycle([*urls[shift:], *urls[:shift]])
        try:
            _ask(port, session, turned, began + seconds, spent)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(number * len(urls) // clients,))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    passed = time.perf_counter() - began
    ordered = sorted(spent)
    return {
        "requests_per_second": round(len(spent) / passed, 1),
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "requests": len(spent),
    }


if __name__ == "__main__":
    print(json.dumps(drive(**json.loads(sys.argv[1]))))
