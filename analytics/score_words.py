"""What the scores' features are called, and what their values mean, for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.common import formats
from customers.models import Customer


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
    }


def value_text(column: str, value: str) -> str:
    """A feature's value as people read it."""
    choices: dict[str, Any] = {
        "acquisition": Customer.Acquisition.choices, "kind": Customer.Kind.choices
    }  # fmt: skip
    return str(dict(choices.get(column, ())).get(value) or formats.written(value))


def reason_texts(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored reasons of a customer: label, value, usual one, and whether they raise the chance."""
    names = feature_names()
    return [
        {
            "label": names.get(one["column"], one["column"]),
            "value": value_text(one["column"], one["value"]),
            "usual": value_text(one["column"], one["typical"]),
            "raises": one["effect"] > 0,
        }
        for one in reasons
    ]


def influence_text(one: dict[str, Any]) -> str:
    """How a column moves the chance, in one phrase."""
    if one["direction"] == "levels":
        high, low = value_text(one["column"], one["high"]), value_text(one["column"], one["low"])
        return _("most with “%(high)s”, least with “%(low)s”") % {"high": high, "low": low}
    return {
        "up": _("more: likelier"), "down": _("less: likelier")
    }.get(one["direction"], _("not in one direction"))  # fmt: skip
