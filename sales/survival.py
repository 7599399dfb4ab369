"""How long stays last, when some of them have not ended yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Stays:
    """Quartiles in seconds, None where fewer than that share have ended; the number that has."""

    quartiles: tuple[float | None, float | None, float | None]
    ended: int
    running: int

    @property
    def median(self) -> float | None:
        return self.quartiles[1]


def kaplan_meier(bins: Iterable[tuple[int, bool, int]], middle: Callable[[int], float]) -> Stays:
    """The times by which a quarter, half and three quarters of the stays have ended.

    ``bins`` are (number of the bin, ended, stays) the seconds of whose ``middle`` a stay counts
    with. Stays that still last are censored: they count among those that might
    end for as long as they last, and say nothing about what comes after (Kaplan and Meier 1958).
    Leaving them out would make stages look quicker the more deals are stuck in them.
    """
    ended: dict[int, int] = {}
    running: dict[int, int] = {}
    for place, is_over, count in bins:
        side = ended if is_over else running
        side[place] = side.get(place, 0) + count
    left, lasting = sum(ended.values()) + sum(running.values()), 1.0
    found: list[float] = []
    for place in sorted({*ended, *running}):
        if place in ended:
            lasting *= 1 - ended[place] / left
            while len(found) < len(SHARES) and lasting <= 1 - SHARES[len(found)] + 1e-12:
                found.append(middle(place))
        left -= ended.get(place, 0) + running.get(place, 0)
    first, half, third = (*found, None, None, None)[:3]
    return Stays((first, half, third), sum(ended.values()), sum(running.values()))
