"""Association rules: counted by hand, three ways to one result, and nothing found in noise."""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from analytics.methods import itemsets
from analytics.methods.baskets import Baskets, read_baskets
from analytics.methods.errors import DataProblem
from analytics.methods.itemsets import Itemsets
from analytics.methods.many_tests import false_discovery
from analytics.methods.rule_chance import upper_tail
from analytics.methods.rules import ALGORITHMS, rules


def shop(baskets: int, items: int = 40, *, seed: int = 0) -> pd.DataFrame:
    """Orders of unequal size in which 0 brings 1, and 2 with 3 bring 4."""
    rng = np.random.default_rng(seed)
    popular = 1 / np.arange(1, items + 1)
    rows = []
    for b in range(baskets):
        size = int(rng.geometric(0.25))
        bought = set(
            (5 + rng.choice(items - 5, min(size, 20), p=popular[5:] / popular[5:].sum())).tolist()
        )
        bought |= {k for k in range(5) if rng.random() < 0.08}
        bought |= {1} if 0 in bought and rng.random() < 0.7 else set()
        if rng.random() < 0.08:
            bought |= {2, 3} | ({4} if rng.random() < 0.8 else set())
        rows += [(b, f"P{item}", b % 61) for item in bought]
    return pd.DataFrame(rows, columns=["order", "item", "customer"])


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return shop(1500)


def by_hand(baskets: Baskets, least: int) -> Itemsets:
    """Count every subset of every basket."""
    counts: Itemsets = {}
    for b in range(len(baskets)):
        items = sorted(baskets.items[baskets.starts[b] : baskets.starts[b + 1]].tolist())
        for size in range(1, len(items) + 1):
            for one in combinations(items, size):
                counts[one] = counts.get(one, 0) + 1
    return {one: count for one, count in counts.items() if count >= least}


@pytest.mark.parametrize("find", ALGORITHMS.values(), ids=list(ALGORITHMS))
def test_it_counts_what_stands_together(find: Callable[[Baskets, int], Itemsets]) -> None:
    rng = np.random.default_rng(1)
    rows = [(b, i) for b in range(150) for i in range(9) if rng.random() < 0.35]
    baskets = read_baskets(pd.DataFrame(rows, columns=["b", "i"]), "b", "i").baskets
    for least in (1, 5, 20, 70):
        assert find(baskets, least) == by_hand(baskets, least)


def test_it_finds_the_same_three_ways(orders: pd.DataFrame) -> None:
    found = [
        rules(
            orders, basket="order", item="item", support="0.004", confidence="0.3", algorithm=name
        )
        for name in ALGORITHMS
    ]
    assert found[0].itemsets == found[1].itemsets == found[2].itemsets
    assert found[0].rules == found[1].rules == found[2].rules
    assert len(found[0].itemsets) > 300


def names(found) -> set[tuple[tuple[str, ...], str]]:
    return {
        (tuple(sorted(found.labels[item] for item in rule.lhs)), found.labels[rule.rhs])
        for rule in found.significant
    }


def test_it_finds_planted_rules_and_leaves_out_what_adds_nothing(orders: pd.DataFrame) -> None:
    found = rules(orders, basket="order", item="item", support="0.01", confidence="0.5")
    assert (("P0",), "P1") in names(found)
    assert (("P2", "P3"), "P4") in names(found)
    assert len(names(found)) <= 12
    assert found.redundant > 0
    everything = rules(
        orders, basket="order", item="item", support="0.01", confidence="0.5", keep_redundant=True
    )
    assert len(everything.rules) == len(found.rules) + found.redundant


def test_it_finds_nothing_in_shuffled_orders() -> None:
    false = 0
    for seed in range(5):
        frame = shop(1200, seed=seed)
        rng = np.random.default_rng(seed)
        frame["item"] = rng.permutation(frame["item"].to_numpy())
        found = rules(frame, basket="order", item="item", support="0.005", confidence="0.1")
        assert len(found.rules) > 20
        false += len(found.significant) > 0
    assert false <= 1


def test_it_finds_nothing_where_popular_items_fill_many_small_orders() -> None:
    """Each order draws 8 different ones of 40 items, of which some are far more popular."""
    rng = np.random.default_rng(3)
    orders, items, size = 60_000, 40, 8
    luck = rng.gumbel(size=(orders, items)) - np.log(np.arange(1, items + 1))
    drawn = np.argpartition(-luck, size, axis=1)[:, :size]
    frame = pd.DataFrame({"order": np.repeat(np.arange(orders), size), "item": drawn.ravel()})
    found = rules(frame, basket="order", item="item", support="0.05", confidence="0.05")
    assert len(found.rules) > 200
    assert found.significant == ()


def test_it_is_not_fooled_by_large_orders(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "online_retail_nonUK.csv")
    frame = frame[~frame["InvoiceNo"].astype(str).str.startswith("C")]
    columns = {"basket": "InvoiceNo", "item": "Description"}
    real = rules(frame, **columns, support="0.02", confidence="0.5", customer="CustomerID")
    assert len(real.significant) > 50
    assert real.holdout is not None
    assert real.holdout.hits > 1.5 * real.holdout.popular_hits
    assert len(real.next_products) > 200
    order = np.random.default_rng(1).permutation(len(frame))
    shuffled = frame.assign(Description=frame["Description"].to_numpy()[order])
    false = rules(shuffled, **columns, support="0.01", confidence="0.1")
    assert len(false.rules) > 500
    assert len(false.significant) == 0
    assert false.notices[-1].code == "rules_by_chance"


