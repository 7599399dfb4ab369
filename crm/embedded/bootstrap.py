"""Prepare a checkout with nothing but Python and pip, then run, test or lint it.

    python3 crm/embedded/bootstrap.py run|test|lint [arguments]

Standard library only; every step is skipped when what it depends on has not changed.
"""

from __future__ import annotations  # older Pythons must get far enough to say so

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
STAMPS = VAR / "stamps"
LOG = VAR / "log" / "bootstrap.log"
EXACTLY = ("--require-hashes", "--only-binary", ":all:")
OLDEST = (3, 11)
OLDEST_NODE = 18
LOCKS = {"run": "requirements.txt", "test": "requirements-dev.txt", "lint": "requirements-dev.txt"}
SKIPPED = {"node_modules", "var", "locale", "tests", "docs", "build", "benchmarks", "__pycache__"}

if TYPE_CHECKING:
    Word = str | Path


class BootstrapError(Exception):
    """A sentence for the person at the terminal."""


def main(arguments: list[str]) -> int:
    action = arguments[0] if arguments else ""
    if action not in LOCKS:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if sys.version_info < OLDEST:
        return _with_newer_python(arguments)
    os.chdir(str(ROOT))
    # Each of a dozen processes would compile 1 700 modules: 3 s more for every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        prepare(LOCKS[action])
    except BootstrapError as error:
        _end_running()
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _end_running()
        return 130
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if action == "lint":
        return 0
    commands = {"run": ["manage.py", "up"], "test": ["-m", "pytest"]}
    return _become(str(PYTHON), *commands[action], *arguments[1:])


def prepare(lock: str) -> None:
    """Environment, front end, messages and static files, each only if something changed."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    STAMPS.mkdir(parents=True, exist_ok=True)
    node = _node_on_path()
    front_end = _Task(_build_front_end, node) if node else None  # beside the installation
    _install(lock)
    if front_end is None:
        front_end = _Task(_build_front_end, _node_from_wheel())
    _compile_messages()
    front_end.result()
    _collect_static()


# Python packages ------------------------------------------------------------------------------


def _install(lock: str) -> None:
    """Exactly the packages of the lock file, each checked by its hash."""
    wanted = _digest([ROOT / lock], VENV, sys.version)
    stamp = VENV / f".installed-{lock}"
    if PYTHON.exists() and _read(stamp) == wanted:
        return
    if not _works(PYTHON):
        _say("Making the Python environment in .venv ...")
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", "--without-pip", VENV], NO_VENV)
    _say(f"Installing the packages of {lock} ...")
    _install_from(ROOT / lock, NO_PACKAGES)
    stamp.write_text(wanted)


def _install_from(lock: Path, explanation: str) -> None:
    """With uv where possible (several times faster), else with pip; both check the hashes.

    uv knows neither pip's configuration nor, at first, the machine's certificates: where it cannot
    reach the packages, pip may.
    """
    on_path = shutil.which("uv")
    own = VENV / "bin" / "uv"
    if on_path is None and not own.exists():
        _try([*_pip(), "-r", ROOT / "requirements-uv.txt"])
    uv = on_path or own
    if _try([uv, "--version"]):
        install = [uv, "pip", "install", "--python", PYTHON, *EXACTLY]
        if _try([*install, "-r", lock]) or _try([*install, "--system-certs", "-r", lock]):
            return
    _run([*_pip(), "-r", lock], explanation)


def _pip() -> list[Word]:
    """This Python's pip, working on the environment; else one put into the environment."""
    install = ["install", *EXACTLY, "--disable-pip-version-check", "--quiet", "--retries", "2"]
    if _try([sys.executable, "-m", "pip", "--python", PYTHON, "--version"]):
        return [sys.executable, "-m", "pip", "--python", PYTHON, *install]
    if not _try([PYTHON, "-m", "pip", "--version"]):
        _run([PYTHON, "-m", "ensurepip"], NO_VENV)
    return [PYTHON, "-m", "pip", *install]


# Front end ------------------------------------------------------------------------------------


def _build_front_end(node_folder: str) -> None:
    """npm packages as locked, then our own build into static/build/."""
    environment = _environment(path=node_folder)
    manifest = [ROOT / "package.json", ROOT / "package-lock.json"]
    npm = str(Path(node_folder) / "npm")
    packages = _digest(manifest)
    stamp = ROOT / "node_modules" / ".installed"
    if _read(stamp) != packages:
        _say("Installing the front-end packages ...")
        _run([npm, "ci", "--no-audit", "--no-fund"], NO_NPM, environment)
        stamp.write_text(packages)
    built = _digest([*manifest, *_front_end_sources()])
    stamp = STAMPS / "front-end"
    if _read(stamp) != built or not (ROOT / "static" / "build").is_dir():
        _say("Building the front end ...")
        _run([npm, "run", "build"], NO_BUILD, environment)
        stamp.write_text(built)


