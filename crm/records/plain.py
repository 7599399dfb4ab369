"""Lists as they are opened, with nothing left out and in their own order: compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model

from crm.common.prepared import Prepared
from crm.records.keyset import COUNT_CAP, CappedCount, Mark, Rows, Sort, capped_count, rows_beyond
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


def _fetch(
    resource: Resource, user: Any, _records: Any, sort: Sort, mark: Mark | None, *variant: Any
) -> Sequence[Any]:
    given = {"value": mark[0], "pk": mark[1]} if mark else {}
    return _ROWS.fetch(user, resource.kind, sort.key, *variant, **given)


def _rows(
    user: Any, kind: str, key: str, descending: bool, most: int, back: bool,
    value: Any = None, pk: int = 0,
) -> Any:  # fmt: skip
    resource = resources[kind]
    sort: Any = resource.sort(key)
    usual = [column for column in resource.columns if column.default]
    shown = resource.listed(resource.model.objects.visible_to(user), user, usual)
    return rows_beyond(shown, sort, (value, pk) if pk else None, descending, most, back)


def _count(user: Any, kind: str) -> Any:
    seen = resources[kind].model.objects.visible_to(user)
    people = get_user_model()._default_manager.filter(pk=user.pk)
    return people.annotate(seen=CappedCount(seen, COUNT_CAP)).values("seen")


_ROWS, _COUNT = Prepared(_rows), Prepared(_count)
