"""Children that never outlive their parent, and servers that refuse to be root.

Linux offers both without any privilege: a parent-death signal, and user namespaces in which our
own user appears as nobody.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import IO

NOBODY = 65534
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000

_libc = ctypes.CDLL(None, use_errno=True)


class Identity(Enum):
    """As whom a server runs."""

    SELF = "self"
    NAMESPACE = "namespace"  # root outside, nobody inside: files stay root's
    NOBODY = "nobody"


def unprivileged_identity() -> Identity:
    """The best way to run a server that refuses to run as root."""
    if os.geteuid() != 0:
        return Identity.SELF
    try:
        subprocess.run(
            ["true"],
            check=True,
            preexec_fn=_enter_namespace,  # safe: forked from the only thread
        )
    except (subprocess.SubprocessError, OSError):
        return Identity.NOBODY
    return Identity.NAMESPACE


def die_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process ``death_signal`` when the thread that made it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def start(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    death_signal: int = signal.SIGTERM,
    identity: Identity = Identity.SELF,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (a Ctrl-C at the terminal reaches only us)."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=_before_exec(
            identity, death_signal, os.getpid()
        ),  # safe: forked from the only thread
    )


def stop(
    process: subprocess.Popen[bytes],
    *,
    first: int | None = signal.SIGTERM,
    patience: Callable[[], float] = lambda: 20.0,
) -> None:
    """Ask politely (unless that was done before), wait ``patience()`` seconds, kill the group."""
    began = time.monotonic()
    if first is not None and process.poll() is None:
        process.send_signal(first)
    while process.poll() is None and time.monotonic() - began < patience():
        time.sleep(0.02)
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the child's process group; its own end may have come before."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def last_lines(path: Path, count: int = 5) -> str:
    """The end of a log file, to show with an error."""
    try:
        with path.open("rb") as handle:
            handle.seek(max(0, path.stat().st_size - 8192))
            lines = handle.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(line for line in lines[-count:] if line.strip())


def _before_exec(identity: Identity, death_signal: int, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        if identity is Identity.NAMESPACE:
            _enter_namespace()
        elif identity is Identity.NOBODY:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        die_with_parent(death_signal)  # after the change of identity, which clears it
        if os.getppid() != parent:  # the parent ended before we could ask
            os._exit(1)

    return prepare


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {uid} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {gid} 1")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
