"""Why pairs of rows are taken for one, and how good that is where an identity is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.agreement import AKIN, CLOSE, EQUAL, MISSING, UNLIKE
from analytics.methods.errors import DataProblem
from analytics.methods.identifiers import as_text
from analytics.methods.linkage import Linkage, clusters

# Log Bayes factors nearer to 0 than this say little.
SAYS = 0.5
SHOWN_COLUMNS = 3
LONGEST = 120


def reasons(found: Linkage, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """For each pair: what its rows hold, and the columns that speak for and against, the loudest
    first."""
    names = np.array([column.name for column in found.columns], dtype=object)
    shown = frame[list(names[:SHOWN_COLUMNS])]
    first, second = _written(shown.iloc[found.first]), _written(shown.iloc[found.second])
    told = []
    for place, evidence in enumerate(found.evidence):
        order = np.argsort(-np.abs(evidence), kind="stable")
        told.append({
            "first": first[place], "second": second[place],
            "speaks_for": [names[k] for k in order if evidence[k] > SAYS],
            "speaks_against": [names[k] for k in order if evidence[k] < -SAYS],
        })  # fmt: skip
    return told


def _written(rows: pd.DataFrame) -> list[str]:
    columns = [as_text(rows[name]).fillna("").astype(str) for name in rows.columns]
    return [" · ".join(filter(None, cells))[:LONGEST] for cells in zip(*columns, strict=True)]


def columns_taken(found: Linkage) -> list[dict[str, Any]]:
    """What each column was taken as, and how often the pairs agree in it."""
    taken = []
    for place, column in enumerate(found.columns):
        levels = found.levels[:, place]
        count = {level: int((levels == level).sum()) for level in (EQUAL, CLOSE, AKIN, UNLIKE)}
        taken.append({
            "column": column.name, "kind": column.kind, "distinct": len(column.values),
            "equal": count[EQUAL], "close": count[CLOSE] + count[AKIN], "unlike": count[UNLIKE],
            "unknown": int((levels == MISSING).sum()),
        })  # fmt: skip
    return taken


def exact(found: Linkage) -> int:
    """Pairs that are alike in every compared column: leaving out repeated rows finds these."""
    return int(np.isin(found.levels, (EQUAL, MISSING)).all(axis=1).sum())


def groups(pairs: Sequence[tuple[int, int]], ids: pd.Series) -> list[dict[str, Any]]:
    """Rows that hang together by ``pairs``, the largest group first."""
    found = sorted(clusters(list(pairs)), key=lambda rows: (-len(rows), rows))
    written = ids.astype(str).to_numpy()
    return [{"size": len(rows), "records": [written[row] for row in rows]} for rows in found]


def judged_by(
    identity: pd.Series, pairs: Sequence[tuple[int, int]], found: Linkage
) -> dict[str, Any]:
    """Precision, recall and F1 of ``pairs`` against rows of one ``identity`` (n,); and those of
    taking rows for one that are alike in every compared column.

    Raises
    ------
    DataProblem
        No two rows have the same identity.
    """
    who = np.asarray(pd.factorize(identity)[0])
    same = _pairs_within(who[who >= 0])
    if not same:
        raise DataProblem("identity_without_pairs", {"column": str(identity.name)})
    one, other = (np.array([pair[k] for pair in pairs], dtype=np.intp) for k in (0, 1))
    known = (who[one] >= 0) & (who[other] >= 0)
    right = int((who[one] == who[other])[known].sum())
    spelling = np.asarray(
        pd.DataFrame({k: column.codes for k, column in enumerate(found.columns)})
        .groupby(list(range(len(found.columns))), sort=False).ngroup()
    )  # fmt: skip
    named = who >= 0
    both = np.asarray(
        pd.factorize(pd.Series(list(zip(who[named], spelling[named], strict=True))))[0]
    )
    naive = _figures(_pairs_within(both), _pairs_within(spelling[named]), same)
    told = _figures(right, int(known.sum()), same)
    return told | {f"naive_{name}": value for name, value in naive.items()}


def _pairs_within(codes: npt.NDArray[Any]) -> int:
    counts = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    return int((counts.astype(np.int64) * (counts - 1) // 2).sum())


def _figures(right: int, found: int, known: int) -> dict[str, float | None]:
    return {
        "precision": right / found if found else None,
        "recall": right / known if known else None,
        "f1": 2 * right / (found + known) if found + known else None,
    }
