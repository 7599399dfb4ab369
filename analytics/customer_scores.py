"""What runs found of a customer, on the customer's page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from analytics.models import CustomerScore, CustomerValue, NextProduct, Run
from analytics.score_runs import QUESTIONS
from analytics.score_words import reason_texts
from analytics.snapshots import HORIZON_DAYS
from crm.common import formats
from crm.common.prepared import Prepared
from customers.models import Customer


def scores_panel(user: Any, customer: Customer) -> dict[str, Any] | None:
    """Scores with five reasons each, value, next order and next product; no card without any."""
    found = next(iter(_FOUND.fetch(user, customer_id=customer.pk)), None)
    if found is None or not any(found.values()):
        return None
    return {
        "customer": customer.pk,
        "may_score": found["found_model"],
        "days": HORIZON_DAYS,
        "scores": [_score(one) for one in found["found_scores"]],
        "value": _value(found["found_value"]) if found["found_value"] else None,
        "next": _next(found["found_next"]) if found["found_next"] else None,
    }


def _score(one: dict[str, Any]) -> dict[str, Any]:
    kind, level = CustomerScore.Kind(one["kind"]), CustomerScore.Level(one["level"])
    return {
        "label": kind.label, "chance": round(100 * one["chance"]),
        "text": formats.percent(one["chance"]), "level": level.label,
        "bad": kind == CustomerScore.Kind.CHURN, "tone": _TONES[kind][level],
        "reasons": reason_texts(one["reasons"]),
    }  # fmt: skip


_TONES = {
    "churn": {1: "green", 2: "yellow", 3: "red"},
    "potential": {1: "secondary", 2: "azure", 3: "green"},
}


def _value(one: dict[str, Any]) -> dict[str, Any]:
    """Money as a rounded figure; days of the next order with their range, None when unknown."""
    money = one["value"]
    days = [date.fromisoformat(one[name]) for name in ("next_on", "next_from", "next_until")
            if one[name]]  # fmt: skip
    return {
        "worth": None if money is None else formats.short_money(money, settings.BASE_CURRENCY),
        **(_orders(one) if one["orders"] is not None else {}),
        "next_on": formats.day(days[0]) if days else "",
        "next_range": f"{formats.day(days[1])} – {formats.day(days[2])}" if len(days) > 2 else "",
    }  # fmt: skip


def _orders(one: dict[str, Any]) -> dict[str, Any]:
    low, high = formats.number(one["orders_from"]), formats.number(one["orders_until"])
    return {
        "orders": formats.number(one["orders"], 1), "orders_range": f"{low}–{high}",
        "alive": formats.percent(one["alive"]), "chance": round(100 * one["alive"]),
    }  # fmt: skip


def _next(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "product": one["name"], "because": " + ".join(one["because"]),
        "count": formats.number(one["count"]), "of": formats.number(one["of"]),
        "confidence": formats.percent(one["confidence"]), "lift": formats.number(one["lift"], 1),
    }  # fmt: skip


def _found_query(user: Any, customer_id: int) -> Any:
    """One row: whoever sees the customer sees what was found."""

    def objects(model: type[Any], *names: str, **paths: str) -> Any:
        shown = model.objects.shown().filter(customer=OuterRef("pk"))
        return shown.values(found=JSONObject(**dict(zip(names, names, strict=True)), **paths))

    scores = objects(CustomerScore, "kind", "chance", "level", "reasons").order_by("kind")
    value = objects(CustomerValue, "alive", "orders", "orders_from", "orders_until", "value",
                    "next_on", "next_from", "next_until")  # fmt: skip
    product = objects(NextProduct, "because", "count", "of", "confidence", "lift",
                      name="product__name")  # fmt: skip
    seen = Customer.objects.visible_to(user).filter(pk=customer_id)
    # Whose model scores this customer: the team's, else the company's.
    models = Run.objects.filter(
        Q(team=None) | Q(team=OuterRef("team")), method__in=QUESTIONS, live=True,
        result__signal=True,
    )  # fmt: skip
    return seen.values(
        found_scores=ArraySubquery(scores), found_value=Subquery(value[:1]),
        found_next=Subquery(product[:1]), found_model=Exists(models),
    )  # fmt: skip


_FOUND = Prepared(_found_query)