def test_it_measures_a_rule(orders: pd.DataFrame) -> None:
    found = rules(orders, basket="order", item="item", support="0.01", confidence="0.5")
    rule = next(r for r in found.rules if [found.labels[i] for i in r.lhs] == ["P0"])
    sets = orders.groupby("order")["item"].agg(set)
    lhs, both = sets.map(lambda s: "P0" in s), sets.map({"P0", "P1"}.issubset)
    rhs = sets.map(lambda s: "P1" in s)
    assert rule.support == both.mean()
    assert rule.confidence == pytest.approx(both.sum() / lhs.sum())
    assert rule.lift == pytest.approx(both.mean() / (lhs.mean() * rhs.mean()))
    assert rule.leverage == pytest.approx(both.mean() - lhs.mean() * rhs.mean())


def test_it_compares_shares_exactly() -> None:
    # 3 of 30 at support 0.1: 0.1 * 30 is 3.0000000000000004 in binary numbers.
    rows = [(b, "x") for b in range(60)] + [(b, "y") for b in range(6)]
    frame = pd.DataFrame(rows, columns=["b", "i"])
    found = rules(frame, basket="b", item="i", support=0.1, confidence=Fraction(1, 10))
    assert {len(items) for items in found.itemsets} == {1, 2}
    assert {rule.confidence for rule in found.rules} == {0.1, 1.0}


def test_it_tells_each_customer_what_to_buy_next(orders: pd.DataFrame) -> None:
    found = rules(
        orders, basket="order", item="item", support="0.01", confidence="0.5", customer="customer"
    )
    owned = orders.groupby("customer")["item"].agg(set)
    assert found.next_products
    for one in found.next_products:
        have = owned[int(one.customer)]
        assert one.item not in have
        assert have.issuperset(one.because)


def test_it_sums_the_exact_tail() -> None:
    rng = np.random.default_rng(0)
    total = rng.integers(50, 5000, 200)
    good, drawn = (np.maximum((total * rng.uniform(0.02, 0.6, 200)).astype(int), 1) for _ in "ab")
    k = np.minimum((good * drawn / total * rng.uniform(1, 2, 200)).astype(int) + 1, good)
    k = np.minimum(k, drawn)
    found, truth = upper_tail(k, total, good, drawn * 1.0), hypergeom.sf(k - 1, total, good, drawn)
    above = k * total > good * drawn
    assert found[above] == pytest.approx(truth[above], rel=1e-8)
    assert np.all(found[~above] == 1.0)


def test_it_counts_everything_that_was_tried() -> None:
    p = np.array([0.001, 0.04, 0.03])
    assert false_discovery(p, 3) == pytest.approx([0.003, 0.04, 0.04])
    assert false_discovery(p, 100) == pytest.approx([0.1, 1.0, 1.0])


def test_it_counts_an_item_once_per_order() -> None:
    frame = pd.DataFrame({"b": [1, 1, 1, 2], "i": ["x", "x ", "y", None]})
    read = read_baskets(frame, "b", "i")
    assert read.baskets.counts().tolist() == [1, 1]
    assert (read.rows_used, read.rows_dropped) == (3, 1)


@pytest.mark.parametrize(
    ("frame", "options", "sentence"),
    [
        ({"b": [], "i": []}, {}, "no rows"),
        ({"b": [None] * 9, "i": ["x"] * 9}, {}, "No row is left"),
        ({"b": range(10), "i": ["x"] * 10}, {}, "at least 50 orders; found: 10"),
        ({"b": range(60), "i": ["x"] * 60}, {"support": "much"}, "support must be"),
        ({"b": range(60), "i": ["x"] * 60}, {"support": "nan"}, "support must be"),
        ({"b": range(60), "i": ["x"] * 60}, {"confidence": 1.5}, "confidence must be"),
        ({"b": range(60), "i": ["x"] * 60}, {"algorithm": "guess"}, "fpgrowth, apriori"),
        ({"b": range(60), "i": ["x"] * 60}, {"item": "sku"}, "no column “sku”"),
        ({"b": range(60), "i": ["x"] * 60}, {"customer": "who"}, "no column “who”"),
    ],
)
def test_it_refuses_with_a_sentence(frame: dict, options: dict, sentence: str) -> None:
    given = {"basket": "b", "item": "i", "support": "0.1", "confidence": "0.5", **options}
    with pytest.raises(DataProblem, match=sentence):
        rules(pd.DataFrame(frame), **given)


def test_it_refuses_to_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itemsets, "MAX_ITEMSETS", 1_000)
    full = pd.DataFrame([(b, i) for b in range(60) for i in range(22)], columns=["b", "i"])
    with pytest.raises(DataProblem, match="ask for a higher support"):
        rules(full, basket="b", item="i", support="0.5", confidence="0.5")


def test_it_says_when_there_is_nothing() -> None:
    alone = pd.DataFrame({"b": range(60), "i": [f"x{k}" for k in range(60)]})
    found = rules(alone, basket="b", item="i", support="0.1", confidence="0.5")
    told = [notice.code for notice in found.notices]
    assert (found.rules, told) == ((), ["single_items", "no_frequent_items"])
    same = pd.DataFrame({"b": range(60), "i": ["x"] * 60})
    assert rules(same, basket="b", item="i", support="0.1", confidence="0.5").rules == ()
