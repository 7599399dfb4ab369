"""The analyses on the CRM's own records, as the command line and the worker run them."""

from __future__ import annotations

import json
import statistics
from typing import Any

from benchmarks.machine import Machine, load

METHODS = {
    "forecast": ("--horizon", "13"),
    "cluster": (),
    "regress": (),
}


def measure(found: Machine, *, times: int) -> list[dict[str, Any]]:
    """Seconds (median) of the whole command and of the method, and the process's peak memory."""
    return [_measure(found, name, options, times) for name, options in METHODS.items()]


def _measure(found: Machine, name: str, options: tuple[str, ...], times: int) -> dict[str, Any]:
    answer_file = found.state / "answer.json"
    answer_file.unlink(missing_ok=True)
    runs = []
    for _ in range(times):
        try:
            command = ["analyze", name, "--json", str(answer_file), *options]
            runs.append(found.manage(*command, STATEMENT_TIMEOUT_MS="0"))
        except RuntimeError as error:
            return {"method": name, "failed": str(error)}
    answer = json.loads(answer_file.read_text())
    return {
        "method": name,
        "seconds": round(statistics.median(run.seconds for run in runs), 1),
        "method_seconds": answer.get("seconds"),
        "rows": answer.get("rows_used"),
        "peak_mib": round(max(run.peak_mib for run in runs)),
        "load": load()[0],
    }
