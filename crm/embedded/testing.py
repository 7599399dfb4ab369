"""Throwaway servers for tests: started once per run, a copy of a migrated cluster each time.

The settings ask for the addresses before anything runs (`urls`), pytest starts the servers
(`servers`), and every pytest-xdist worker clones the migrated template into a database of its own
(`clone`). Runs at the same time do not meet: each has its own folder.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

from crm.embedded import addresses
from crm.embedded.postgres import Postgres, PostgresError
from crm.embedded.valkey import Valkey

BASE_DIR = Path(__file__).resolve().parent.parent.parent
TEMPLATE = "crm_template"
FOLDER_VARIABLE = "CRM_TEST_FOLDER"
PREFIX = f"crm-test-{os.geteuid()}-"
KEPT_CLUSTERS = 3


def folder() -> Path:
    """This run's folder; the children of the process that asked first inherit it."""
    default = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    return Path(os.environ.setdefault(FOLDER_VARIABLE, str(default)))


def urls() -> tuple[str, str]:
    """The database and the Redis of this process (of this pytest-xdist worker)."""
    return addresses.database_url(folder(), database()), addresses.redis_url(folder(), _number())


def database() -> str:
    return os.environ.get("CRM_TEST_DATABASE") or f"test_{_number()}"


@contextlib.contextmanager
def servers() -> Iterator[None]:
    """PostgreSQL with the migrated template, and Valkey, for as long as the block runs."""
    _sweep()
    root = folder()
    root.mkdir(mode=0o700)
    with _locked(root / "lock"):
        subprocess.run(["cp", "-a", cluster(), root / "postgres"], check=True)
        postgres = _postgres(root)
        valkey = Valkey(
            data=root / "valkey", socket_path=addresses.redis_socket(root), log=root / "valkey.log"
        )
        try:
            valkey.start()
            postgres.start(database=TEMPLATE)
            yield
        finally:
            postgres.stop(lambda: 5.0)
            valkey.stop(lambda: 5.0)
            shutil.rmtree(addresses.socket_folder(root), ignore_errors=True)
            shutil.rmtree(root, ignore_errors=True)


def clone(name: str | None = None, *, template: str = TEMPLATE) -> None:
    """(Re)make this worker's database as a copy of a template; ends the connections of both."""
    target = sql.Identifier(name or database())
    connection = psycopg2.connect(addresses.database_url(folder(), "postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            if template != TEMPLATE:  # another test's thread may still hold one
                cursor.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = %s",
                    [template],
                )
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(target, sql.Identifier(template))
            )
    finally:
        connection.close()


def template_once(name: str, write: Callable[[], None]) -> None:
    """Make the template ``name`` unless another worker of this run has: what ``write`` puts into
    this worker's database. No connection may stay open."""
    with _locked(folder() / f"{name}.lock"):
        made = folder() / f"{name}.made"
        if not made.exists():
            clone()
            write()
            clone(name, template=database())
            made.touch()


def cluster() -> Path:
    """A stopped cluster with the migrations applied, kept under var/ for the next run."""
    var = BASE_DIR / "var"
    var.mkdir(exist_ok=True)
    found = var / f"test-cluster-{_fingerprint()}"
    with _locked(var / "test-cluster.lock"):
        if not found.exists():
            _build(found)
        found.touch()
    return found


def _build(target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=PREFIX))
    postgres = _postgres(draft)
    try:
        postgres.start(database=TEMPLATE)
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "crm.settings.test",
            FOLDER_VARIABLE: str(draft),
            "CRM_TEST_DATABASE": TEMPLATE,
        }
        made = subprocess.run(
            [sys.executable, BASE_DIR / "manage.py", "migrate", "--verbosity", "1"],
            env=environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
        )
        if made.returncode != 0:
            raise PostgresError(f"The migrations failed:\n{made.stdout}\n{made.stderr}")
        postgres.stop()
        _discard_old(target.parent)
        shutil.move(draft / "postgres", target.with_suffix(".new"))
        target.with_suffix(".new").rename(target)
    finally:
        postgres.stop()
        shutil.rmtree(addresses.socket_folder(draft), ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def _discard_old(var: Path) -> None:
    found = sorted(var.glob("test-cluster-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in found[KEPT_CLUSTERS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _fingerprint() -> str:
    """Changes whenever migrating could give another result."""
    files = [
        *BASE_DIR.glob("*/migrations/*.py"),
        *BASE_DIR.glob("crm/*/migrations/*.py"),
        *BASE_DIR.glob("crm/settings/*.py"),
        *BASE_DIR.glob("requirements.txt"),
        Path(__file__).with_name("postgres.py"),
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(BASE_DIR)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _postgres(root: Path) -> Postgres:
    return Postgres(
        data=root / "postgres",
        sockets=addresses.socket_folder(root),
        log=root / "postgres.log",
        throwaway=True,
    )


def _number() -> int:
    """0 without pytest-xdist, 1 for its worker gw0, and so on."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0


def _sweep() -> None:
    """Remove the folders of runs that were killed."""
    for root in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = root / "lock"
        if not lock.exists():
            continue
        with contextlib.suppress(OSError), lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(addresses.socket_folder(root), ignore_errors=True)
            shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
