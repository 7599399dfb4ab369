"""Scores on the customer's page, and in the list of customers: column and filter."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from analytics.models import CustomerScore
from analytics.score_words import reason_texts
from analytics.scores import scores_of, with_level
from analytics.snapshots import HORIZON_DAYS
from crm.common import formats
from crm.common.columns import Column
from customers.models import Customer


class ChanceColumn(Column):
    """A chance in per cent."""

    def render(self, record: Any) -> str:
        found = self.value(record)
        return "" if found is None else formats.percent(found)


COLUMNS = [
    ChanceColumn(f"score_{kind.value}", kind.label, css="text-end num", default=False, export=False)
    for kind in CustomerScore.Kind
]


def with_scores(customers: Any, shown: set[str]) -> Any:
    """The customers with the scores that a list shows."""
    wanted = [kind for kind in CustomerScore.Kind if f"score_{kind.value}" in shown]
    return customers.annotate(
        **{
            f"score_{kind.value}": Subquery(
                CustomerScore.objects.filter(customer=OuterRef("pk"), kind=kind).values("chance")
            )
            for kind in wanted
        }
    )


class LevelFilter(django_filters.ChoiceFilter):
    """Customers whose score of a kind has a level."""

    def __init__(self, kind: str, label: Any) -> None:
        self.kind = kind
        super().__init__(label=label, choices=CustomerScore.Level.choices, empty_label=_("All"))

    def filter(self, qs: Any, value: Any) -> Any:
        return with_level(qs, self.kind, str(value)) if value else qs


FILTERS = {kind.value: LevelFilter(kind.value, kind.label) for kind in CustomerScore.Kind}


def scores_panel(user: Any, customer: Customer) -> dict[str, Any] | None:
    """The scores of a customer with five reasons each; no card without any."""
    scores = scores_of(user, customer.pk)
    if not scores:
        return None
    return {
        "days": HORIZON_DAYS,
        "scores": [
            {
                "label": score.get_kind_display(), "chance": round(100 * score.chance),
                "text": formats.percent(score.chance), "level": score.get_level_display(),
                "bad": score.kind == CustomerScore.Kind.CHURN,
                "tone": _TONES[score.kind][score.level],
                "reasons": reason_texts(score.reasons),
            }
            for score in scores
        ],
    }  # fmt: skip


_TONES = {
    "churn": {1: "green", 2: "yellow", 3: "red"},
    "potential": {1: "secondary", 2: "azure", 3: "green"},
}
