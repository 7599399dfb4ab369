"""`manage.py up`: everything the CRM needs, started in order, kept running, stopped in reverse."""

import contextlib
import errno
import fcntl
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from crm.embedded import addresses, processes
from crm.embedded.children import Child, Watch, shorten
from crm.embedded.console import DEMO_USERS, Console
from crm.embedded.healthcheck import answers, served_host
from crm.embedded.postgres import Postgres, PostgresError
from crm.embedded.valkey import Valkey, ValkeyError

STOP_SECONDS = 20.0
WEB_SECONDS = 60.0
DEMO = ("demo", "--customers", "2000", "--seed", "1")


class CannotStartError(Exception):
    """A sentence for the person at the terminal."""


class StopAsked(BaseException):
    """Ctrl-C or SIGTERM; not an Exception, so that nothing on the way swallows it."""


class Supervisor:
    def __init__(self, *, state: Path, host: str, port: int) -> None:
        self.state = state
        self.host = host
        self.port = port
        self.console = Console()
        self.stoppers: list[Callable[[], None]] = []
        self.watches: list[Watch] = []
        self.children: list[Child] = []
        self.stopping = False
        self.hurry = False

    def run(self) -> int:
        """Until Ctrl-C, SIGTERM or a failed start. The exit code of the program."""
        self._listen_to_signals()
        try:
            with self._only_one(), self._reserved_port() as listener:
                try:
                    self._start(listener)
                    self._keep_running()
                finally:
                    self._stop()
        except StopAsked:
            return 0
        except (CannotStartError, PostgresError, ValkeyError, addresses.UnsafeFolderError) as error:
            self.console.complain(str(error))
            return 1
        return 0

    # Start ----------------------------------------------------------------------------------

    def _start(self, listener: socket.socket) -> None:
        self._start_servers()
        self._migrate()
        demo = self._load_demo()
        self._start_child(self._web(listener))
        self._wait_for_web()
        self._start_child(self._worker())
        self._start_child(self._clock())
        self._remember(self.address)
        self.console.ready(self.address, demo=demo, logs=str(self.state / "log"))

    def _start_servers(self) -> None:
        sockets = addresses.socket_folder(self.state)
        if not os.environ.get("DATABASE_URL"):
            log = self.state / "log" / "postgres.log"
            shorten(log)
            postgres = Postgres(data=self.state / "postgres", sockets=sockets, log=log)
            self.stoppers.append(lambda: self._remove_sockets(sockets))
            self.stoppers.append(lambda: postgres.stop(self._patience))
            postgres.start()
            self.watches.append(Watch("PostgreSQL", _poll_of(postgres), postgres.start, log))
            self.console.say("PostgreSQL is running.")
        if not os.environ.get("REDIS_URL"):
            log = self.state / "log" / "valkey.log"
            shorten(log)
            valkey = Valkey(
                data=self.state / "valkey", socket_path=addresses.redis_socket(self.state), log=log
            )
            if os.environ.get("DATABASE_URL"):
                self.stoppers.append(lambda: self._remove_sockets(sockets))
            self.stoppers.append(lambda: valkey.stop(self._patience))
            valkey.start()
            self.watches.append(Watch("Valkey", _poll_of(valkey), valkey.start, log))
            self.console.say("Valkey is running.")

    def _migrate(self) -> None:
        """In this process: a subprocess would import everything once more."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CannotStartError(f"The database does not answer: {error}".strip()) from error
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.console.say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
            self.console.say("The database is prepared.")

    def _load_demo(self) -> bool:
        """The first start of an embedded database gets a company to look at.

        Gives whether the demo's people are there.
        """
        from django.contrib.auth import get_user_model

        users = get_user_model()._default_manager
        try:
            if users.exists():
                return users.filter(username__in=DEMO_USERS).count() == len(DEMO_USERS)
        finally:
            connections.close_all()
        if os.environ.get("DATABASE_URL") or os.environ.get("CRM_DEMO") == "0":
            self.console.say("Nobody can sign in yet: run `manage.py createsuperuser`.")
            return False
        if DEMO[0] not in get_commands():
            return False
        self.console.say("First start: loading a demo company ...")
        self._run_demo()
        self.console.say("The demo company is loaded.")
        return True

    def _run_demo(self) -> None:
        loading = processes.start(
            [sys.executable, "manage.py", *DEMO],
            environment=os.environ | {"STATEMENT_TIMEOUT_MS": "0"},
            folder=settings.BASE_DIR,
            death_signal=signal.SIGKILL,
        )
        self.stoppers.append(lambda: processes.stop(loading, patience=lambda: 5.0))
        code = loading.wait()
        self.stoppers.pop()
        if code != 0:
            raise CannotStartError("The demo company could not be loaded; the reason stands above.")

    def _start_child(self, child: Child) -> None:
        self.children.append(child)
        self.stoppers.append(lambda: child.stop(self._patience))
        child.start()
        self.watches.append(Watch(child.name, _poll_of(child), child.start, child.log))

    def _child(self, name: str, *arguments: str, pass_fds: Sequence[int] = ()) -> Child:
        return Child(
            name=name,
            command=[sys.executable, "-m", *arguments],
            log=self.state / "log" / f"{name}.log",
            folder=settings.BASE_DIR,
            environment={"CRM_SUPERVISED": "1", "PYTHONUNBUFFERED": "1"},
            pass_fds=pass_fds,
        )

    def _web(self, listener: socket.socket) -> Child:
        """The listening socket stays ours: while the web server restarts, visitors wait."""
        return self._child(
            "web",
            *("gunicorn", "crm.wsgi:application", "--config", "python:crm.embedded.web"),
            *("--bind", f"fd://{listener.fileno()}"),
            pass_fds=(listener.fileno(),),
        )

    def _worker(self) -> Child:
        return self._child(
            "worker",
            *("celery", "-A", "crm", "worker", "--pool", "prefork", "--concurrency", "2"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        )

    def _clock(self) -> Child:
        return self._child(
            "beat",
            *("celery", "-A", "crm", "beat", "--loglevel", "INFO"),
            *("--pidfile", ""),
        )

    def _wait_for_web(self) -> None:
        web = self.watches[-1]
        deadline = time.monotonic() + WEB_SECONDS
        while not answers(self.port, served_host(), _reachable(self.host)):
            if web.poll() is not None:
                raise CannotStartError(f"The web server did not start:\n{_tail(web)}")
            if time.monotonic() > deadline:
                raise CannotStartError(f"The web server does not answer:\n{_tail(web)}")
            time.sleep(0.05)

    # Run and stop ---------------------------------------------------------------------------

    def _keep_running(self) -> None:
        while True:
            select.select([self.wakeup], [], [], 0.25)
            with contextlib.suppress(BlockingIOError):
                os.read(self.wakeup, 4096)
            for watch in self.watches:
                watch.check(self.console.say)

    def _stop(self) -> None:
        self.stopping = True
        if self.stoppers:
            self.console.say("Stopping ...")
        (self.state / "run" / "address").unlink(missing_ok=True)
        for child in reversed(self.children):  # together, so that their pauses do not add up
            child.ask_to_stop()
        while self.stoppers:
            self.stoppers.pop()()
        self.console.say("Stopped.")

    def _patience(self) -> float:
        return 0.0 if self.hurry else STOP_SECONDS

    def _listen_to_signals(self) -> None:
        self.wakeup, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        """The first time: stop in order. Ctrl-C again: stop waiting for running jobs."""
        if self.stopping:
            self.hurry = self.hurry or number == signal.SIGINT
            return
        self.stopping = True
        raise StopAsked

    # What belongs to this instance alone -------------------------------------------------------

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        """A lock on the folder itself: it ends with the process and leaves no file behind."""
        run = self.state / "run"
        run.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(run, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._lock(descriptor)
            (run / "address").unlink(missing_ok=True)  # of one that was killed
            yield
        finally:
            os.close(descriptor)

    def _lock(self, folder: int) -> None:
        """Wait for one that is just stopping; refuse beside one that runs."""
        deadline = time.monotonic() + 2 * STOP_SECONDS
        waited = False
        while True:
            with contextlib.suppress(BlockingIOError):
                return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(OSError):
                address = (self.state / "run" / "address").read_text().strip()
                raise CannotStartError(
                    f"The CRM already runs here, at {address}. Stop it first (Ctrl-C there)."
                )
            if time.monotonic() > deadline:
                raise CannotStartError("The CRM is already starting here.")
            if not waited:
                self.console.say("Another one is starting or stopping here; waiting for it ...")
            waited = True
            time.sleep(0.1)

    def _remember(self, address: str) -> None:
        (self.state / "run" / "address").write_text(f"{address}\n")

    @contextlib.contextmanager
    def _reserved_port(self) -> Iterator[socket.socket]:
        """Listen from the first moment, so that nobody takes the port during the start."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((self.host, self.port))
                listener.listen(512)
            except OSError as error:
                raise CannotStartError(self._port_problem(error)) from error
            self.port = listener.getsockname()[1]
            os.environ.setdefault("BASE_URL", self.address)
            yield listener

    def _port_problem(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} is already in use. Stop the other program, or choose another "
                f"port: PORT={self.port + 1 if self.port < 65535 else 8001} make run"
            )
        return f"Cannot listen on {self.host}, port {self.port}: {error.strerror}."

    @property
    def address(self) -> str:
        host = _reachable(self.host)
        return f"http://{'localhost' if host == '127.0.0.1' else host}:{self.port}"

    def _remove_sockets(self, folder: Path) -> None:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _poll_of(owner: Child | Postgres | Valkey) -> Callable[[], int | None]:
    return lambda: -1 if owner.process is None else owner.process.poll()


def _tail(watch: Watch) -> str:
    return processes.last_lines(watch.log, 15)


def _reachable(host: str) -> str:
    """The address under which we reach a server that listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)  # noqa: S104  # compared, not bound
