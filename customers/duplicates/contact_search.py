"""The search for contacts entered twice: same e-mail, same phone, or same name at one customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import combinations, groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count
from django.db.models.functions import Lower

from crm.common.names import person_key
from customers.duplicates.models import ContactPair
from customers.duplicates.services import FoundPair, pairs_forget, pairs_store
from customers.models import Affiliation, Contact

AT_ONCE = 2000
# An address or number of more people than this is a department's: it says nothing of a person.
MOST_SHARING = 5
# How sure: by what agrees. Weights are those of a table, not of a model: three signals, few rows.
SURE = {
    frozenset({"email", "phone", "name"}): 0.99,
    frozenset({"email", "name"}): 0.98,
    frozenset({"phone", "name"}): 0.97,
    frozenset({"name"}): 0.9,
    frozenset({"email", "phone"}): 0.85,
    frozenset({"email"}): 0.75,
    frozenset({"phone"}): 0.5,
}
Guard = Callable[[], AbstractContextManager[Any]]


def contact_pairs_find(*, found_at: datetime, guard: Guard) -> int:
    """Write the pairs of contacts that agree, drop those that no longer do. Gives their number.

    Each part is written within ``guard()``; running it again changes nothing.
    """
    agreed: dict[tuple[int, int], set[str]] = {}
    for signal, found in (("email", _sharing("email")), ("phone", _sharing("phone")),
                          ("name", _namesakes())):  # fmt: skip
        for pair in found:
            agreed.setdefault(pair, set()).add(signal)
    stored = 0
    ordered = sorted(agreed)
    for start in range(0, len(ordered), AT_ONCE):
        pairs = _scored(ordered[start : start + AT_ONCE], agreed)
        with guard():
            stored += pairs_store(pairs=pairs, found_at=found_at, model=ContactPair)
    with guard():
        pairs_forget(found_before=found_at, model=ContactPair)
    return stored


def _sharing(field: str) -> Iterator[tuple[int, int]]:
    """Pairs with the same filled value, of values that few have."""
    filled = Contact.objects.alive().exclude(**{field: ""}).order_by()
    groups = filled.values(same=Lower(field)).annotate(ids=ArrayAgg("pk"), n=Count("pk"))
    for ids in groups.filter(n__gt=1, n__lte=MOST_SHARING).values_list("ids", flat=True):
        yield from combinations(sorted(ids), 2)


def _namesakes() -> Iterator[tuple[int, int]]:
    """Pairs at one customer whose names are one when spelt alike."""
    parts = Affiliation.objects.filter(contact__trashed_at=None).order_by("customer")
    rows = parts.values_list("customer", "contact", "contact__name").iterator(AT_ONCE)
    for _customer, people in groupby(rows, key=lambda row: row[0]):
        named: dict[str, list[int]] = {}
        for _same, contact, name in people:
            named.setdefault(person_key(name), []).append(contact)
        for key, ids in named.items():
            if key and 1 < len(ids) <= MOST_SHARING:
                yield from combinations(sorted(set(ids)), 2)


def _scored(
    pairs: Sequence[tuple[int, int]], agreed: dict[tuple[int, int], set[str]]
) -> list[FoundPair]:
    ids = {pk for pair in pairs for pk in pair}
    rows = Contact.objects.filter(pk__in=ids).values("pk", "name", "email", "phone")
    known = {row["pk"]: {**row, "name": person_key(row["name"])} for row in rows}
    return [_pair(known[a], known[b], agreed[a, b]) for a, b in pairs if {a, b} <= known.keys()]


def _pair(one: dict[str, Any], other: dict[str, Any], signals: set[str]) -> FoundPair:
    """With the agreement of every field that both fill."""
    if one["name"] == other["name"]:
        signals = {*signals, "name"}
    evidence = [
        {"field": name, "level": "equal" if name in signals else "unlike", "weight": 0}
        for name in ("name", "phone", "email") if one[name] and other[name]
    ]  # fmt: skip
    return FoundPair(one["pk"], other["pk"], SURE[frozenset(signals)], evidence)
