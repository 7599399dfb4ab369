"""Duplicates in tables from outside: record ids, two files, known pairs to be judged by."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from analytics.duplicate_evidence import columns_taken, exact, groups, judged_by, reasons
from analytics.methods.errors import DataProblem, Notice
from analytics.methods.identifiers import plain_fold
from analytics.methods.linkage import Linkage, accuracy, link, record_column
from analytics.tables import read_table
from crm.common.names import fold, name_parts
from crm.common.siblings import tells_apart

Pair = frozenset[Any]
# Headers of columns with names of companies; an address's numbers say less.
_NAMES = re.compile(
    r"name|company|customer|account|organi[sz]ation|firm|supplier|vendor|store|shop|title"
    r"|公司|名称|企业|单位|客户|供应商|门店",
    re.IGNORECASE,
)


def comparable_text(text: str) -> str:
    """A cell as it is compared: mail addresses as they are, names without their legal form."""
    return plain_fold(text) if "@" in text else name_parts(text).core or fold(text)


def duplicates_in_tables(
    frame: pd.DataFrame,
    *,
    link: str | None = None,
    links: str | None = None,
    ignore: list[str] | None = None,
    threshold: float = 0.5,
    record: str | None = None,
    identity: str | None = None,
    explain: bool = False,
) -> dict[str, Any]:
    """Pairs of rows of ``frame`` (or of it and the file ``link``) that are one entity.

    ``record`` is the column that names the rows; rows with the same value of the column
    ``identity`` are one, which is not compared but judged by.  With ``explain`` pairs of one table
    tell what speaks for and against them (``duplicate_evidence``).

    Returns
    -------
    dict
        ``pairs`` of {a, b, probability} by record id; ``related``, likewise, of those whose names
        give two numbers or places (``crm.common.siblings``) and are no pairs; precision, recall
        and f1 against the file of known pairs ``links`` (None without it); what the model itself
        expects of both.

    Raises
    ------
    DataProblem
        A file cannot be read, a column is missing, ids are not unique.
    """
    other = read_table(link) if link else None
    known = _known_pairs(links) if links else None
    ignored = [*(ignore or ()), *([identity] if identity else [])]
    _require(
        [*ignored, *([record] if record else [])], [frame] if other is None else [frame, other]
    )
    ids = _named(frame, record) if record else _ids(frame, known)
    first = 1 if explain else 0  # people count rows from 1
    if not ids.name:
        ids = ids + first
    other_ids = None if other is None else _ids(other, known)
    left_out = {*ignored, ids.name, *([] if other_ids is None else [other_ids.name])}
    found = _linked(frame, other, left_out, threshold)
    second_ids = ids if other_ids is None else other_ids
    apart = _related(frame, frame if other is None else other, found)
    why = reasons(found, frame) if explain and other is None else [{}] * len(found.pairs)
    told: list[dict[str, Any]] = [
        {"a": _plain(ids.iloc[a]), "b": _plain(second_ids.iloc[b]), "probability": round(p, 6)}
        | one
        for (a, b), p, one in zip(found.pairs, found.probability.tolist(), why, strict=True)
    ]
    pairs = [pair for pair, related in zip(told, apart, strict=True) if not related]
    judged: dict[str, float | None] = {"precision": None, "recall": None, "f1": None}
    notices = [*found.notices, *_unnamed(ids, first)]
    if any(apart):
        notices.append(Notice("related_left_out", {"pairs": sum(apart)}))
    kept = [pair for pair, related in zip(found.pairs, apart, strict=True) if not related]
    if identity and other is None:
        judged = judged_by(frame[identity], kept, found)
    if known is not None:
        judged = _judge(ids, other_ids, kept, known)
        notices += _strangers(known, ids, second_ids)
    return {
        "rows_used": found.rows_used,
        "rows_dropped": found.rows_dropped,
        "compared": found.compared,
        "columns": [column.name for column in found.columns],
        "pairs": pairs,
        "related": [pair for pair, related in zip(told, apart, strict=True) if related],
        **judged,
        "expected_precision": found.expected_precision,
        "expected_recall": found.expected_recall,
        **(_explained(found, kept, ids) if explain and other is None else {}),
        "warnings": [notice.text for notice in notices],
    }


def _explained(found: Linkage, kept: list[tuple[int, int]], ids: pd.Series) -> dict[str, Any]:
    hang_together = groups(kept, ids)
    return {
        "compared_columns": columns_taken(found), "exact": exact(found), "clusters": hang_together,
        "different": found.rows_used - sum(one["size"] - 1 for one in hang_together),
    }  # fmt: skip


def _unnamed(ids: pd.Series, first: int) -> list[Notice]:
    return [] if ids.name else [Notice("no_record_column", {"first": first})]


def _named(frame: pd.DataFrame, record: str) -> pd.Series:
    """The column that somebody says names the rows."""
    doubled = frame[record][frame[record].duplicated() | frame[record].isna()]
    if len(doubled):
        params = {"column": record, "example": _text(doubled.iloc[0])[:40]}
        raise DataProblem("duplicate_record_ids", params)
    return frame[record]


def _linked(
    frame: pd.DataFrame, other: pd.DataFrame | None, left_out: set[Any], threshold: float
) -> Linkage:
    columns = [name for name in frame.columns if name not in left_out]
    if other is not None:
        columns = [name for name in columns if name in other.columns]
        if not columns:
            raise DataProblem("no_common_columns")
        other = other[columns]
    return link(frame[columns], other, columns, threshold=threshold, fold=comparable_text)


def _related(frame: pd.DataFrame, other: pd.DataFrame, found: Linkage) -> list[bool]:
    """For each pair, whether a name in it says that it is two: other branches, other cities."""
    names = [column.name for column in found.columns if _NAMES.search(column.name)]
    texts = [
        (frame[name].map(_text).to_numpy(), other[name].map(_text).to_numpy()) for name in names
    ]
    return [any(tells_apart(one[a], two[b]) for one, two in texts) for a, b in found.pairs]


def _ids(frame: pd.DataFrame, known: pd.DataFrame | None) -> pd.Series:
    """What names each row: the column that the known pairs speak of, else one called so."""
    if known is not None:
        wanted = {*known["a"], *known["b"]}
        for name in frame.columns:
            text = frame[name].map(_text)
            if text.isin(wanted).any() and frame[name].notna().all():
                doubled = text[text.duplicated()]
                if len(doubled) and name == frame.columns[0]:
                    params = {"column": name, "example": doubled.iloc[0][:40]}
                    raise DataProblem("duplicate_record_ids", params)
                if not len(doubled):
                    return frame[name]
    called = record_column(frame)
    return frame[called] if called else pd.Series(range(len(frame)), index=frame.index)


def _known_pairs(file: str) -> pd.DataFrame:
    table = read_table(file)
    if table.shape[1] < 2:
        raise DataProblem("link_columns")
    return pd.DataFrame({"a": table.iloc[:, 0].map(_text), "b": table.iloc[:, 1].map(_text)})


def _judge(
    ids: pd.Series, other_ids: pd.Series | None, pairs: list[tuple[int, int]], known: pd.DataFrame
) -> dict[str, float | None]:
    """Against known pairs in either order; the two tables' ids may be alike."""
    first = ids.map(_text).tolist()
    if other_ids is None:
        found: set[Pair] = {frozenset((first[a], first[b])) for a, b in pairs}
        return accuracy(found, {frozenset(pair) for pair in known.itertuples(index=False)})
    second = other_ids.map(_text).tolist()
    left, right = set(first), set(second)
    across = {
        frozenset((("a", a), ("b", b)) if a in left and b in right else (("a", b), ("b", a)))
        for a, b in known.itertuples(index=False)
    }
    return accuracy({frozenset((("a", first[a]), ("b", second[b]))) for a, b in pairs}, across)


def _strangers(known: pd.DataFrame, ids: pd.Series, other_ids: pd.Series) -> list[Notice]:
    """A caution when known pairs name records that no table holds."""
    here = {*ids.map(_text), *other_ids.map(_text)}
    lost = known[~(known["a"].isin(here) & known["b"].isin(here))]
    if lost.empty:
        return []
    row = lost.iloc[0]
    example = row["a"] if row["a"] not in here else row["b"]
    params = {"pairs": len(lost), "example": example[:40]}
    if len(lost) == len(known):
        raise DataProblem("link_unknown_ids", params)
    return [Notice("link_unknown_ids", params)]


def _require(names: list[str], frames: list[pd.DataFrame]) -> None:
    for name in names:
        if not any(name in frame.columns for frame in frames):
            shown = ", ".join(map(str, frames[0].columns[:20]))
            raise DataProblem("column_missing", {"column": name, "columns": shown})


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if pd.isna(value) else str(value).strip()


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
