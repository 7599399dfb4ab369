"""The file beside the database that says who was erased: no backup of the database takes it back.

One line of JSON per erasure: ids, the age of the records, counts; no value of anybody.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from customers.models import Erasure


@dataclass(frozen=True)
class Entry:
    """One erasure, as a line of the file says it."""

    id: str
    subjects: dict[str, dict[str, str]]
    erased_at: str
    request: int | None = None
    erased_by: int | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, erasure: Erasure) -> Entry:
        return cls(
            str(erasure.pk), erasure.subjects, erasure.erased_at.isoformat(),
            erasure.request_id, erasure.erased_by_id, erasure.counts,
        )  # fmt: skip


def append(erasure: Erasure) -> None:
    """Write an erasure down; a second time does nothing. The line is on the disk afterwards."""
    path = Path(settings.ERASURE_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        if any(str(erasure.pk) in line for line in stream):
            return
        stream.write(json.dumps(asdict(Entry.of(erasure))) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read(path: Path) -> list[Entry]:
    """The entries of a ledger file, oldest first.

    Raises
    ------
    ValueError
        A line is none of ours; the message names it.
    """
    entries = []
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                entries.append(_entry(line, number))
    return entries


def _entry(line: str, number: int) -> Entry:
    try:
        values: dict[str, Any] = json.loads(line)
        return Entry(**values)
    except (ValueError, TypeError) as broken:
        raise ValueError(f"Line {number} of the ledger cannot be read.") from broken
