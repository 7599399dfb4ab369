"""What goes together? Association rules with one item on the right, and how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import pandas as pd

from analytics.methods.apriori import apriori
from analytics.methods.baskets import Baskets, read_baskets
from analytics.methods.eclat import eclat
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.fp_growth import fp_growth
from analytics.methods.itemsets import Itemsets
from analytics.methods.many_tests import false_discovery
from analytics.methods.next_product import NextProduct, RuleHoldout, judge_rules, next_products
from analytics.methods.rule_chance import Sided, chance_of
from analytics.methods.serialise import jsonable

ALGORITHMS: dict[str, Callable[[Baskets, int], Itemsets]] = {
    "fpgrowth": fp_growth,
    "apriori": apriori,
    "eclat": eclat,
}
MIN_BASKETS = 50
# A rule is called real below this share of false ones among those called so.
FALSE_SHARE = 0.05
# Longer sets guess hardly better, and cost most of the time.
GUESSED_SIZE = 3


@dataclass(frozen=True)
class Rule:
    """Baskets with all of ``lhs`` hold ``rhs`` too.

    Attributes
    ----------
    lhs : tuple of int
    rhs : int
    count : int
        Baskets with both sides.
    lhs_count, rhs_count, baskets : int
        Baskets with the left side, with the right side, and in all.
    p : float
        Test that each item on the left raises the share of ``rhs``; the largest of them.
    q : float
        ``p`` after Benjamini and Hochberg over everything that was tried.
    """

    lhs: tuple[int, ...]
    rhs: int
    count: int
    lhs_count: int
    rhs_count: int
    baskets: int
    p: float = 1.0
    q: float = 1.0

    @property
    def support(self) -> float:
        """Share of the baskets that hold both sides."""
        return self.count / self.baskets

    @property
    def confidence(self) -> float:
        """Share of the left side's baskets that hold the right side."""
        return self.count / self.lhs_count

    @property
    def lift(self) -> float:
        """Confidence over the right side's share of all baskets; 1 is independence."""
        return self.count * self.baskets / (self.lhs_count * self.rhs_count)

    @property
    def leverage(self) -> float:
        """Share of the baskets that hold both sides beyond what independence would give."""
        return self.support - self.lhs_count * self.rhs_count / self.baskets**2

    @property
    def significant(self) -> bool:
        """Whether the rule is beyond chance."""
        return self.q <= FALSE_SHARE


