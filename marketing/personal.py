"""What the tables of this app hold on a person."""

from __future__ import annotations

from django.db.models import Q

from crm.records.personal.registry import RECORD_BLANK, Holding, Subject, holdings, impersonal
from marketing.experiments.models import Assignment, Experiment
from marketing.models import (
    Activity,
    Campaign,
    Delivery,
    MarketResult,
    Spend,
    WebForm,
)


def _activities(subject: Subject, path: str = "") -> Q:
    return Q(**{f"{path}customer__in": subject.customers}) | Q(
        **{f"{path}contact__in": subject.contacts}
    )


holdings += [
    Holding(
        Delivery, lambda subject: _activities(subject, "activity__"), {"error": ""},
        kept=frozenset({"arm"}), order=30,
    ),
    Holding(
        Assignment, lambda subject: Q(customer__in=subject.customers), kept=frozenset({"arm"}),
        order=30,
    ),
    Holding(Activity, _activities, {**RECORD_BLANK, "note": ""}),
]  # fmt: skip
impersonal.update(
    dict.fromkeys(
        [Campaign, Experiment, MarketResult, Spend, WebForm], "What is planned, not with whom."
    )
)
