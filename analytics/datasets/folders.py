"""The newest file of a folder that the operator opened to datasets (``DATASET_FOLDER``).

Every folder on the way is opened by its handle and never through a link, so that nothing outside
the root is reached, whatever is put there in the meantime.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError

CHUNK = 1 << 20
MOST_ENTRIES = 10_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Taken:
    """A file that was copied: its name, the mark by which a change is known, size and digest.

    Nothing was copied, and ``digest`` is empty, where the mark is the known one.
    """

    name: str
    mark: str
    size: int
    digest: str


def read_place(text: str) -> tuple[list[str], str]:
    """The folders below the root and the pattern of ``erp/sales-*.csv``.

    Raises
    ------
    RefusedError
        No folder was opened, or the place leads out of it.
    """
    if not settings.DATASET_FOLDER:
        raise RefusedError(_("The operator has opened no folder to datasets (DATASET_FOLDER)."))
    place = text.strip()
    parts = place.split("/")
    odd = "\\" in place or any(ord(mark) < 32 for mark in place) or len(place) > 200
    if odd or not all(parts) or any(part in {".", ".."} or part.startswith("~") for part in parts):
        raise RefusedError(_("Write a place below the opened folder, such as erp/sales-*.csv."))
    if any(mark in part for part in parts[:-1] for mark in "*?["):
        raise RefusedError(_("Only the file's name may hold * or ?."))
    return parts[:-1], parts[-1]


def take_newest(place: str, into: IO[bytes], *, most_bytes: int, known: str = "") -> Taken:
    """Copy the newest file that matches, unless its mark is ``known``.

    Raises
    ------
    RefusedError
        No such folder or file, a file too large, or one that is being written.
    """
    folders, pattern = read_place(place)
    try:
        with _opened(folders) as folder:
            name = _newest(folder, pattern)
            handle = os.open(name, _FILE, dir_fd=folder)
            with os.fdopen(handle, "rb") as stream:
                return _copied(stream, name, into, most_bytes, known)
    except OSError as error:
        raise RefusedError(
            _("The folder of %(place)s cannot be read.") % {"place": place}
        ) from error


@contextmanager
def _opened(folders: list[str]) -> Iterator[int]:
    handle = os.open(Path(settings.DATASET_FOLDER).resolve(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in folders:
            inner = os.open(name, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _newest(folder: int, pattern: str) -> str:
    found: list[tuple[int, str]] = []
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number > MOST_ENTRIES:
                raise RefusedError(_("The folder holds too many files."))
            plain = entry.is_file(follow_symlinks=False)
            if plain and not entry.name.startswith(".") and fnmatchcase(entry.name, pattern):
                found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    if not found:
        raise RefusedError(_("No file of the folder matches %(pattern)s.") % {"pattern": pattern})
    return max(found)[1]


def _copied(stream: IO[bytes], name: str, into: IO[bytes], most_bytes: int, known: str) -> Taken:
    before = os.fstat(stream.fileno())
    if not stat.S_ISREG(before.st_mode):
        raise RefusedError(_("%(name)s is not a plain file.") % {"name": name})
    mark = f"{name}|{before.st_size}|{before.st_mtime_ns}"
    if mark == known:
        return Taken(name, mark, before.st_size, "")
    if before.st_size > most_bytes:
        limit = most_bytes // 1024**2
        raise RefusedError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
        into.write(chunk)
        if size > most_bytes:
            break
    after = os.fstat(stream.fileno())
    if (after.st_size, after.st_mtime_ns, size) != (
        before.st_size, before.st_mtime_ns, before.st_size,
    ):  # fmt: skip
        raise RefusedError(_("%(name)s is being written; it is read next time.") % {"name": name})
    return Taken(name, mark, size, digest.hexdigest())
