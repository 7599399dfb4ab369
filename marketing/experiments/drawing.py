"""The draw of the arms: at random, the same for the same seed, even within each stratum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

Member = tuple[int, Any]


def draw_arms(
    members: Iterable[Member], shares: Mapping[str, float], seed: int, most: int | None = None
) -> dict[int, str]:
    """The arm of each customer.

    Parameters
    ----------
    members
        (customer id, stratum). Customers are ordered at random within their stratum, by a hash of
        seed and id; arms are then dealt so that each arm is never further than one customer from
        its share (complete randomisation by strata: G. Imbens and D. Rubin 2015, Causal Inference
        for Statistics, Social, and Biomedical Sciences, ch. 9).
    shares
        The share of each arm; they add up to 1.
    most
        So many customers take part at most, chosen by the same hash; None: all.
    """
    lots = [(_lot(seed, pk), stratum, pk) for pk, stratum in members]
    if most is not None:
        lots = sorted(lots, key=lambda one: one[0])[:most]
    lots.sort(key=lambda one: (str(one[1]), one[0]))
    counts = dict.fromkeys(shares, 0)
    drawn = {}
    for place, (_number, _stratum, pk) in enumerate(lots, start=1):
        arm = max(shares, key=lambda key: shares[key] * place - counts[key])
        counts[arm] += 1
        drawn[pk] = arm
    return drawn


def _lot(seed: int, pk: int) -> bytes:
    return sha256(f"{seed}:{pk}".encode()).digest()
