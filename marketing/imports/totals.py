"""What a report's rows come to by campaign, platform and day.

A report may have a row per ad, anywhere in the file. Its rows are summed before the first is
stored, so that a second import gives the same sums; they stand in a temporary file.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

MICRO = 1_000_000
HUNDRED = 100
_AT_ONCE = 2_000
_TABLES = """
    CREATE TABLE spent (name INTEGER, channel TEXT, day INTEGER, currency TEXT, micros INTEGER,
        impressions INTEGER, clicks INTEGER, conversions INTEGER,
        PRIMARY KEY (name, channel, day, currency)) WITHOUT ROWID;
    CREATE TABLE done (place TEXT PRIMARY KEY, outcome TEXT) WITHOUT ROWID;
"""
_ADD = """
    INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (name, channel, day, currency) DO UPDATE SET micros = micros + excluded.micros,
        impressions = coalesce(impressions + excluded.impressions, impressions,
            excluded.impressions),
        clicks = coalesce(clicks + excluded.clicks, clicks, excluded.clicks),
        conversions = coalesce(conversions + excluded.conversions, conversions,
            excluded.conversions)
"""


@dataclass(frozen=True)
class Portion:
    """What one currency's rows come to: amount in micros, conversions in hundredths.

    A count that no row tells is None.
    """

    currency: str
    micros: int
    impressions: int | None
    clicks: int | None
    conversions: int | None

    @property
    def amount(self) -> Decimal:
        return Decimal(self.micros) / MICRO


class Totals:
    """Sums by (name, channel, day, currency); ``name`` is a number that the caller gives."""

    def __init__(self) -> None:
        # "" is a file that the system removes by itself.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._db.close)  # importers end without a word
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        self._waiting: list[tuple[object, ...]] = []

    def add(self, name: int, channel: str, days: Sequence[date], portion: Portion) -> None:
        """Lay a row's figures over its days, to the cent and the click."""
        for on, part in zip(days, laid_over(portion, len(days)), strict=True):
            self._waiting.append(
                (name, channel, on.toordinal(), part.currency, part.micros, part.impressions,
                 part.clicks, part.conversions)
            )  # fmt: skip
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def of(self, names: Iterable[int], channel: str, on: date) -> list[Portion]:
        """What the names come to on a day, by currency."""
        self._flush()
        wanted = list(names)
        marks = ",".join("?" * len(wanted))
        rows = self._db.execute(
            "SELECT currency, sum(micros), sum(impressions), sum(clicks), sum(conversions)"  # noqa: S608  # marks only
            f" FROM spent WHERE name IN ({marks}) AND channel = ? AND day = ? GROUP BY currency",
            (*wanted, channel, on.toordinal()),
        )
        return [Portion(*row) for row in rows]

    def span(self, names: Iterable[int]) -> tuple[date, date]:
        """The first and the last day of the names."""
        self._flush()
        wanted = list(names)
        marks = ",".join("?" * len(wanted))
        first, last = self._db.execute(
            f"SELECT min(day), max(day) FROM spent WHERE name IN ({marks})",  # noqa: S608  # marks only
            wanted,
        ).fetchone()
        return date.fromordinal(first), date.fromordinal(last)

    def outcome(self, place: str) -> str:
        """What became of a record that an earlier row stood for; "" when none did."""
        found = self._db.execute("SELECT outcome FROM done WHERE place = ?", (place,)).fetchone()
        return found[0] if found else ""

    def note(self, place: str, outcome: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO done VALUES (?, ?)", (place, outcome))

    def _flush(self) -> None:
        if self._waiting:
            self._db.execute("BEGIN")
            self._db.executemany(_ADD, self._waiting)
            self._db.execute("COMMIT")
            self._waiting = []


def laid_over(portion: Portion, days: int) -> list[Portion]:
    """The figures in equal parts, the first ones larger by a cent or a click as it must be."""
    if days == 1:
        return [portion]
    cents = round(portion.amount * HUNDRED)
    columns = [
        _parts(cents, days),
        *(_parts(n, days) for n in (portion.impressions, portion.clicks, portion.conversions)),
    ]
    return [
        Portion(portion.currency, cents * (MICRO // HUNDRED), *counts)
        for cents, *counts in zip(*columns, strict=True)
    ]


def _parts(whole: int | None, n: int) -> list[Any]:
    if whole is None:
        return [None] * n
    each, left = divmod(whole, n)
    return [each + (place < left) for place in range(n)]
