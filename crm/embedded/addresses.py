"""Where the embedded servers listen: known before they start, from the state folder alone.

Because the addresses are a function of the folder, every command line in a second terminal finds
the servers that `manage.py up` started.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

DATABASE = "crm"
SUPERUSER = "crm"
MAX_PATH_BYTES = 100  # a socket's path may have 107; PostgreSQL adds ".s.PGSQL.5432"


class UnsafeFolderError(Exception):
    """The folder for the sockets belongs to somebody else."""


def socket_folder(state: Path) -> Path:
    """A short folder for the sockets of the servers whose data are in ``state``."""
    digest = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]
    name = f"crm-{os.geteuid()}-{digest}"
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):  # noqa: S108  # checked for owner and mode before use
        if not base or not os.access(base, os.W_OK):
            continue
        folder = Path(base) / name
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") <= MAX_PATH_BYTES:
            return folder
    return Path("/tmp") / name  # noqa: S108  # as above


def database_url(state: Path, name: str = DATABASE) -> str:
    return f"postgresql://{SUPERUSER}@/{name}?host={quote(str(socket_folder(state)), safe='/')}"


def redis_url(state: Path, db: int = 0) -> str:
    return f"unix://{redis_socket(state)}?db={db}"


def redis_socket(state: Path) -> Path:
    return socket_folder(state) / "valkey.sock"


def make_private(folder: Path) -> Path:
    """Create ``folder`` for us alone; refuse one that another user prepared.

    Raises UnsafeFolderError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), 65534}:
        raise UnsafeFolderError(f"{folder} belongs to another user; remove it and start again.")
    folder.chmod(0o700)
    return folder
