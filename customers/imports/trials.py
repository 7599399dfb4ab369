"""What a dry run would have written, so that later rows find the records of earlier ones.

It stands in a temporary file: a million records fit beside a worker that stays small.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any

from customers.imports.copying import ExactEncoder

_ASKED_AT_ONCE = 500
_TABLES = """
    CREATE TABLE record (model TEXT, pk INTEGER, data TEXT, PRIMARY KEY (model, pk)) WITHOUT ROWID;
    CREATE TABLE called (model TEXT, key TEXT, value TEXT, pk INTEGER,
        PRIMARY KEY (model, key, value, pk)) WITHOUT ROWID;
"""


class Shelf:
    """Records by model and id, found by each of their keys."""

    def __init__(self) -> None:
        # "" is a file that the system removes by itself.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        self._lowest = 0

    def new_id(self) -> int:
        """An id that no real record has."""
        self._lowest -= 1
        return self._lowest

    def put(
        self, model: str, records: Iterable[tuple[int, dict[str, str], dict[str, Any]]]
    ) -> None:
        """Keep records: (id, keys, values of fields). Earlier keys of the same record stay."""
        rows, keys = [], []
        for pk, called, values in records:
            rows.append((model, pk, json.dumps(values, cls=ExactEncoder)))
            keys += [(model, key, value, pk) for key, value in called.items() if value]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", rows)
        self._db.executemany("INSERT OR IGNORE INTO called VALUES (?, ?, ?, ?)", keys)
        self._db.execute("COMMIT")

    def ids(
        self, model: str, key: str, values: Collection[str], most: int | None = None
    ) -> set[int]:
        """The records that have one of the values; ``most`` of each."""
        found: set[int] = set()
        for part in _parts(values):
            marks = ",".join("?" * len(part))
            query = (
                "SELECT pk FROM (SELECT pk, row_number() OVER (PARTITION BY value) AS place"  # noqa: S608  # marks only
                f" FROM called WHERE model=? AND key=? AND value IN ({marks}))"
                " WHERE place <= coalesce(?, place)"
            )
            found.update(pk for (pk,) in self._db.execute(query, (model, key, *part, most)))
        return found

    def values(self, model: str, pks: Collection[int]) -> dict[int, dict[str, Any]]:
        """The kept values by id."""
        found: dict[int, dict[str, Any]] = {}
        for part in _parts(pks):
            marks = ",".join("?" * len(part))
            query = f"SELECT pk, data FROM record WHERE model=? AND pk IN ({marks})"  # noqa: S608  # marks only
            found.update(
                (pk, json.loads(data)) for pk, data in self._db.execute(query, (model, *part))
            )
        return found

    def close(self) -> None:
        self._db.close()


def _parts(values: Collection[Any]) -> Iterable[list[Any]]:
    listed = list(values)
    for start in range(0, len(listed), _ASKED_AT_ONCE):
        yield listed[start : start + _ASKED_AT_ONCE]
