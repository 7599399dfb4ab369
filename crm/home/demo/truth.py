"""What was planted into the demo, for checks that the methods find it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from crm.home.demo import behaviour, days, desk, talks
from crm.home.demo.catalogue import PLANTED_RULES
from crm.home.demo.orders import PRICE_STEP
from crm.home.demo.world import World

SEGMENT_NAMES = {
    "champion": "高价值稳定",
    "growing": "成长型",
    "dormant": "沉睡",
    "new": "新客",
}


def gather(world: World, market: dict[str, object]) -> dict[str, Any]:
    clock = world.clock
    item_of = {item.name: item for item in world.catalogue.items}
    return {
        "customers": world.size,
        "seed": world.seed,
        "today": clock.today.isoformat(),
        "segments": {
            "names": SEGMENT_NAMES,
            "labels": {str(pk): name for name, members in world.segments.items() for pk in members},
        },
        "market": market,
        "rules": [
            {
                "left": item_of[left].pk,
                "left_sku": item_of[left].sku,
                "right": item_of[right].pk,
                "right_sku": item_of[right].sku,
                "confidence": confidence,
            }
            for left, (right, confidence) in PLANTED_RULES.items()
        ],
        "churn": {
            "population": "customers whose first order is before `established_before`",
            "established_before": clock.date(
                clock.last - behaviour.ESTABLISHED_DAYS_AGO
            ).isoformat(),
            "features": (
                "of requests opened before `cutoff`: mean of ln(first response in elapsed minutes "
                "/ 240) over answered ones (0 without any), number of complaints, number without "
                "a first response; price as standard deviations, each "
                f"{PRICE_STEP} in the logarithm of the price paid"
            ),
            "outcome": "no order after `cutoff`",
            "cutoff": clock.date(clock.last - behaviour.CUTOFF_DAYS_AGO).isoformat(),
            "coefficients": behaviour.CHURN,
        },
        "orders": {
            "note": (
                "days between a customer's first and last order are drawn with these weights; "
                "the company's total also carries the coming and going of customers"
            ),
            "trend_per_week": days.TREND_PER_WEEK,
            "season_amplitude": days.SEASON_AMPLITUDE,
            "season_peak_day_of_year": days.SEASON_PEAK,
            "spring_festival_factor": days.SPRING_FACTOR,
        },
        "winning": {
            "note": (
                "contacts about a deal come at random, on average so many working days apart in "
                "deals that are won and in those that are lost"
            ),
            "days_between_contacts": talks.DEAL_PACE,
        },
        "csat": desk.CSAT,
        "duplicates": [list(pair) for pair in world.duplicates],
    }


def write(path: Path, truth: dict[str, Any]) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)
