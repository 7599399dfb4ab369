"""A file of a million customers through the wizard's job and a real worker.

    python -m benchmarks.bulk [ROWS]

In servers of its own and an empty database. Of a thousand rows one has no name, five say again
what an earlier row has said, and five give an earlier customer another city.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.jobs import wait_for_worker
from benchmarks.machine import Machine, children_of, load, machine
from benchmarks.scale import GIVEN, SYLLABLES

HEADER = ["External id", "Name", "Kind", "Phone", "E-mail", "Country", "Region", "City", "Address",
          "Industry", "Source", "May be mailed", "Note"]  # fmt: skip
CITIES = [("上海", "上海"), ("杭州", "浙江"), ("深圳", "广东"), ("成都", "四川"), ("武汉", "湖北")]
INDUSTRIES = ["制造", "零售", "物流", "软件", "医疗", "教育"]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def main(rows: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the servers on the way out
    with machine() as found:
        found.manage("migrate", "--verbosity", "0")
        file = found.state / "customers.csv"
        _write(file, rows)
        os.environ.update(found.environment())
        import django

        django.setup()
        told = measure(found, file)
        for name, value in told.items():
            print(f"{name}: {value}")


def measure(found: Machine, file: Path) -> dict[str, Any]:
    """Import the file by a worker; rates, sums, and the worker's highest memory in MiB."""
    from crm.accounts.models import User
    from crm.jobs.models import Job
    from customers.imports.services import import_begin, import_open
    from customers.models import Customer

    actor = User.objects.create_user("bulk", role="admin", language="en")
    command = [
        *("-m", "celery", "-A", "crm", "worker", "--beat", "--concurrency", "1"),
        *("--loglevel", "INFO"),
    ]
    with found.started("worker", command) as (process, log):
        wait_for_worker(log, process)
        began = time.monotonic()
        draft = import_open(actor=actor, path=file, name=file.name, kind="customers")
        batch = import_begin(pk=draft.pk, actor=actor)
        job = Job.objects.get(pk=batch.job_id)
        peak = 0
        while not job.is_over:
            time.sleep(1)
            peak = max([peak, *(_peak(child) for child in children_of(process.pid))])
            job.refresh_from_db()
            if job.progress_done and int(time.monotonic() - began) % 30 == 0:
                print(f"{job.progress_done:,} rows, {peak} MiB", file=sys.stderr, flush=True)
        seconds = time.monotonic() - began
    batch.refresh_from_db()
    sums = batch.created + batch.updated + batch.skipped + batch.rejected
    return {
        "state": f"{job.state} {job.error}", "attempts": job.attempts, "seconds": round(seconds),
        "rows": batch.rows_in, "rows_per_second": round(batch.rows_in / seconds),
        "created": batch.created, "updated": batch.updated, "skipped": batch.skipped,
        "rejected": batch.rejected, "sums_agree": sums == batch.rows_in,
        "customers": Customer.objects.count(), "peak_mib": peak, "load": load(),
    }  # fmt: skip


def _peak(pid: int) -> int:
    """The highest resident memory of a process so far, in MiB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows))


def _rows(rows: int) -> Iterator[list[str]]:
    chance = random.Random(1)
    earlier: list[list[str]] = []
    for number in range(rows):
        turn = number % 1000
        if turn < 10 and earlier:
            row = list(earlier[turn])
            if turn >= 5:
                row[7], row[6] = chance.choice(CITIES)
        else:
            row = _row(number, chance)
        if turn == 10:
            row[1] = ""
        if 20 <= turn < 30:
            earlier = [*earlier[-9:], row]
        yield row


def _row(number: int, chance: random.Random) -> list[str]:
    city, region = chance.choice(CITIES)
    company = chance.random() < 0.4
    if company:
        name = f"{city}{''.join(chance.choices(SYLLABLES, k=4))}有限公司"
    else:
        name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))
    return [
        f"B{number:07d}", name, "company" if company else "person",
        f"1{chance.choice('3578')}{number:07d}{chance.randrange(100):02d}",
        f"c{number}@bulk.example.com", "中国", region, city,
        f"人民路 {chance.randrange(2000)} 号", chance.choice(INDUSTRIES), "展会",
        chance.choice(("yes", "no", "")), f"第 {number} 行" if chance.random() < 0.3 else "",
    ]  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
