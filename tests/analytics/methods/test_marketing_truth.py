"""Planted truth, found at the rate that is claimed; nothing where nothing is planted.

The demo company's market is drawn so that every effect lies within its interval; here the noise is
as it comes, so that coverage can be measured.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.methods.compare import welch
from analytics.methods.proportions import difference_of_shares
from analytics.methods.regression import regress
from analytics.methods.sample_size import size_for_shares
from crm.home.demo.campaigns import _NOISE, EFFECTS, WEEKS, _draw_market
from marketing.experiments.drawing import draw_arms

MONDAY = date(2024, 9, 30)
MARKETS = 12
FORMULA = "revenue ~ " + " + ".join(EFFECTS)


def market(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    drawn = _draw_market(MONDAY, rng)
    return pd.DataFrame(
        {
            "week": pd.to_datetime(drawn.weeks),
            "revenue": drawn.signal + rng.normal(0, _NOISE, WEEKS),
            **drawn.spend,
            "competitor": drawn.rival,
            "spring": drawn.design[:, -2],
        }
    )


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    """Every adjusted effect of every market, beside the planted one."""
    rows = []
    for seed in range(MARKETS):
        frame = market(seed)
        found = regress(
            frame, FORMULA, robust="HAC", date="week", controls=("competitor", "spring")
        )
        rows += [
            (one.name, EFFECTS[one.name], one.unadjusted, one.lo, one.hi) for one in found.adjusted
        ]
    return pd.DataFrame(rows, columns=["channel", "planted", "plain", "lo", "hi"])


def test_its_intervals_hold_the_planted_effects_about_as_often_as_they_say(
    effects: pd.DataFrame,
) -> None:
    held = effects["planted"].between(effects["lo"], effects["hi"])
    assert len(effects) == MARKETS * len(EFFECTS)
    # 160 markets hold .946; the effects of one market go together, so that 12 may stray.
    assert 0.85 <= held.mean() <= 0.99


def test_it_finds_no_effect_of_the_channel_that_has_none(effects: pd.DataFrame) -> None:
    """Search follows the season: plain regression credits it in every market."""
    search = effects[effects["channel"] == "search"]
    assert (search["plain"] > 3).all()
    # 5 % of 12 is less than 1.
    assert ((search["lo"] > 0) | (search["hi"] < 0)).sum() <= 3


def test_it_finds_the_channels_that_have_one(effects: pd.DataFrame) -> None:
    strong = effects[effects["channel"].isin(["tv", "social"])]
    assert (strong["lo"] > 0).mean() > 0.9


DRAWS = 500
PEOPLE = 200


@pytest.mark.parametrize("test", [difference_of_shares, welch])
def test_it_finds_a_difference_between_equal_arms_as_rarely_as_it_says(test: Any) -> None:
    """A/A: the outcomes are fixed, only the draw differs; 5 % of 500 draws are 25."""
    rng = np.random.default_rng(11)
    shares = (rng.random(PEOPLE) < 0.3).astype(float)
    outcome = shares if test is difference_of_shares else rng.gamma(0.8, 900, PEOPLE)
    members = [(pk, pk % 4) for pk in range(PEOPLE)]
    false = 0
    for seed in range(DRAWS):
        drawn = draw_arms(members, {"control": 0.5, "a": 0.5}, seed)
        treated = np.array([drawn[pk] == "a" for pk in range(PEOPLE)])
        false += test(outcome[~treated], outcome[treated])[3] < 0.05
    assert 10 <= false <= 45


def test_it_finds_a_planted_difference_about_as_often_as_planned() -> None:
    """Power 80 %: 10 % against 20 % needs 197 in each arm."""
    size = size_for_shares(0.1, 0.1).per_arm
    assert size == 197
    rng = np.random.default_rng(5)
    found = sum(
        difference_of_shares(*((rng.random(size) < share).astype(float) for share in (0.1, 0.2)))[3]
        < 0.05
        for _trial in range(400)
    )
    assert 0.73 <= found / 400 <= 0.88
