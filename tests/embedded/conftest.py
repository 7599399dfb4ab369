"""The whole CRM as a program of its own, on a state folder of its own."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from crm.embedded import addresses, testing
from crm.embedded.postgres import Postgres

BASE_DIR = testing.BASE_DIR


@dataclass
class Instance:
    """`manage.py up` in a process; what it said is in ``output``."""

    state: Path
    output: Path
    process: "subprocess.Popen[bytes]"
    address: str = ""
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def wait_until_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not (found := re.search(r"ready:\s+(http://\S+)", self.output.read_text())):
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)
        self.address = found.group(1)
        self.family()

    def family(self) -> list[psutil.Process]:
        """Every process that ever was seen below the supervisor."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            self.seen[process.pid] = process
        return list(self.seen.values())

    def child(self, *words: str) -> psutil.Process | None:
        """The supervisor's own child whose command line holds all of ``words``."""
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie has no command line
                line = " ".join(process.cmdline())
                if all(word in line for word in words):
                    return process
        return None

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310  # our own address
                return answer.status == 200
        except OSError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.family()
        self.process.send_signal(number)
        return self.process.wait(timeout=45)

    def survivors(self) -> list[psutil.Process]:
        """What still runs ten seconds later; the dying may take a moment."""
        _, alive = psutil.wait_procs(self.seen.values(), timeout=10)
        return alive

    def remains(self) -> list[str]:
        """Sockets and pid files that a stopped instance should not have left."""
        files = [
            path for path in self.state.rglob("*") if re.search(r"\.pid$|/address$", str(path))
        ]
        sockets = addresses.socket_folder(self.state)
        return [str(path) for path in (*files, *([sockets] if sockets.exists() else []))]


Up = Callable[..., Instance]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose database is migrated already."""
    shutil.copytree(testing.cluster(), tmp_path / "postgres", symlinks=True)
    (tmp_path / "postgres").chmod(0o700)
    sockets = addresses.socket_folder(tmp_path)
    server = Postgres(
        data=tmp_path / "postgres", sockets=sockets, log=tmp_path / "renaming.log", throwaway=True
    )
    server.start(database="postgres")
    server.create_database(addresses.DATABASE, template=testing.TEMPLATE)
    server.stop()
    shutil.rmtree(sockets)
    yield tmp_path
    shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    started: list[Instance] = []
    outputs = tmp_path_factory.mktemp("up")

    def start(state: Path, *, ready: bool = True, **environment: str) -> Instance:
        output = outputs / f"{len(started)}.txt"
        ours = {
            "DJANGO_SETTINGS_MODULE": "crm.settings.dev",
            "CRM_VAR_DIR": str(state),
            "CRM_DEMO": "0",
            "PORT": "0",
        }
        with output.open("wb") as handle:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE_DIR,
                env=os.environ | ours | environment,
                stdout=handle,
                stderr=subprocess.STDOUT,
            )
        instance = Instance(state, output, process)
        started.append(instance)
        if ready:
            instance.wait_until_ready()
        return instance

    yield start
    for instance in started:
        if instance.process.poll() is None:
            instance.family()
            instance.process.kill()
            instance.process.wait()
        instance.survivors()
