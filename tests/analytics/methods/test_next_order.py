"""The day of the next order: by what the data show, judged on later days, unknown when it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.methods.next_order import kaplan_meier
from analytics.methods.value import value

START = pd.Timestamp("2025-01-01")


def orders(pause: object, customers: int = 150, days: int = 700) -> pd.DataFrame:
    """Each customer orders after pauses that ``pause(rng)`` gives for one customer at a time."""
    rng = np.random.default_rng(4)
    rows = []
    for customer in range(customers):
        draw = pause(rng)  # type: ignore[operator]  # a function of the test
        day = rng.uniform(0, 120)
        while day < days:
            rows.append((customer, START + pd.Timedelta(days=int(day))))
            day += draw()
    return pd.DataFrame(rows, columns=["customer", "date"])


def test_it_follows_the_own_rhythm_where_customers_have_one() -> None:
    def steady(rng: np.random.Generator) -> object:
        usual = rng.uniform(15, 90)
        return lambda: max(rng.normal(usual, usual / 8), 1.0)

    found = value(orders(steady), customer="customer", date="date")
    assert found.next_order is not None
    assert found.next_order.chosen == "own_rhythm"
    own, usual = found.next_order.models[1], found.next_order.models[2]
    assert own.error < usual.error / 2
    assert own.coverage80 is not None
    assert own.coverage80 == pytest.approx(0.8, abs=0.12)
    known = found.table.dropna(subset=["next"])
    assert len(known) > 0.8 * len(found.table)
    assert (known["next_lo"] <= known["next"]).all()
    assert (known["next"] <= known["next_hi"]).all()


def test_it_says_unknown_of_customers_who_stopped_long_ago() -> None:
    def steady(rng: np.random.Generator) -> object:
        left = [rng.integers(4, 9)] if rng.random() < 0.4 else [10_000]
        usual = rng.uniform(12, 45)

        def draw() -> float:
            left[0] -= 1
            return max(rng.normal(usual, 3), 1.0) if left[0] > 0 else 10_000.0

        return draw

    found = value(orders(steady, 300), customer="customer", date="date")
    gone = found.table[found.table["last"] > 200]
    assert len(gone) > 50
    assert gone["next"].isna().all()
    here = found.table[found.table["last"] < 12]
    assert here["next"].notna().mean() > 0.9


def test_it_counts_days_from_the_last_day_of_observation() -> None:
    frame = orders(lambda rng: lambda: max(rng.normal(30, 3), 1.0))
    later = frame["date"].max() + pd.Timedelta(days=5)
    found = value(frame, customer="customer", date="date", until=later)
    assert found.until == later
    assert found.table["last"].min() >= 5


def test_it_estimates_how_long_things_last_with_some_not_ended() -> None:
    """Kaplan and Meier by hand: 1, 2+, 3, 4+ gives 3/4, then 3/8."""
    times, left = kaplan_meier(np.array([1.0, 2, 3, 4]), np.array([True, False, True, False]))
    assert times.tolist() == [1, 3]
    assert left.tolist() == pytest.approx([3 / 4, 3 / 8])
