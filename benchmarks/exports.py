"""Customers taken out, each format by a process of its own: `python -m benchmarks.exports csv`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine, load

FORMATS = ("csv", "xlsx", "vcf")


def measure(found: Machine) -> list[dict[str, Any]]:
    """Active customers with all columns: seconds, bytes, peak memory of the process."""
    _measure(found, FORMATS[0])  # a database that has just started reads its tables from the disk
    return [_measure(found, format) for format in FORMATS]


def _measure(found: Machine, format: str) -> dict[str, Any]:
    try:
        run = found.run("-m", "benchmarks.exports", format)
    except RuntimeError as error:
        return {"format": format, "failed": str(error)}
    return {"format": format, **json.loads(run.output), "load": load()[0]}


def take_out(format: str) -> dict[str, Any]:
    """Make the file as the page or the worker does, and throw it away."""
    import django

    # A tool for development brings it, and the log's library loads it: 5 MiB that no company has.
    sys.modules["rich"] = None  # type: ignore[assignment]  # how Python is told: not there
    django.setup()
    from django.contrib.auth import get_user_model

    from crm.records.lists import ALL_COLUMNS, ListQuery, resource_of
    from crm.records.models import Export
    from crm.records.services.exports import export_chunks

    before = _peak_mib()
    actor = get_user_model()._default_manager.get(username="manager")
    text = f"lifecycle=active&columns={ALL_COLUMNS}"
    query = ListQuery.of(resource_of("customers.customer"), actor, text)
    export = Export(
        kind=query.resource.kind, format=format, query=text, created_by=actor,
        columns=[column.key for column in query.all_columns()],
    )  # fmt: skip
    began, processor = time.perf_counter(), time.process_time()
    size = sum(len(chunk) for chunk in export_chunks(export))
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    rows = query.records().count()
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "cpu_s": round(processor, 2),
        "seconds_100k": round(seconds * 100_000 / max(rows, 1), 2),
        "kib": size // 1024,
        "before_mib": before,
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> float:
    """The highest memory of this program; what the shell counts begins with that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kib / 1024, 1)


if __name__ == "__main__":
    print(json.dumps(take_out(sys.argv[1])))
