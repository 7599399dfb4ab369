"""Whom running experiments hold out of their campaigns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marketing.experiments.models import CONTROL, Assignment, Experiment


def held_out(campaign: Any, customers: Iterable[Any]) -> set[int]:
    """The ids of those customers who are the control of a running experiment on the campaign."""
    found = Assignment.objects.filter(
        experiment__in=Experiment.objects.running().filter(campaign=campaign),
        arm=CONTROL, customer__in=customers,
    )  # fmt: skip
    return set(found.values_list("customer_id", flat=True))
