"""What should a customer be offered next? The surest rule for what they bought already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets, grouped
from analytics.methods.columns import require_columns

IntArray = NDArray[np.int64]
# Guesses per hidden item, and hidden items judged at most.
GUESSES = 3
JUDGED = 3_000


class RuleLike(Protocol):
    """What is needed of a rule here."""

    @property
    def lhs(self) -> tuple[int, ...]: ...
    @property
    def rhs(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def lhs_count(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def lift(self) -> float: ...
    @property
    def significant(self) -> bool: ...


@dataclass(frozen=True)
class NextProduct:
    """One customer's next product and the bought ones it follows from.

    Of ``of`` baskets that held the bought ones, ``count`` held the next product too.
    """

    customer: str
    item: str
    because: tuple[str, ...]
    count: int
    of: int
    confidence: float
    lift: float


@dataclass(frozen=True)
class RuleHoldout:
    """Guessing an item hidden from later baskets.

    Attributes
    ----------
    baskets, hidden : int
        Later baskets with two items or more, and items hidden from them one at a time.
    answered : float
        Share of the hidden items for which a rule had a guess.
    hits : float
        Share guessed right by three guesses, filled up with what sells most.
    popular_hits : float
        The same by what sells most alone.
    """

    baskets: int
    hidden: int
    answered: float
    hits: float
    popular_hits: float


class Recommender:
    """Rules by their first item, surest first."""

    def __init__(self, rules: Sequence[RuleLike]) -> None:
        ordered = sorted(rules, key=lambda r: (-r.confidence, -r.lift, r.lhs, r.rhs))
        self.by_first: dict[int, list[tuple[int, RuleLike]]] = defaultdict(list)
        for place, rule in enumerate(ordered):
            self.by_first[rule.lhs[0]].append((place, rule))

    def best(self, owned: set[int], wanted: int) -> list[RuleLike]:
        """Return the surest rules for ``owned``, at most ``wanted``, one per item not owned."""
        fitting = [
            (place, rule)
            for item in owned
            for place, rule in self.by_first.get(item, ())
            if rule.rhs not in owned and owned.issuperset(rule.lhs)
        ]
        chosen: dict[int, RuleLike] = {}
        for _place, rule in sorted(fitting, key=lambda one: one[0]):
            chosen.setdefault(rule.rhs, rule)
            if len(chosen) == wanted:
                break
        return list(chosen.values())


def next_products(
    frame: pd.DataFrame,
    customer: str | None,
    item: str,
    rules: Sequence[RuleLike],
    labels: tuple[str, ...],
) -> tuple[NextProduct, ...]:
    """Return the next product of every customer to whom a rule applies.

    Raises
    ------
    DataProblem
        There is no such column.
    """
    if customer is None:
        return ()
    require_columns(frame, [customer])
    rows = frame[[customer, item]].dropna()
    if not rules or len(rows) == 0:
        return ()
    owned = grouped(rows[customer], rows[item])
    code = {label: k for k, label in enumerate(labels)}
    known = np.array([code.get(label, -1) for label in owned.labels])
    recommender = Recommender(rules)
    found = []
    for k, name in enumerate(owned.keys):
        have = set(known[owned.items[owned.starts[k] : owned.starts[k + 1]]].tolist())
        for rule in recommender.best(have, 1):
            because = tuple(labels[one] for one in rule.lhs)
            sure = (rule.count, rule.lhs_count, rule.confidence, rule.lift)
            found.append(NextProduct(name, labels[rule.rhs], because, *sure))
    return tuple(found)


def judge_rules(early: Baskets, late: Baskets, rules: Sequence[RuleLike]) -> RuleHoldout | None:
    """Hide each item of later baskets in turn and guess it; None when there is nothing to hide."""
    sizes = np.diff(late.starts)
    useful = np.flatnonzero(sizes >= 2)
    if len(useful) == 0:
        return None
    recommender = Recommender([rule for rule in rules if rule.significant])
    popular = np.argsort(-early.counts(), kind="stable")[: GUESSES + int(sizes.max())].tolist()
    hidden = answered = hits = popular_hits = judged = 0
    for b in useful:
        items = late.items[late.starts[b] : late.starts[b + 1]].tolist()
        judged += 1
        for item in items:
            rest = set(items) - {item}
            guesses = [rule.rhs for rule in recommender.best(rest, GUESSES)]
            common = [one for one in popular if one not in rest][:GUESSES]
            filled = (guesses + [one for one in common if one not in guesses])[:GUESSES]
            hidden += 1
            answered += bool(guesses)
            hits += item in filled
            popular_hits += item in common
        if hidden >= JUDGED:
            break
    return RuleHoldout(judged, hidden, answered / hidden, hits / hidden, popular_hits / hidden)
