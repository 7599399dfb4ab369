"""`python -m benchmarks`: measure the product on this machine. docs/benchmarks.md says more."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import accuracy, analyses, exports, imports, report, speeds, start
from benchmarks.machine import (
    BASE_DIR,
    Machine,
    collect_static,
    description,
    machine,
    prepare,
    row_counts,
)

PARTS = ("pages", "weight", "jobs", "import", "export", "analyze", "methods", "start")
DEFAULT_PARTS = PARTS[:-1]
ALONE = {"methods", "start"}  # need no company


def main() -> int:
    """Measure, print tables, write the figures. Exit code 0 also when targets are missed."""
    options = _options()
    for asked in (signal.SIGTERM, signal.SIGINT):  # both end the servers on the way out
        signal.signal(asked, signal.default_int_handler)
    figures: dict[str, Any] = {
        "machine": description(),
        "commit": _commit(),
        "customers": options.customers,
    }
    if set(options.only) - ALONE:
        with machine(options.state) as found:
            _measure(found, options, figures)
    if "methods" in options.only:
        _say("methods: speed, then accuracy")
        figures["methods"] = speeds.measure()
        figures["accuracy"] = accuracy.measure(quick=options.quick)
    if "start" in options.only:
        _say("start")
        figures["start"] = start.measure(warm_times=1 if options.quick else 3)
    figures["missed"] = report.misses(figures)
    print(report.text(figures))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(f"\nAll figures: {options.json}")
    return 0


def _measure(found: Machine, options: argparse.Namespace, figures: dict[str, Any]) -> None:
    _say(f"loading a company of {options.customers:,} customers")
    figures["loading"] = prepare(found, customers=options.customers)
    figures["rows"] = row_counts(found)
    collect_static(found)
    repeats = 1 if options.quick else 3
    if {"pages", "weight", "jobs"} & set(options.only):
        _measure_in_process(found, options, figures)
    if "import" in options.only:
        _say("import")
        figures["import"] = imports.measure(found, times=repeats)
    if "export" in options.only:
        _say("export")
        figures["export"] = exports.measure(found)
    if "analyze" in options.only:
        _say("analyses")
        figures["analyze"] = analyses.measure(found, times=repeats)


def _measure_in_process(
    found: Machine, options: argparse.Namespace, figures: dict[str, Any]
) -> None:
    """What needs Django in this process; its settings are read once, so only now."""
    os.environ.update(found.environment())
    sys.path.insert(0, str(BASE_DIR))
    import django
    from django.db import connections

    django.setup()
    from benchmarks import jobs, pages, web, weight

    try:
        if "pages" in options.only:
            _say("pages")
            people = pages.sign_in()
            listed = pages.pages(people)
            times = 15 if options.quick else 100
            figures["pages"] = pages.measure(found, people, listed, times=times)
            _say("pages through gunicorn")
            figures["web"] = web.measure(
                found, people, listed, seconds=2.0 if options.quick else 5.0
            )
        if "weight" in options.only:
            _say("weight of pages")
            figures["weight"] = weight.measure(found, pages.sign_in())
        if "jobs" in options.only:
            _say("jobs")
            figures["jobs"] = jobs.measure(found, times=6 if options.quick else 20)
    finally:
        connections.close_all()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=300_000, metavar="N")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument(
        "--only", type=_parts, default=DEFAULT_PARTS, metavar="PARTS",
        help=f"some of {','.join(PARTS)}; without this all but start",
    )  # fmt: skip
    parser.add_argument(
        "--json", type=Path, default=BASE_DIR / "var" / "benchmarks.json", metavar="FILE"
    )
    parser.add_argument(
        "--state", type=Path, metavar="FOLDER",
        help="keep the loaded database there, or use the one that is there",
    )  # fmt: skip
    return parser.parse_args()


def _parts(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = set(found) - set(PARTS)
    if unknown or not found:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(PARTS)}")
    return found


def _commit() -> str:
    """The commit, with a star when files differ from it."""
    describe = ["git", "describe", "--always", "--dirty=*", "--exclude=*"]
    answer = subprocess.run(describe, cwd=BASE_DIR, capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
