"""A score of deals must beat what their stage alone says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import InsufficientData
from analytics.methods.win import win


def synthetic(rows: int, by: str) -> pd.DataFrame:
    """Deals that are won by their stage alone, or by their contacts too."""
    rng = np.random.default_rng(11)
    stage = rng.integers(0, 3, rows)
    talks = rng.poisson(3, rows)
    odds = 1.2 * (stage - 1) + (0.9 * (talks - 3) if by == "talks" else 0)
    won = rng.random(rows) < 1 / (1 + np.exp(-odds))
    return pd.DataFrame(
        {
            "deal": np.arange(rows), "day": np.arange(rows), "stage": [f"s{n}" for n in stage],
            "set_chance": 0.5, "talks": talks, "noise": rng.normal(size=rows),
            "event": np.where(won, "won", "lost"),
        }
    )  # fmt: skip


def test_it_must_beat_the_rate_of_the_stage() -> None:
    """A model that only knows the stage ranks better than chance, and yet is not used."""
    by_stage = win(synthetic(900, "stage"))
    assert by_stage.score.signal
    assert not by_stage.better
    by_talks = win(synthetic(900, "talks"))
    assert by_talks.better
    assert by_talks.gain_lo > 0
    assert by_talks.set_rate == pytest.approx(np.log(2))


def test_it_counts_deals_not_looks_at_them() -> None:
    frame = synthetic(900, "talks")
    frame["deal"] = frame["deal"] % 60
    with pytest.raises(InsufficientData) as refused:
        win(frame)
    assert refused.value.code == "forty_deals_of_each"