def _front_end_sources() -> Iterator[Path]:
    """static/ and whatever may name an icon: templates and Python."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
        of_front_end = Path(folder).is_relative_to(ROOT / "static")
        for name in sorted(files):
            if of_front_end or name.endswith((".html", ".py")):
                yield Path(folder) / name


def _node_on_path() -> str | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)", found.stdout)
    return str(Path(node).parent) if match and int(match.group(1)) >= OLDEST_NODE else None


def _node_from_wheel() -> str:
    """Node from the package index, for machines without it."""
    lock = ROOT / "requirements-node.txt"
    stamp = VENV / f".installed-{lock.name}"
    wanted = _digest([lock], VENV)
    if _read(stamp) != wanted or not (VENV / "bin" / "npm").exists():
        _say("Installing Node ...")
        _install_from(lock, NO_NODE)
        stamp.write_text(wanted)
    return str(VENV / "bin")


# Messages and static files --------------------------------------------------------------------


def _compile_messages() -> None:
    stale = [
        path
        for path in sorted((ROOT / "locale").rglob("*.po"))
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    ]
    if stale:
        _say("Compiling the messages ...")
        _run([PYTHON, ROOT / "crm" / "embedded" / "messages.py", *stale], NO_MESSAGES)


def _collect_static() -> None:
    """Into var/static, with hashed names; the settings decide where and how."""
    sources = [path for path in sorted((ROOT / "static").rglob("*")) if path.is_file()]
    wanted = _digest([*sources, ROOT / "requirements.txt", ROOT / "crm/settings/base.py"])
    stamp = STAMPS / "static"
    if _read(stamp) == wanted and (VAR / "static").is_dir():
        return
    _say("Collecting the static files ...")
    command = ["collectstatic", "--no-input", "--clear", "--verbosity", "0"]
    _run([PYTHON, "manage.py", *command], NO_STATIC)
    stamp.write_text(wanted)


# Small things ---------------------------------------------------------------------------------


class _Task(threading.Thread):
    """A step beside the others; ``result`` waits and raises what it raised."""

    def __init__(self, work: Callable[[str], None], argument: str) -> None:
        super().__init__(daemon=True)
        self._work: Callable[[], None] = lambda: work(argument)
        self._error: BootstrapError | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work()
        except BootstrapError as error:
            self._error = error

    def result(self) -> None:
        self.join()
        if self._error:
            raise self._error


def _with_newer_python(arguments: list[str]) -> int:
    """Restart with a newer Python of this machine, or say what is needed."""
    for minor in (13, 12, 11):
        newer = shutil.which(f"python3.{minor}")
        if newer and _try([newer, "-c", ""]):
            return _become(newer, __file__, *arguments)
    found = ".".join(str(part) for part in sys.version_info[:3])
    print(f"Python 3.11 or newer is needed; this is {found}.", file=sys.stderr)
    return 1


def _become(program: str, *arguments: str) -> NoReturn:
    """Replace this process, so that signals reach the program itself."""
    os.execv(program, [program, *arguments])  # noqa: S606  # a Python that we chose


def _run(
    command: Sequence[Word], explanation: str, environment: dict[str, str] | None = None
) -> None:
    """Run a step, its output into the log. Raises BootstrapError with the explanation."""
    code, output = _execute(command, environment)
    if code != 0:
        end = "\n".join(f"  | {line}" for line in output.splitlines()[-12:])
        raise BootstrapError(f"{end}\n{explanation}\nThe whole output is in {LOG}.")


def _try(command: Sequence[Word]) -> bool:
    try:
        return _execute(command)[0] == 0
    except OSError:
        return False


def _execute(command: Sequence[Word], environment: dict[str, str] | None = None) -> tuple[int, str]:
    words = [str(part) for part in command]
    process = subprocess.Popen(
        words,
        env=environment or _environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _running.add(process)
    output = process.communicate()[0].decode(errors="replace")
    _running.discard(process)
    if LOG.parent.is_dir():
        with LOG.open("a") as log:
            log.write(f"$ {' '.join(words)}\n{output}\n")
    return process.returncode, output


def _end_running() -> None:
    """A failed or interrupted preparation takes the steps beside it along."""
    for process in list(_running):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGTERM)


def _environment(path: str | None = None) -> dict[str, str]:
    """Ours, with caches under var/ where the home folder cannot be written."""
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    environment.pop("PYTHONHOME", None)
    if path:
        environment["PATH"] = os.pathsep.join([path, environment.get("PATH", os.defpath)])
    home = environment.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        cache = VAR / "cache"
        environment["HOME"] = str(cache / "home")
        (cache / "home").mkdir(parents=True, exist_ok=True)
        environment.setdefault("UV_CACHE_DIR", str(cache / "uv"))
        environment.setdefault("PIP_CACHE_DIR", str(cache / "pip"))
        environment.setdefault("npm_config_cache", str(cache / "npm"))
    return environment


def _works(python: Path) -> bool:
    return python.exists() and _try(
        [python, "-c", f"import sys; assert sys.version_info >= {OLDEST}"]
    )


def _digest(files: Iterable[Path], *words: object) -> str:
    digest = hashlib.sha256()
    for word in words:
        digest.update(str(word).encode())
    for path in files:
        digest.update(str(path).encode())
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


_began = time.monotonic()
_running: set[subprocess.Popen[bytes]] = set()


def _say(text: str) -> None:
    print(f"{time.monotonic() - _began:6.1f} s  {text}", flush=True)


NO_VENV = (
    "The Python environment could not be made. Debian and Ubuntu keep that part of Python in "
    "packages of their own: apt-get install python3-venv python3-pip"
)
NO_PACKAGES = (
    "The Python packages could not be installed. Is there a network, and is this Python one of "
    "3.11 to 3.13 on 64-bit Linux?"
)
NO_NODE = "Node could not be installed. Is there a network? Or install Node 18 or newer yourself."
NO_NPM = "The front-end packages could not be installed. Is there a network?"
NO_BUILD = "The front end could not be built."
NO_MESSAGES = "The translations could not be compiled."
NO_STATIC = "The static files could not be collected."

if __name__ == "__main__":
    sys.path.pop(0)  # this folder's modules are not top-level names
    sys.exit(main(sys.argv[1:]))
