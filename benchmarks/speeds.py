"""The command line on tables of the sizes that the targets name, each a process of its own."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.machine import BASE_DIR, load
from crm.embedded import processes

Write = Callable[[Path], tuple[str, ...]]


@dataclass(frozen=True)
class Task:
    """What is asked, the table it is asked of, and the most seconds it should take."""

    name: str
    write: Write
    most: float


def measure() -> list[dict[str, Any]]:
    """Seconds, processor seconds of the command with its children, and its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        return [_measure(task, Path(folder)) for task in TASKS]


def _measure(task: Task, folder: Path) -> dict[str, Any]:
    arguments = task.write(folder)
    log = folder / "log"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "crm.settings.dev"}
    began = time.perf_counter()
    with log.open("wb") as output:
        process = processes.start(
            [sys.executable, "manage.py", "analyze", *arguments, "--json", str(folder / "answer")],
            output=output, folder=BASE_DIR, environment=environment,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    row = {
        "method": task.name, "seconds": round(time.perf_counter() - began, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1), "target_s": task.most,
        "peak_mib": round(usage.ru_maxrss / 1024), "load": load()[0],
    }  # fmt: skip
    return row if process.returncode == 0 else row | {"failed": processes.last_lines(log, 3)}


def _series(folder: Path) -> tuple[str, ...]:
    """A hundred shops of ten years: level, trend, season, errors that follow each other."""
    rng = np.random.default_rng(0)
    months, t = pd.date_range("2014-01-01", periods=120, freq="MS"), np.arange(120)
    shops = []
    for k in range(100):
        level, follow = rng.uniform(50, 500), rng.uniform(0.2, 0.8)
        season = level * rng.uniform(0.05, 0.3) * np.sin(2 * np.pi * (t + k) / 12)
        errors = pd.Series(rng.normal(0, level * 0.08, 120)).ewm(alpha=1 - follow).mean()
        sales = np.maximum(level + rng.normal(0, 0.3) * t + season + errors, 1).round(2)
        shops.append(pd.DataFrame({"shop": f"S{k:03}", "month": months, "sales": sales}))
    file = _written(pd.concat(shops), folder)
    return ("forecast", *file, "--value", "sales", "--date", "month", "--group", "shop",
            "--horizon", "12")  # fmt: skip


def _customers(folder: Path) -> tuple[str, ...]:
    return ("cluster", *_written(_people(300_000), folder))


def _leaving(folder: Path) -> tuple[str, ...]:
    people = _people(300_000)
    chance = 1 / (1 + np.exp(2 - 0.02 * people["recency"] + 0.1 * people["frequency"]))
    gone = np.random.default_rng(1).random(len(people)) < chance
    known = people.assign(left=np.where(gone, "yes", "no"))[:45_000]
    everybody = folder / "everybody.csv"
    people.to_csv(everybody, index=False)
    return ("score", *_written(known, folder), "--target", "left", "--apply", str(everybody))


def _people(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kind = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    return pd.DataFrame({
        "recency": np.exp(rng.normal(np.array([3, 4, 5, 2])[kind], 0.5)).round(1),
        "frequency": rng.poisson(np.array([2, 6, 1, 20])[kind]) + 1,
        "monetary": np.exp(rng.normal(np.array([5, 6, 4, 8])[kind], 0.6)).round(2),
        "tenure": rng.integers(30, 2000, n),
    })  # fmt: skip


def _baskets(folder: Path) -> tuple[str, ...]:
    """100 000 orders of about five among 2 000 products, the first ones much asked for."""
    rng = np.random.default_rng(0)
    order = np.repeat(np.arange(100_000), rng.poisson(4, 100_000) + 1)
    item = np.minimum(rng.zipf(1.3, len(order)), 2_000)
    file = _written(pd.DataFrame({"order": order, "item": item}), folder)
    return ("rules", *file, "--basket", "order", "--item", "item", "--support", "0.001",
            "--confidence", "0.3")  # fmt: skip


def _purchases(folder: Path) -> tuple[str, ...]:
    """300 000 customers with about three purchases each over two years."""
    rng = np.random.default_rng(0)
    customer = np.repeat(np.arange(300_000), rng.poisson(2, 300_000) + 1)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 730, len(customer)), "D")
    amount = np.exp(rng.normal(3, 0.5, len(customer))).round(2)
    frame = pd.DataFrame({"customer": customer, "date": days.strftime("%Y-%m-%d"), "paid": amount})
    return ("value", *_written(frame, folder), "--customer", "customer", "--date", "date",
            "--amount", "paid")  # fmt: skip


def _written(frame: pd.DataFrame, folder: Path) -> tuple[str, str]:
    file = folder / "table.csv"
    frame.to_csv(file, index=False)
    return "--csv", str(file)


TASKS = (
    Task("forecast of 100 groups × 120 months", _series, 60),
    Task("clusters of 300 000 customers", _customers, 60),
    Task("scores: learn 45 000, score 300 000", _leaving, 60),
    Task("rules of 100 000 orders × 2 000 products", _baskets, 20),
    Task("value of 300 000 customers", _purchases, 10),
)
