"""What the scores' features are called, and what their values mean, for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.common import formats
from customers.models import Customer
from sales.models import Stage


def feature_names() -> dict[str, str]:
    """The features of ``analytics.snapshots`` in the reader's language."""
    return {
        "recency": _("Days since last order"),
        "tenure": _("Days since first order"),
        "orders": _("Orders"),
        "orders_year": _("Orders in a year"),
        "value_year": _("Order value in a year"),
        "pace": _("Pause against the usual one"),
        "requests": _("Service requests"),
        "complaints": _("Complaints"),
        "unanswered": _("Requests nobody answered"),
        "response_hours": _("Hours until the first response"),
        "satisfaction": _("Satisfaction (1 to 5)"),
        "silence": _("Days since last contact"),
        "contacts": _("Contacts in 90 days"),
        "lost_deals": _("Lost deals in a year"),
        "open_deals": _("Open deals"),
        "age": _("Days known"),
        "acquisition": _("Acquisition channel"),
        "industry": _("Industry"),
        "region": _("Region"),
        "kind": pgettext("customer", "Kind"),
        **_deal_features(),
    }


def _deal_features() -> dict[str, str]:
    """Those of ``analytics.deal_frames``."""
    return {
        "stage": _("Stage"),
        "days_in_stage": _("Days in this stage"),
        "stay": _("Time in stage against the usual"),
        "open_days": _("Days since the deal was made"),
        "moves": _("Stages changed"),
        "amount": _("Amount"),
        "deal_contacts": _("Contacts about the deal in 30 days"),
        "contacts_month": _("Contacts with the customer in 30 days"),
        "next_step": _("Next step planned"),
        "quotes": _("Quotes"),
        "product": _("Product"),
        "won_before": _("Deals won with the customer before"),
        "lost_before": _("Deals lost with the customer before"),
    }


def stage_names() -> dict[str, str]:
    """The stages as ``deal_frames`` writes them, in the reader's language."""
    return {f"s{stage.pk}": stage.label for stage in Stage.objects.all()}


def value_text(column: str, value: str) -> str:
    """A feature's value as people read it."""
    if column == "next_step":
        return {"yes": _("Yes"), "no": _("No")}.get(value, value)
    choices: dict[str, Any] = {
        "acquisition": Customer.Acquisition.choices, "kind": Customer.Kind.choices
    }  # fmt: skip
    return str(dict(choices.get(column, ())).get(value) or formats.written(value))


def reason_texts(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored reasons of a score: label, value, usual one, and whether they raise the chance."""
    names = feature_names()
    stages = stage_names() if any(one["column"] == "stage" for one in reasons) else {}
    return [
        {
            "label": names.get(one["column"], one["column"]),
            "value": value_text(one["column"], stages.get(one["value"], one["value"])),
            "usual": value_text(one["column"], stages.get(one["typical"], one["typical"])),
            "raises": one["effect"] > 0,
        }
        for one in reasons
    ]


def influence_text(one: dict[str, Any]) -> str:
    """How a column moves the chance, in one phrase."""
    if one["direction"] == "levels":
        stages = stage_names() if one["column"] == "stage" else {}
        high, low = (
            value_text(one["column"], stages.get(one[end], one[end])) for end in ("high", "low")
        )
        return _("most with “%(high)s”, least with “%(low)s”") % {"high": high, "low": low}
    return {
        "up": _("more: likelier"), "down": _("less: likelier")
    }.get(one["direction"], _("not in one direction"))  # fmt: skip
