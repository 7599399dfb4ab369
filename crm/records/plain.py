"""The rows of lists with their usual columns, by queries that are compiled once.

A list as it is opened, with nothing left out and in its own order, is such a query itself; of any
other the keys are found first, by what is filtered and how it is sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, TextField, Value
from django.db.models.functions import Cast

from crm.common.expressions import IsAny
from crm.common.prepared import Prepared
from crm.records.keyset import (
    COUNT_CAP,
    CappedCount,
    Mark,
    Rows,
    Sort,
    capped_count,
    rows_beyond,
    sorted_rows,
)
from crm.records.resources import Resource, resources


def whole_count(resource: Resource, user: Any) -> tuple[int, bool]:
    """What ``capped_count`` gives of all that the user sees."""
    keys = resource.model.objects.scattered_keys(user)
    if keys is not None:
        return capped_count(keys)
    (row,) = _COUNT.fetch(user, resource.kind)
    return min(row["seen"], COUNT_CAP), row["seen"] <= COUNT_CAP


def plain_rows(resource: Resource, user: Any) -> Rows | None:
    """How ``paginate`` gets the rows of a page, with the columns that the list usually shows."""
    scattered = resource.model.objects.scattered_keys(user) is not None
    return None if scattered else partial(_fetch, resource, user)


def keyed_rows(
    resource: Resource, user: Any, records: Any, sort: Sort, mark: Mark | None, *asked: Any
) -> list[Any]:
    """What ``sorted_rows`` gives of ``records`` that the user sees, as lists show it."""
    keys = sorted_rows(records.values_list("pk", flat=True), sort, mark, *asked)
    if not keys:
        return []
    text = "{" + ",".join(map(str, keys)) + "}"
    found = {record.pk: record for record in _KEYED.fetch(user, resource.kind, keys=text)}
    return [found[key] for key in keys if key in found]


def _fetch(
    resource: Resource, user: Any, _records: Any, sort: Sort, mark: Mark | None, descending: bool,
    most: int, _back: bool,
) -> Sequence[Any]:  # fmt: skip
    given = {"value": mark[0], "pk": mark[1]} if mark else {}
    return _ROWS.fetch(user, resource.kind, sort.key, descending, most, **given)


def _rows(
    user: Any, kind: str, key: str, descending: bool, most: int, value: Any = None, pk: int = 0
) -> Any:
    resource = resources[kind]
    sort: Any = resource.sort(key)
    shown = _usually(resource, resource.model.objects.visible_to(user), user)
    return rows_beyond(shown, sort, (value, pk) if pk else None, descending, most)


def _keyed(user: Any, kind: str, keys: str) -> Any:
    resource = resources[kind]
    given = Cast(Value(keys, output_field=TextField()), ArrayField(BigIntegerField()))
    return _usually(resource, resource.model.objects.alive().filter(IsAny(F("pk"), given)), user)


def _usually(resource: Resource, records: Any, user: Any) -> Any:
    """With what the columns show that stand in a list until others are chosen."""
    return resource.listed(records, user, [c for c in resource.columns if c.default])


def _count(user: Any, kind: str) -> Any:
    seen = resources[kind].model.objects.visible_to(user)
    people = get_user_model()._default_manager.filter(pk=user.pk)
    return people.annotate(seen=CappedCount(seen, COUNT_CAP)).values("seen")


_ROWS, _KEYED, _COUNT = Prepared(_rows), Prepared(_keyed), Prepared(_count)
