"""Groups by several sets of keys from one reading of the rows, which Django's ORM lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections
from django.db.models import Aggregate, IntegerField
from django.db.models.sql.compiler import SQLCompiler

Keys = tuple[str, ...]


class _Left(Aggregate):
    """A bit for each key, the first one highest: set where the row's set leaves the key out."""

    function = "GROUPING"
    output_field = IntegerField()


class _Compiler(SQLCompiler):
    sets: Sequence[Sequence[int]] = ()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        sql, params = super().as_sql(*args, **kwargs)
        head, _by = sql.rsplit(" GROUP BY ", 1)
        sets = ", ".join(f"({', '.join(map(str, places))})" for places in self.sets)
        return f"{head} GROUP BY GROUPING SETS ({sets})", params


def grouping_sets(groups: Any, keys: Keys, *sets: Keys) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Each row with the set it belongs to; keys that the set leaves out are None in it.

    ``groups`` is ``values(*keys).annotate(…)`` without an order. The set () is all together: one
    row, also when nothing is counted.
    """
    query = groups.annotate(_left=_Left(*keys)).query
    names = list(query.selected)
    compiler = _Compiler(query, connections[groups.db], groups.db)
    compiler.sets = [[names.index(key) + 1 for key in one] for one in sets]
    by_bits = {_bits(keys, one): one for one in sets}
    for values in compiler.results_iter():
        row = dict(zip(names, values, strict=True))
        yield by_bits[row.pop("_left")], row


def _bits(keys: Keys, kept: Keys) -> int:
    return sum(1 << place for place, key in enumerate(reversed(keys)) if key not in kept)
