"""Background work: how soon a small job is done, and what a worker weighs."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine, children_of, load, memory_of

WAIT_SECONDS = 60.0
SMALL_FILE = "name,phone,email\n" + "".join(
    f"Benchmark {{number}}-{row},,{{number}}-{row}@bench.example.com\n" for row in range(10)
)


def measure(found: Machine, *, times: int) -> dict[str, Any]:
    """Imports of ten rows, one after the other, from the button to the finished batch."""
    command = [
        *("-m", "celery", "-A", "crm", "worker", "--pool", "prefork", "--concurrency", "2"),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    ]
    with found.started("worker", command) as (process, log):
        wait_for_worker(log, process)
        idle = _memory(process.pid)
        spent = [_import_small(found.state, number) for number in range(times)]
        return {
            "small_job_p50_ms": round(statistics.median(spent[2:] or spent) * 1000),
            "small_job_max_ms": round(max(spent) * 1000),
            "small_jobs": len(spent),
            "memory_idle": idle,
            "memory_after_jobs": _memory(process.pid),
            "load": load()[0],
        }


def wait_for_worker(log: Path, process: Any) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while b" ready." not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The worker did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def _memory(pid: int) -> dict[str, Any]:
    return {"main": memory_of(pid), "pool": [memory_of(child) for child in children_of(pid)]}


def _import_small(folder: Path, number: int) -> float:
    """Seconds from the request to the finished job."""
    from django.contrib.auth import get_user_model

    from crm.jobs.models import Job
    from customers.imports.services import import_begin, import_open

    path = folder / "small.csv"
    path.write_text(SMALL_FILE.format(number=number + int(time.time()) * 1000), encoding="utf-8")
    actor = get_user_model()._default_manager.get(username="manager")
    began = time.perf_counter()
    draft = import_open(actor=actor, path=path, name=path.name, kind="customers")
    batch = import_begin(pk=draft.pk, actor=actor)
    job_id = batch.job.pk  # type: ignore[union-attr]  # just enqueued
    while True:
        state = Job.objects.values_list("state", flat=True).get(pk=job_id)
        if state == Job.State.SUCCEEDED:
            return time.perf_counter() - began
        if state not in (Job.State.QUEUED, Job.State.RUNNING):
            raise RuntimeError(f"The small job ended as {state}.")
        if time.perf_counter() - began > WAIT_SECONDS:
            raise RuntimeError("The small job was not done in time.")
        time.sleep(0.005)
