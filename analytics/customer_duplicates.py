"""The search for duplicates among the CRM's own customers: load, link, store."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from analytics import frames
from analytics.frames import IDENTITY_COLUMNS, Scope
from crm.common.siblings import tells_apart
from customers.duplicates.contact_search import contact_pairs_find
from customers.duplicates.models import DuplicatePair
from customers.duplicates.services import (
    FoundPair,
    name_keys_refresh,
    pairs_forget,
    pairs_store,
)

if TYPE_CHECKING:
    from analytics.methods.linkage import Linkage
    from crm.jobs.context import JobContext

AT_ONCE = 2000
LEVEL_NAMES = ("unlike", "akin", "close", "equal")


def find_duplicates(job: JobContext | None = None) -> dict[str, Any]:
    """Score all customers, write the pairs, drop those that are gone. Safe to run again.

    Returns
    -------
    dict
        rows (customers), compared, pairs, related (pairs whose names say that they are two),
        forgotten, keys (names put right), contact_pairs, seconds, problem (why there was nothing to
        do for customers, or "").
    """
    from analytics.methods.errors import DataProblem
    from analytics.methods.linkage import link

    started = time.monotonic()
    found_at = parse_datetime(job.checkpoint.get("found_at", "")) if job else None
    found_at = found_at or timezone.now()
    if job:
        job.set_checkpoint({"found_at": found_at.isoformat()})
        job.progress(0, 4, _("Reading the customers"))
    frame = frames.customer_identities(Scope())
    keys = _refresh_keys(frame, job)
    if job:
        job.progress(1, 4, _("Comparing"))
    answer: dict[str, Any] = {"rows": len(frame), "keys": keys, "pairs": 0, "problem": ""}
    try:
        found = link(frame, columns=IDENTITY_COLUMNS, fold=_as_it_is)
    except DataProblem as problem:
        answer["problem"] = str(problem)
    else:
        answer["compared"] = found.compared
        answer["expected_precision"] = found.expected_precision
        one = _same(frame["raw"].fillna("").tolist(), found)
        answer["related"] = len(found.pairs) - len(one)
        answer["pairs"] = _store(frame["customer"].tolist(), found, one, found_at, job)
    with _guard(job):
        answer["forgotten"] = pairs_forget(found_before=found_at)
    if job:
        job.progress(3, 4, _("Comparing the contacts"))
    answer["contact_pairs"] = contact_pairs_find(found_at=found_at, guard=lambda: _guard(job))
    return {**answer, "seconds": round(time.monotonic() - started, 1)}


def stored_pairs() -> dict[str, Any]:
    """Find them anew, and give the open pairs as the command line shows them."""
    found = find_duplicates()
    pairs = DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN).order_by("-probability")
    return {
        "rows_used": found["rows"],
        "rows_dropped": 0,
        "warnings": [found["problem"]] if found["problem"] else [],
        "compared": found.get("compared", 0),
        "pairs": [
            {"a": a, "b": b, "probability": probability}
            for a, b, probability in pairs.values_list("first", "second", "probability")
        ],
        "precision": None,
        "recall": None,
        "f1": None,
    }


def _as_it_is(text: str) -> str:
    """The frame holds the texts as they are compared."""
    return text


def _refresh_keys(frame: Any, job: JobContext | None) -> int:
    stale = frame[frame["key"].fillna("") != frame["name"].fillna("").str.replace(" ", "")]
    rows = [(pk, raw, key or "") for pk, raw, key in stale[["customer", "raw", "key"]].to_numpy()]
    done = 0
    for start in range(0, len(rows), AT_ONCE):
        with _guard(job):
            done += name_keys_refresh(names=rows[start : start + AT_ONCE])
    return done


def _same(names: list[str], found: Linkage) -> list[int]:
    """The pairs whose names do not say that they are two, such as other branches."""
    return [k for k, (a, b) in enumerate(found.pairs) if not tells_apart(names[a], names[b])]


def _store(
    customers: list[int], found: Linkage, chosen: list[int], found_at: Any, job: JobContext | None
) -> int:
    names = [column.name for column in found.columns]
    stored = 0
    for start in range(0, len(chosen), AT_ONCE):
        part = chosen[start : start + AT_ONCE]
        pairs = [
            FoundPair(
                customers[found.first[i]], customers[found.second[i]], float(found.probability[i]),
                _evidence(names, found, i),
            )
            for i in part
        ]  # fmt: skip
        with _guard(job):
            stored += pairs_store(pairs=pairs, found_at=found_at)
            if job:
                job.progress(2, 4, _("Writing"))
    return stored


def _evidence(names: list[str], found: Linkage, row: int) -> list[dict[str, Any]]:
    """Why: the fields that both fill, with how far they agree and how much that weighs."""
    return [
        {
            "field": name, "level": LEVEL_NAMES[found.levels[row, place]],
            "weight": round(float(found.evidence[row, place]), 2),
        }
        for place, name in enumerate(names) if found.levels[row, place] >= 0
    ]  # fmt: skip


def _guard(job: JobContext | None) -> AbstractContextManager[None]:
    return job.guard() if job else nullcontext()
