"""One search over all kinds of records: the shape in which each app answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, CharField, DateTimeField, Func, Q, Value
from django.db.models.functions import Cast, Lower

# Of so many that match, the best are shown: a word that is everywhere is not sorted through.
SEARCH_PROBE = 1000


@dataclass(frozen=True)
class SearchQuery:
    """What was typed: a ``tsquery`` of its tokens, its text in lower case, and how many records
    of a kind are wanted; ``number`` where it is the number of a record."""

    tokens: str
    text: str
    limit: int
    number: int | None = None


def search_values(
    records: Any, key: str, query: SearchQuery, *,
    newest: str, label: Any, hint: Any = None, extra: Any = None, also: Q | None = None,
) -> Any:  # fmt: skip
    """Shape a kind's records for the search's UNION: names that begin as typed, then the newest.

    ``label`` and ``hint`` are what a result says, ``extra`` is for the provider's ``describe``;
    ``also`` finds records that the tokens do not. The matches are collected before they are
    sorted: the planner cannot tell a rare word from a common one and would read the whole table
    in order to find the few rows of a rare one.
    """
    matches = Q(search__tokens=query.tokens)
    found = records.filter(matches | also if also else matches).order_by()
    blank = Value("")
    return (
        records.model._default_manager.filter(pk__in=found.values("pk")[:SEARCH_PROBE])
        .annotate(
            found_kind=Value(key, CharField()),
            found_at=Cast(newest, DateTimeField()),
            found_label=Cast(label, CharField()),
            found_hint=Cast(blank if hint is None else hint, CharField()),
            found_extra=Cast(blank if extra is None else extra, CharField()),
        )
        .annotate(
            found_begins=Func(
                Lower("found_label"), Value(query.text),
                function="starts_with", output_field=BooleanField(),
            )
        )
        .order_by("-found_begins", "-found_at", "-pk")
        .values(
            "found_kind", "pk", "found_at", "found_label", "found_hint", "found_extra",
            "found_begins",
        )[: query.limit]
    )  # fmt: skip
