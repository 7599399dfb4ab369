"""A process that is kept running: started again when it ends by itself, stopped when asked."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crm.embedded import processes
from crm.embedded.postgres import PostgresError
from crm.embedded.valkey import ValkeyError

BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0  # having run this long, an end counts as the first again
LOG_BYTES = 10_000_000


@dataclass
class Child:
    """One of our own programs: web server, worker or clock."""

    name: str
    command: Sequence[str]
    log: Path
    folder: Path
    environment: dict[str, str]
    pass_fds: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)

    def start(self) -> None:
        shorten(self.log)
        with self.log.open("ab") as output:
            self.process = processes.start(
                self.command,
                output=output,
                environment=os.environ | self.environment,
                folder=self.folder,
                death_signal=signal.SIGKILL,
                pass_fds=self.pass_fds,
            )

    def ask_to_stop(self) -> None:
        """Begin to stop without waiting; a second signal would tell Celery to drop its jobs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._asked = True

    def stop(self, patience: Callable[[], float]) -> None:
        if self.process is not None:
            first = None if self._asked else signal.SIGTERM
            processes.stop(self.process, first=first, patience=patience)
            self.process = None


@dataclass
class Watch:
    """Notices that something ended by itself, and when to start it again."""

    name: str
    poll: Callable[[], int | None]
    restart: Callable[[], None]
    log: Path
    failures: int = 0
    since: float = field(default_factory=time.monotonic)
    due: float | None = None

    def check(self, say: Callable[[str], None]) -> None:
        """Notice an end, and start again once the pause is over."""
        now = time.monotonic()
        if self.due is not None:
            if now >= self.due:
                self._start_again(say)
            return
        code = self.poll()
        if code is None:
            return
        if now - self.since > STEADY_SECONDS:
            self.failures = 0
        pause = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS) - 1)]
        self.failures += 1
        self.due = now + pause
        say(f"{self.name} ended ({describe(code)}); starting it again in {pause:g} s.")
        if code > 0:
            say(_quoted(self.name, self.log))

    def _start_again(self, say: Callable[[str], None]) -> None:
        self.due = None
        self.since = time.monotonic()
        try:
            self.restart()
        except (OSError, PostgresError, ValkeyError) as error:
            say(f"{self.name}: {error}")
        else:
            say(f"{self.name} is running again.")


def describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def shorten(log: Path) -> None:
    """Keep one earlier log, so that neither grows for ever."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _quoted(name: str, log: Path) -> str:
    return "\n".join(f"  {name} | {line}" for line in processes.last_lines(log).splitlines())
