"""A real web shop's order lines through the import service, into an empty database."""

from __future__ import annotations

import re
import statistics
from pathlib import Path
from typing import Any

from benchmarks.machine import BASE_DIR, Machine, load

FILE = BASE_DIR.parent / "shared" / "data" / "online_retail_nonUK.csv"
DATABASE = "crm_import"
_SUMS = re.compile(r"(\w+)=(\d+)")
_RATE = re.compile(r"([\d.]+) s, ([\d,]+) rows/s")


def measure(found: Machine, *, times: int, file: Path = FILE) -> dict[str, Any]:
    """The file ``times`` times into a fresh database, and once more into the last one."""
    if not file.is_file():
        return {"skipped": f"{file.name} is not there"}
    first = []
    for _ in range(times):
        found.copy_empty(DATABASE)
        first.append(_import(found, file))
    again = _import(found, file)
    found.sql("postgres", f'DROP DATABASE "{DATABASE}" WITH (FORCE)')
    return {
        "rows": first[-1]["rows_in"],
        "rows_per_second": statistics.median(one["rows_per_second"] for one in first),
        "peak_mib": max(one["peak_mib"] for one in first),
        "first": first,
        "again": again,
        "load": load()[0],
    }


def _import(found: Machine, file: Path) -> dict[str, Any]:
    done = found.manage("import_csv", "online_retail", str(file), database=DATABASE)
    rate = _RATE.search(done.output)
    if rate is None:
        raise RuntimeError(f"No rate in the answer of import_csv:\n{done.output}")
    sums = {name: int(value) for name, value in _SUMS.findall(done.output)}
    return {
        **sums,
        "seconds": float(rate[1]),
        "rows_per_second": int(rate[2].replace(",", "")),
        "process_seconds": round(done.seconds, 1),
        "peak_mib": round(done.peak_mib),
    }
