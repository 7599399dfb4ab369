"""Servers of one's own for a measurement, and what the machine is like meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm.embedded import addresses, processes
from crm.embedded.postgres import Postgres
from crm.embedded.valkey import Valkey

BASE_DIR = Path(__file__).resolve().parent.parent
EMPTY = "crm_empty"  # migrated, without a record: what imports are measured in
MIB = 1024 * 1024
TOLD = 10_000  # customers with a story of their own; more are copies of these
# What the night keeps, so that pages do not count it live as on a first day.
KEEP_NIGHTLY = "from sales.funnel_rows import funnel_keep; funnel_keep()"


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its output, wall seconds and highest resident memory in MiB."""

    output: str
    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Machine:
    """PostgreSQL and Valkey as `make run` has them (fsync on), in a folder of this run's own."""

    state: Path
    postgres: Postgres

    def environment(self, database: str = addresses.DATABASE) -> dict[str, str]:
        """What the programs of the product need to work on ``database``."""
        return {
            "DJANGO_SETTINGS_MODULE": "crm.settings.dev",
            "DEBUG": "0",
            "SECRET_KEY": "benchmark",
            "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
            "DATABASE_URL": addresses.database_url(self.state, database),
            "REDIS_URL": addresses.redis_url(self.state),
            "CRM_VAR_DIR": str(self.state),
            "CRM_SUPERVISED": "1",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *arguments: str, database: str = addresses.DATABASE, **more: str) -> Finished:
        """Run Python with ``arguments`` to its end. Raises RuntimeError with its last lines."""
        began = time.perf_counter()
        log = self.state / "log" / "command.log"
        with log.open("wb") as output:
            process = processes.start(
                [sys.executable, *arguments], output=output, folder=BASE_DIR,
                environment=os.environ | self.environment(database) | more,
            )  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}:\n{processes.last_lines(log, 20)}")
        return Finished(log.read_text(), seconds, usage.ru_maxrss / 1024)

    def manage(self, *arguments: str, database: str = addresses.DATABASE, **more: str) -> Finished:
        return self.run("manage.py", *arguments, database=database, **more)

    def copy_empty(self, name: str) -> None:
        """A fresh copy of the migrated database without records."""
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.sql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{EMPTY}"')

    def sql(self, database: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements outside a transaction; the rows of the last one, if it has any."""
        connection = self.connect(database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def connect(self, database: str = addresses.DATABASE) -> Any:
        """Plain psycopg2, without Django."""
        import psycopg2

        return psycopg2.connect(addresses.database_url(self.state, database))

    @contextlib.contextmanager
    def started(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        pass_fds: Sequence[int] = (),
        more: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        """A program of the product beside us and its log; ended with its children."""
        log = self.state / "log" / f"{name}.log"
        with log.open("wb") as output:
            process = processes.start(
                [sys.executable, *arguments], output=output, folder=BASE_DIR, pass_fds=pass_fds,
                environment=os.environ | self.environment() | dict(more or {}),
            )  # fmt: skip
        try:
            yield process, log
        finally:
            processes.stop(process, patience=lambda: 10.0)


@contextlib.contextmanager
def machine(state: Path | None = None) -> Iterator[Machine]:
    """Servers for as long as the block runs; ``state`` keeps their data for another time."""
    root = state or Path(tempfile.mkdtemp(prefix="crm-bench-"))
    root = root.resolve()
    (root / "log").mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sockets = addresses.socket_folder(root)
        postgres = Postgres(data=root / "postgres", sockets=sockets, log=root / "log/postgres.log")
        valkey = Valkey(
            data=root / "valkey", socket_path=addresses.redis_socket(root),
            log=root / "log/valkey.log",
        )  # fmt: skip
        try:
            postgres.start()
            valkey.start()
            yield Machine(root, postgres)
        finally:
            valkey.stop(lambda: 10.0)
            postgres.stop()
            shutil.rmtree(sockets, ignore_errors=True)
            if state is None:
                shutil.rmtree(root, ignore_errors=True)


def prepare(found: Machine, *, customers: int) -> dict[str, Any]:
    """Migrate, keep an empty copy, load the demo company, analyse; skipped when done before."""
    existing = {row[0] for row in found.sql("postgres", "SELECT datname FROM pg_database")}
    seconds: dict[str, Any] = {}
    if EMPTY not in existing:
        seconds["migrate"] = found.manage("migrate", "--verbosity", "0").seconds
        found.sql("postgres", f'CREATE DATABASE "{EMPTY}" TEMPLATE "{addresses.DATABASE}"')
    else:
        found.manage("migrate", "--verbosity", "0")
        found.manage("migrate", "--verbosity", "0", database=EMPTY)
    if not found.sql(addresses.DATABASE, "SELECT 1 FROM customers_customer LIMIT 1"):
        loaded = found.manage(
            "demo", "--customers", str(min(customers, TOLD)), "--seed", "1",
            STATEMENT_TIMEOUT_MS="0",
        )  # fmt: skip
        seconds |= {"demo": loaded.seconds, "demo_peak_mib": loaded.peak_mib}
        if customers > TOLD:
            sizes = [customers, customers * 10 // 3, customers, customers]
            grown = found.run("-m", "benchmarks.scale", *map(str, sizes), STATEMENT_TIMEOUT_MS="0")
            seconds["copies"] = grown.seconds
        found.manage("shell", "-v0", "-c", KEEP_NIGHTLY, STATEMENT_TIMEOUT_MS="0")
    found.sql(addresses.DATABASE, "VACUUM (ANALYZE)", "CHECKPOINT")
    return seconds


def collect_static(found: Machine) -> None:
    """The hashed names that the pages' addresses need, as `make run` has them."""
    if (BASE_DIR / "static" / "build").is_dir():
        found.manage("collectstatic", "--no-input", "--verbosity", "0")


def row_counts(found: Machine) -> dict[str, int]:
    """Exact numbers of rows of the tables that the pages read."""
    tables = (
        "customers_customer", "customers_contact", "sales_deal", "sales_order", "sales_orderline",
        "communications_communication", "communications_followup", "service_servicerequest",
        "marketing_activity",
    )  # fmt: skip
    query = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in tables)
    return {str(name): int(count) for name, count in found.sql(addresses.DATABASE, query)}


def description() -> dict[str, Any]:
    """The machine and what it is doing."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "at": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / MIB / 1024, 1),
        "load": load(),
    }


def load() -> list[float]:
    """Load averages over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def memory_of(pid: int) -> dict[str, float]:
    """Resident (RSS) and proportional (PSS: shared pages split) memory of a process, in MiB."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in {"Rss", "Pss"}:
            found[f"{name.lower()}_mib"] = round(int(rest.split()[0]) / 1024, 1)
    return found


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]
