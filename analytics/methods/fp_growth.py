"""FP-growth: baskets pressed into a tree of shared beginnings, mined without candidates.

Source: J. Han, J. Pei, Y. Yin and R. Mao (2004), Mining frequent patterns without candidate
generation, Data Mining and Knowledge Discovery 8, 53-87.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.methods.baskets import Baskets
from analytics.methods.itemsets import Found, Itemsets

Path = tuple[tuple[int, ...], int]


@dataclass
class _Node:
    """One item after a beginning, and in how many baskets."""

    item: int
    parent: _Node | None
    count: int
    children: dict[int, _Node]


def fp_growth(baskets: Baskets, least: int) -> Itemsets:
    """Return every set of items in at least ``least`` baskets, with the number of baskets."""
    counts = baskets.counts()
    found = Found(least)
    rank = _ranks(counts, least)
    paths = []
    for b in range(len(baskets)):
        items = baskets.items[baskets.starts[b] : baskets.starts[b + 1]]
        often = items[counts[items] >= least]
        paths.append((tuple(often[np.argsort(rank[often])].tolist()), 1))
    _grow((), paths, found)
    return found.sets


def _ranks(counts: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Return each item's place by falling count: frequent items share the trunk."""
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank


def _grow(suffix: tuple[int, ...], paths: list[Path], found: Found) -> None:
    """Add all sets that end with ``suffix``, from the baskets (with weights) that hold it."""
    counts: dict[int, int] = {}
    for path, weight in paths:
        for item in path:
            counts[item] = counts.get(item, 0) + weight
    often = {item for item, count in counts.items() if count >= found.least}
    if not often:
        return
    for item in often:
        found.add((item, *suffix), counts[item])
    if len(often) == 1:
        return
    for item, nodes in _tree(paths, often).items():
        base = _base(nodes)
        if base:
            _grow((item, *suffix), base, found)


def _tree(paths: list[Path], often: set[int]) -> dict[int, list[_Node]]:
    """Build the tree of ``paths`` reduced to frequent items; return the nodes of each item."""
    root = _Node(-1, None, 0, {})
    nodes: dict[int, list[_Node]] = {}
    for path, weight in paths:
        at = root
        for item in path:
            if item not in often:
                continue
            after = at.children.get(item)
            if after is None:
                after = at.children[item] = _Node(item, at, 0, {})
                nodes.setdefault(item, []).append(after)
            after.count += weight
            at = after
    return nodes


def _base(nodes: list[_Node]) -> list[Path]:
    """Return the beginnings that lead to ``nodes``, with their weights."""
    base = []
    for node in nodes:
        path = []
        above = node.parent
        while above is not None and above.parent is not None:
            path.append(above.item)
            above = above.parent
        if path:
            base.append((tuple(reversed(path)), node.count))
    return base
