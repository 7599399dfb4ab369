"""Ready dashboards to start from: a name, what it is for, and its cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.records.resources import EVERYONE, KEEPERS, SELLERS
from service.figures import SERVERS


@dataclass(frozen=True)
class Start:
    key: str
    name: str | Promise
    about: str | Promise
    icon: str
    roles: frozenset[str]
    cards: Sequence[dict[str, Any]]


def _metric(key: str, width: int = 3) -> dict[str, Any]:
    return {"kind": "metric", "key": key, "width": width}


def _chart(key: str, width: int = 6, **values: Any) -> dict[str, Any]:
    return {"kind": "chart", "key": key, "width": width, **values}


def _table(key: str, by: str, width: int = 6, **values: Any) -> dict[str, Any]:
    return {"kind": "table", "key": key, "by": by, "width": width, **values}


def _result(key: str, width: int = 6) -> dict[str, Any]:
    return {"kind": "result", "key": key, "width": width}


STARTS = [
    Start(
        "sales", _("Sales at a glance"), _("What was sold, what is coming, who is on plan."),
        "report-money", SELLERS,
        [
            _metric("sales"), _metric("orders"), _metric("mean_order"), _metric("attained"),
            _metric("weighted"), _metric("won_amount"), _metric("win_rate"), _metric("cycle"),
            _chart("sales", 8), _result("funnel", 4),
            _chart("sales", 6, by="region", form="bar"),
            _chart("sales", 6, by="channel", form="stacked"),
            _table("sales", "owner"), _table("sales", "product"),
        ],
    ),
    Start(
        "service", _("Service today"), _("What is open and late, how fast, how satisfied."),
        "headset", SERVERS,
        [
            _metric("open_requests"), _metric("breached"), _metric("unassigned"),
            _metric("first_response"), _metric("requests"), _metric("resolved"), _metric("kept"),
            _metric("csat"), _result("requests", 8),
            _chart("requests", 4, by="kind", form="shares"),
            _chart("csat", 6), _chart("answers", 6, by="mark", form="bar"),
            _table("requests", "category"), _table("resolved", "owner"),
        ],
    ),
    Start(
        "marketing", _("Marketing and customers"),
        _("What campaigns cost and brought, which customers come and which may go."),
        "speakerphone", KEEPERS,
        [
            _metric("campaign_cost"), _metric("brought"), _metric("roi"), _metric("success_rate"),
            _metric("new_customers"), _metric("buyers"), _metric("talks"), _metric("talked_to"),
            _chart("new_customers", 6, by="acquisition", form="stacked"), _result("campaigns"),
            _result("segments"), _chart("talks", 6, by="way", form="stacked"),
            _result("churn"), _result("coefficients"),
        ],
    ),
    Start(
        "empty", _("Empty dashboard"), _("Choose every card yourself."), "layout-dashboard",
        EVERYONE, [],
    ),
]  # fmt: skip


def starts_for(user: Any) -> list[Start]:
    return [start for start in STARTS if user.role in start.roles]


def start_of(user: Any, key: str) -> Start | None:
    return next((start for start in starts_for(user) if start.key == key), None)
