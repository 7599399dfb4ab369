"""Runs on the chance of winning: learn from closed deals, tell of the open ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from analytics.deal_frames import BEFORE, LEARN, NOW
from analytics.generations import Rows
from analytics.models import Run, WinChance
from analytics.score_runs import KEPT
from analytics.scores import plain

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analytics.methods.reasons import Reason
    from analytics.methods.scorer import Scorer
    from analytics.methods.win import WinResult

COLUMNS = ("deal_id", "chance", "before", "level", "reasons")
REASONED_AT_ONCE = 20_000
EVEN = 0.5
# Steps of the calibration may reach 0 and 1; nobody is sure of an open deal.
SUREST = 0.99
# A chance that sank by so much within a week is told.
FALL = 0.1


def fit(run: Run, frame: pd.DataFrame) -> tuple[WinResult, dict[str, Any], Rows]:
    """Learn and judge; gives what was found, the result to store, and the chances to write.

    Where the model is no better than the stage's own rate no deal gets a chance, and older ones
    are taken away.
    """
    from analytics.methods.win import win

    parts = {part: _part(frame, part) for part in (LEARN, NOW, BEFORE)}
    found = win(parts[LEARN], seed=run.seed)
    answer = found.score.to_dict()
    result = {name: answer[name] for name in KEPT}
    result |= {"rivals": found.rivals(), "better": found.better}
    result["deals"] = int(parts[LEARN]["deal"].nunique())
    scorer = found.score.scorer if found.better else None
    now = parts[NOW]
    result["scored"] = len(now) if scorer else 0
    if scorer is None:
        return found, result, Rows(WinChance, COLUMNS, ())
    chances, was = _told(scorer, now, parts[BEFORE])
    result |= _sums(now, chances, was)
    rows = _rows(now, chances, was, _reasons(scorer, now), found.score.base_rate)
    return found, result, Rows(WinChance, COLUMNS, rows)


def told(scorer: Scorer, frame: pd.DataFrame, base_rate: float) -> Rows:
    """The chances of the open deals of ``frame``, which has no closed ones."""
    now, before = _part(frame, NOW), _part(frame, BEFORE)
    chances, was = _told(scorer, now, before)
    return Rows(WinChance, COLUMNS, _rows(now, chances, was, _reasons(scorer, now), base_rate))


def _told(
    scorer: Scorer, now: pd.DataFrame, before: pd.DataFrame
) -> tuple[NDArray[Any], dict[int, float]]:
    """The chance of each row, and by deal that of a week ago."""
    earlier = zip(before["deal"].tolist(), _chances(scorer, before).tolist(), strict=True)
    return _chances(scorer, now), dict(earlier)


def _part(frame: pd.DataFrame, part: str) -> pd.DataFrame:
    return frame[frame["part"] == part].drop(columns="part").reset_index(drop=True)


def _chances(scorer: Scorer, frame: pd.DataFrame) -> NDArray[Any]:
    import numpy as np

    if frame.empty:
        return np.zeros(0)
    chances = scorer.probabilities(scorer.read(frame), np.arange(len(frame)))
    return np.clip(chances, 1 - SUREST, SUREST)


def _sums(now: pd.DataFrame, chances: NDArray[Any], was: dict[int, float]) -> dict[str, Any]:
    """How many are expected to be won, what the open deals are worth by the learned chance and by
    the probability of their stages, and how many chances sank."""
    amounts = now["amount"].to_numpy(dtype=float)
    pairs = zip(now["deal"].tolist(), chances.tolist(), strict=True)
    return {
        "expected": float(chances.sum()),
        "worth": float((amounts * chances).sum()),
        "worth_set": float((amounts * now["set_chance"].to_numpy(dtype=float)).sum()),
        "fell": sum(was.get(pk, 0.0) - chance >= FALL for pk, chance in pairs),
    }


def _reasons(scorer: Scorer, now: pd.DataFrame) -> Iterator[list[Reason]]:
    import numpy as np

    if now.empty:
        return
    features, rows = scorer.read(now), np.arange(len(now))
    for start in range(0, len(rows), REASONED_AT_ONCE):
        yield from scorer.reasons(features, rows[start : start + REASONED_AT_ONCE])


def _rows(
    now: pd.DataFrame,
    chances: NDArray[Any],
    was: dict[int, float],
    reasons: Iterable[list[Reason]],
    base: float,
) -> Iterator[tuple[Any, ...]]:
    for pk, chance, why in zip(now["deal"].tolist(), chances.tolist(), reasons, strict=True):
        before = was.get(pk)
        told = json.dumps([plain(one) for one in why])
        yield pk, round(chance, 4), before and round(before, 4), _level(chance, base), told


def _level(chance: float, base: float) -> int:
    """High: likelier than not and than usual; low: neither."""
    if chance >= max(EVEN, base):
        return WinChance.Level.HIGH
    return WinChance.Level.MEDIUM if chance >= min(EVEN, base) else WinChance.Level.LOW
