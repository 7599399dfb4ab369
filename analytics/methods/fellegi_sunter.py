"""The probability that two records are one entity, from how their columns agree.

Fellegi & Sunter, A Theory for Record Linkage, JASA 64 (1969); m by expectation maximisation
(Winkler 1988), u from random pairs and counted values, rare values weighted by their frequency
(Winkler 1989).  No known pair is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.agreement import AKIN, CLOSE, EQUAL, LEVELS, MISSING
from analytics.methods.chance import Array, Chance, Table, chance_of, parents_of
from analytics.methods.identifiers import Identifier

ROUNDS = 60
STEADY = 1e-4
_START = np.array([0.06, 0.04, 0.10, 0.80])
_ANCHOR = 0.2  # weight of the start beside the pairs that cannot be chance
_FLOOR = 1e-9
_BY_CHANCE = 0.05  # pairs, or their share of those found
_MOST = 2 / 3 - 1e-9


@dataclass(frozen=True)
class Weights:
    """A fitted model.

    Attributes
    ----------
    m : ndarray, shape (columns, levels)
        Probability of each level among pairs of one entity.
    chance : Chance
        The same among pairs of two entities.
    prevalence : float
        Share of all pairs that are one entity.
    rounds : int
    """

    m: Array
    chance: Chance
    prevalence: float
    rounds: int

    def evidence(self, levels: Table) -> Array:
        """Log Bayes factor of each column for each pair; 0 where a value is missing."""
        return _evidence(levels, self.m, self.chance)

    @property
    def prior(self) -> float:
        """Log odds of a pair of which nothing is known."""
        return _logit(self.prevalence)


def fit(candidates: Table, random: Table, all_pairs: int, equal_pairs: Array) -> Weights:
    """Estimate the weights without any known pair.

    Parameters
    ----------
    candidates : ndarray of int8, shape (pairs, columns)
        Levels of the pairs that blocking found; every other pair counts as two entities.
    random : ndarray of int8, shape (pairs, columns)
        Levels of pairs drawn at random from all; those that look like one entity count less.
    all_pairs : int
        Number of pairs there are.
    equal_pairs : ndarray, shape (columns, 2)
        Number of pairs with the same value, and with two values, in each column.
    """
    patterns, weight = _patterns(candidates)
    sample, drawn = _patterns(random)
    columns = candidates.shape[1]
    start = np.tile(_START, (columns, 1))
    equal = _equal_share(equal_pairs, np.zeros(columns))
    seeds = _beyond_chance(patterns, equal, all_pairs, patterns, weight).astype(float)
    certain = float(weight @ seeds)
    prevalence = _bounded(max(certain, 1.0) / all_pairs)
    strangers = drawn * ~_beyond_chance(sample, equal, all_pairs, patterns, weight)
    parents = parents_of(sample, strangers)
    anchor = max(_ANCHOR * certain, 2.0) * start
    m = _shares(patterns, weight * seeds, anchor)
    rounds = 0
    for rounds in range(1, ROUNDS + 1):  # noqa: B007  # told in the result
        equal = _equal_share(equal_pairs, (weight * seeds) @ (patterns == EQUAL))
        chance = chance_of(sample, strangers, equal, parents)
        belief = probability(_logit(prevalence) + _evidence(patterns, m, chance).sum(axis=1))
        strangers = drawn * (
            1 - probability(_logit(prevalence) + _evidence(sample, m, chance).sum(axis=1))
        )
        after = _shares(patterns, weight * belief, anchor)
        moved = float(np.abs(after - m).max())
        m, seeds = after, belief
        prevalence = _bounded(float(weight @ belief) / all_pairs)
        if moved < STEADY:
            break
    return Weights(m, chance, prevalence, rounds)


def rarity(
    column: Identifier,
    first: npt.NDArray[np.int32],
    second: npt.NDArray[np.int32],
    levels: npt.NDArray[np.int8],
) -> Array:
    """Log Bayes factor to add because the values that agree are rare (or take off, common).

    Agreeing on a value of frequency f happens by chance with probability f, not with the average
    over all values.  A likeness only loses by frequent values: nothing is known of how rare it is.
    """
    share = column.counts / max(int(column.counts.sum()), 1)
    frequency = np.maximum(share[column.codes[first]], share[column.codes[second]])
    on_average = float(np.square(share).sum())
    bonus = np.log(max(on_average, _FLOOR)) - np.log(np.maximum(frequency, _FLOOR))
    alike = np.select([levels == CLOSE, levels == AKIN], [0.5, 0.25], 0.0)
    return np.where(levels == EQUAL, bonus, np.minimum(bonus, 0) * alike)


def probability(log_odds: Array) -> Array:
    """From log odds to probability, without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60, 60)))


def _evidence(levels: Table, m: Array, chance: Chance) -> Array:
    columns = np.arange(levels.shape[1])
    ratio = np.log(np.maximum(m[columns, levels], _FLOOR)) - np.log(
        np.maximum(chance.of(levels), _FLOOR)
    )
    return np.where(levels == MISSING, 0.0, ratio)


def _logit(share: float) -> float:
    return float(np.log(share) - np.log1p(-share))


def _bounded(share: float) -> float:
    return min(max(share, 1e-12), 0.5)


def _patterns(levels: Table) -> tuple[Table, Array]:
    """Distinct rows with their number: a few thousand instead of millions."""
    if not len(levels):
        return levels, np.zeros(0)
    powers = (LEVELS + 1) ** np.arange(levels.shape[1], dtype=np.int64)
    keys = (levels.astype(np.int64) + 1) @ powers
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return levels[first], counts.astype(float)


def _shares(patterns: Table, weight: Array, prior: Array) -> Array:
    """Share of each level in each column among pairs where both values are known."""
    shares = prior.copy()
    for level in range(LEVELS):
        shares[:, level] += weight @ (patterns == level)
    return shares / shares.sum(axis=1, keepdims=True)


def _equal_share(equal_pairs: Array, matched: Array) -> Array:
    """Probability that two entities have the same value: all such pairs but the matched ones."""
    by_chance = np.maximum(equal_pairs[:, 0] - matched, 0.5)
    return np.minimum(by_chance / np.maximum(equal_pairs[:, 1], 1.0), 0.999)


def _beyond_chance(
    table: Table, equal: Array, all_pairs: int, patterns: Table, weight: Array
) -> npt.NDArray[np.bool_]:
    """Patterns of equal columns that chance does not explain.

    Not one such pair is expected by chance; or, where many records have a double and the doubles
    themselves make values look common, far fewer than ``patterns`` (times ``weight``) show, most
    columns being equal and one of them nearly unique.
    """
    same = table == EQUAL
    expected = np.exp(np.log(all_pairs) + same @ np.log(equal))
    certain = np.asarray(expected < _BY_CHANCE)
    unique = all_pairs * equal < np.sqrt(all_pairs)
    most = same.sum(axis=1) >= _MOST * (table != MISSING).sum(axis=1)
    for place in np.flatnonzero(~certain & most & same[:, unique].any(axis=1)):
        found = weight @ (patterns[:, same[place]] == EQUAL).all(axis=1)
        certain[place] = expected[place] < _BY_CHANCE * found
    return certain