@dataclass(frozen=True)
class RulesResult:
    """Frequent sets and rules.

    Attributes
    ----------
    itemsets : dict of tuple of int to int
        Every frequent set with its number of baskets.
    rules : tuple of Rule
        Those beyond chance first, by falling lift.
    redundant : int
        Rules left out because a shorter left side does as well.
    least : int
        Baskets that a set needed.
    next_products : tuple of NextProduct
        One per customer where customers were given and a rule applies.
    holdout : RuleHoldout or None
        Guessing a hidden item of later baskets, beside guessing what sells most.
    """

    labels: tuple[str, ...]
    itemsets: Itemsets
    rules: tuple[Rule, ...]
    redundant: int
    least: int
    baskets: int
    algorithm: str
    next_products: tuple[NextProduct, ...]
    holdout: RuleHoldout | None
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    @property
    def significant(self) -> tuple[Rule, ...]:
        """Rules beyond chance."""
        return tuple(rule for rule in self.rules if rule.significant)

    def rule_dict(self, rule: Rule) -> dict[str, Any]:
        """Return a rule with the names of its items."""
        return {
            "lhs": [self.labels[item] for item in rule.lhs],
            "rhs": self.labels[rule.rhs],
            "count": rule.count,
            "support": rule.support,
            "confidence": rule.confidence,
            "lift": rule.lift,
            "leverage": rule.leverage,
            "p": rule.p,
            "q": rule.q,
            "significant": rule.significant,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        longest = sorted(self.itemsets.items(), key=lambda one: (-one[1], one[0]))
        return {
            "algorithm": self.algorithm,
            "baskets": self.baskets,
            "items": len(self.labels),
            "least_count": self.least,
            "itemsets": len(self.itemsets),
            "frequent": [
                {
                    "items": [self.labels[item] for item in items],
                    "count": count,
                    "support": count / self.baskets,
                }
                for items, count in longest
            ],
            "rules": [self.rule_dict(rule) for rule in self.rules],
            "rules_significant": len(self.significant),
            "rules_redundant": self.redundant,
            "next_products": jsonable(list(self.next_products)),
            "holdout": jsonable(self.holdout),
            "rows_used": self.rows_used,
            "rows_dropped": self.rows_dropped,
            "warnings": [notice.text for notice in self.notices],
        }


def rules(
    frame: pd.DataFrame,
    *,
    basket: str,
    item: str,
    support: str | float | Fraction,
    confidence: str | float | Fraction,
    algorithm: str = "eclat",
    customer: str | None = None,
    keep_redundant: bool = False,
    offered: Collection[str] | None = None,
) -> RulesResult:
    """Find association rules with one item on the right side.

    Parameters
    ----------
    frame : DataFrame
        One row per basket and item; rows in the order of time where the holdout shall be later.
    basket, item : str
        Columns.
    support, confidence : str, float or Fraction
        Least share of the baskets that hold the rule, and of the left side's baskets that hold
        the right side.  Compared as exact fractions: 4 of 5 baskets reach 0.8.
    algorithm : {"eclat", "fpgrowth", "apriori"}
        All give the same result.
    customer : str, optional
        Column; each customer's next product is told then.
    keep_redundant : bool
        Also keep rules for which a part of the left side has the same or a higher confidence.
    offered : collection of str, optional
        The items that may be a next product; all by default.

    Returns
    -------
    RulesResult

    Raises
    ------
    DataProblem, InsufficientData
        Fewer than 50 baskets, a bad option, a missing column, or over half a million frequent sets.

    Notes
    -----
    Chance: G. I. Webb (2007), Discovering significant patterns, Machine Learning 68, 1-33.
    """
    least_share = _share("support", support)
    least_confidence = _share("confidence", confidence)
    if algorithm not in ALGORITHMS:
        rule = "fpgrowth, apriori or eclat"
        raise DataProblem("bad_parameter", {"name": "algorithm", "rule": rule, "value": algorithm})
    read = read_baskets(frame, basket, item)
    baskets = read.baskets
    if len(baskets) < MIN_BASKETS:
        raise InsufficientData("rules_too_few", {"needed": MIN_BASKETS, "baskets": len(baskets)})
    least = max(ceil(least_share * len(baskets)), 1)
    itemsets = ALGORITHMS[algorithm](baskets, least)
    kept, redundant = _rules(itemsets, baskets, least_confidence, keep_redundant)
    notices = list(read.notices) + _notices(itemsets, kept)
    real = [rule for rule in kept if rule.significant]
    if offered is not None:
        real = [rule for rule in real if baskets.labels[rule.rhs] in offered]
    return RulesResult(
        labels=baskets.labels,
        itemsets=itemsets,
        rules=tuple(kept),
        redundant=redundant,
        least=least,
        baskets=len(baskets),
        algorithm=algorithm,
        next_products=next_products(frame, customer, item, real, baskets.labels),
        holdout=_holdout(baskets, least_share, least_confidence),
        rows_used=read.rows_used,
        rows_dropped=read.rows_dropped,
        notices=tuple(notices),
    )


def _share(name: str, value: str | float | Fraction) -> Fraction:
    """Read a share exactly: 0.1 is one tenth, not the nearest binary number."""
    try:
        share = value if isinstance(value, Fraction) else Fraction(str(value).strip())
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1:
        rule = "a share above 0 and at most 1"
        raise DataProblem("bad_parameter", {"name": name, "rule": rule, "value": value})
    return share


def _rules(
    itemsets: Itemsets, baskets: Baskets, least: Fraction, keep_redundant: bool
) -> tuple[list[Rule], int]:
    """Return the rules, real ones first, and how many redundant ones were left out."""
    # The surest rule from a left side or a part of it: its count and its left side's count.
    best: dict[tuple[tuple[int, ...], int], tuple[int, int]] = {}
    kept: list[Sided] = []
    redundant = 0
    for items in sorted(itemsets, key=len):
        count = itemsets[items]
        for k in range(len(items) if len(items) > 1 else 0):
            lhs, rhs = items[:k] + items[k + 1 :], items[k]
            shorter, own = _best_part(lhs, rhs, best), (count, itemsets[lhs])
            worse = shorter[0] * own[1] >= own[0] * shorter[1]
            best[lhs, rhs] = shorter if worse else own
            if count * least.denominator < least.numerator * own[1]:
                continue
            if worse and not keep_redundant:
                redundant += 1
                continue
            kept.append((lhs, rhs, count))
    found = _with_chance(kept, itemsets, baskets)
    found.sort(key=lambda rule: (not rule.significant, -rule.lift, -rule.count, rule.lhs))
    return found, redundant


def _best_part(
    lhs: tuple[int, ...], rhs: int, best: dict[tuple[tuple[int, ...], int], tuple[int, int]]
) -> tuple[int, int]:
    """Return count and left count of the surest rule from a part of ``lhs``; (-1, 1) for none."""
    top = (-1, 1)
    if len(lhs) > 1:
        for k in range(len(lhs)):
            one = best[lhs[:k] + lhs[k + 1 :], rhs]
            if one[0] * top[1] > top[0] * one[1]:
                top = one
    return top


def _with_chance(kept: list[Sided], itemsets: Itemsets, baskets: Baskets) -> list[Rule]:
    if not kept:
        return []
    singles = sum(len(items) == 1 for items in itemsets)
    longer = sum(len(items) for items in itemsets if len(items) > 2)
    p = chance_of(kept, itemsets, baskets)
    q = false_discovery(p, singles * (singles - 1) + longer)
    return [
        Rule(lhs, rhs, count, itemsets[lhs], itemsets[(rhs,)], len(baskets), pk, qk)
        for (lhs, rhs, count), pk, qk in zip(kept, p.tolist(), q.tolist(), strict=True)
    ]


def _holdout(baskets: Baskets, support: Fraction, confidence: Fraction) -> RuleHoldout | None:
    """Find rules in the first four fifths of the baskets and judge them on the rest."""
    split = len(baskets) * 4 // 5
    early = baskets.part(0, split)
    itemsets = eclat(early, max(ceil(support * split), 2), GUESSED_SIZE)
    found = _rules(itemsets, early, confidence, keep_redundant=False)[0]
    return judge_rules(early, baskets.part(split, len(baskets)), found)


def _notices(itemsets: Itemsets, kept: list[Rule]) -> list[Notice]:
    if not itemsets:
        return [Notice("no_frequent_items")]
    if not kept:
        return [Notice("no_rules")]
    real = sum(rule.significant for rule in kept)
    if real == 0:
        return [Notice("rules_by_chance", {"rules": len(kept)})]
    if real < len(kept):
        return [Notice("rules_partly_chance", {"rules": len(kept), "real": real})]
    return []
