"""The figures of orders, deals and targets that dashboards are composed of.

What they count stands in ``sales.measures``; here stands of which records, and which list shows
them. Where no filter needs the records, the sums that the database keeps answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.records.figures import Day, Figure, Group, Part, Source, offer
from crm.records.resources import SELLERS
from sales import measures
from sales.models import Deal, DealSum, Order, OrderLine, SalesDay
from sales.plan import next_month, planned
from sales.reports import dimensions

PARAMS = {
    "team": "team", "owner": "owned_by", "region": "region", "product": "product",
    "channel": "channel",
}  # fmt: skip
_PATHS = {
    "team": "team", "owner": "owner", "region": "customer__region", "product": "product",
    "channel": "channel",
}  # fmt: skip
ORDERED = Day("ordered_at", ("ordered_from", "ordered_until"), "company")
CLOSED = Day("closed_at", ("closed_from", "closed_until"), "company")
CREATED = Day("created_at", ("created_from", "created_until"), "company")


def groups_of(what: str, *keys: str) -> tuple[Group, ...]:
    """The groups that reports on ``what`` know, named as theirs."""
    return tuple(
        Group(one.key, one.label, one.path, one.labels, one.param or one.key, one.text)
        for one in (dimensions.BY_KEY[key] for key in keys)
        if what in one.sources
    )


@dataclass(frozen=True)
class SalesSource(Source):
    """``kept`` are the sums of the records; ``kept_paths`` what they can be narrowed to and
    grouped by; ``kept_day`` their day for a field of the records."""

    kept: Any = None
    kept_table: Mapping[str, Any] | None = None
    kept_paths: Mapping[str, str] | None = None
    kept_day: Mapping[str, str] | None = None

    def over(self, records: Any, names: Sequence[str]) -> dict[str, Any]:
        return measures.over(records, *names)

    def grouped(self, records: Any, keys: Mapping[str, Any], names: Sequence[str]) -> Any:
        made = {f"key_{name}": expression for name, expression in keys.items()}
        rows = measures.grouped(records, made, *names)
        return [{name.removeprefix("key_"): value for name, value in row.items()} for row in rows]

    def records(self, figure: Figure, part: Part, by: str = "") -> Any:
        if not self._from_sums(figure, part, by):
            return super().records(figure, part, by)
        paths = self.kept_paths or {}
        wanted = {paths[name]: value for name, value in self.narrowing(figure, part).items()}
        found = self.kept.objects.visible_to(part.user)
        if figure.day is not None:
            day = (self.kept_day or {})[figure.day.field]
            wanted |= {f"{day}__gte": part.start, f"{day}__lt": part.end}
        else:
            found = found.filter(closed_on__isnull=True)
        return found.filter(**wanted)

    def _from_sums(self, figure: Figure, part: Part, by: str) -> bool:
        needed = {*self.narrowing(figure, part), *([by] if by else [])}
        known = figure.day is None or figure.day.field in (self.kept_day or {})
        return (
            not part.user.is_agent and known
            and set(figure.names) <= set(self.kept_table or {})
            and needed <= set(self.kept_paths or {})
        )  # fmt: skip

    def is_quick(self, figure: Figure, part: Part, by: str = "") -> bool:
        return self._from_sums(figure, part, by)

    def by(self, figure: Figure, records: Any, group: Group) -> Any:
        if records.model is self.kept:
            return group.expression((self.kept_paths or {})[group.key])
        return group.expression()

    def step(self, figure: Figure, records: Any, step: str) -> Any:
        if records.model is self.kept:
            day = (self.kept_day or {})[figure.time.field]
            return figure.time.step(step, day, is_day=True)
        return figure.time.step(step)


class OrderSource(SalesSource):
    """Figures of a product or by product are those of lines: an order has several."""

    def records(self, figure: Figure, part: Part, by: str = "") -> Any:
        product = self.narrowing(figure, part).get("product")
        if not product and by not in {"product", "category"}:
            return super().records(figure, part, by)
        wanted = {
            self.obeys[name]: value
            for name, value in self.narrowing(figure, part).items() if name != "product"
        }  # fmt: skip
        orders = Order.objects.visible_to(part.user).filter(
            **wanted, **figure.time.within(part.start, part.end)
        )
        lines = OrderLine.objects.filter(order__in=orders)
        return lines.filter(product=product) if product else lines

    def by(self, figure: Figure, records: Any, group: Group) -> Any:
        if records.model is OrderLine and group.key not in {"product", "category"}:
            return group.expression(f"order__{group.path}")
        return super().by(figure, records, group)

    def step(self, figure: Figure, records: Any, step: str) -> Any:
        if records.model is OrderLine:
            return figure.time.step(step, f"order__{figure.time.field}")
        return super().step(figure, records, step)


_ORDER_GROUPS = groups_of(
    "orders", "region", "product", "category", "channel", "owner", "team", "customer_kind",
    "industry", "acquisition", "source",
)  # fmt: skip
ORDERS = OrderSource(
    Order, "sales:order_list", _PATHS, PARAMS, measures.ORDER, _ORDER_GROUPS, {"counted": "true"},
    kept=SalesDay, kept_table=measures.SALES_DAY,
    kept_paths={"team": "team", "owner": "owner", "channel": "channel"},
    kept_day={"ordered_at": "day"},
)  # fmt: skip
DEALS = SalesSource(
    Deal, "sales:deal_list",
    {name: _PATHS[name] for name in ("team", "owner", "region")}, PARAMS,
    {**measures.DEAL, **measures.DEAL_SPREAD, **measures.DEAL_TIME},
    groups_of("won", "region", "owner", "team", "pipeline", "customer_kind", "industry",
              "acquisition", "source") + groups_of("open", "stage"),
    kept=DealSum, kept_table=measures.DEAL_SUM,
    kept_paths={"team": "team", "owner": "owner", "stage": "stage", "pipeline": "stage__pipeline"},
    kept_day={"closed_at": "closed_on"},
)  # fmt: skip
_OF_LINES = frozenset({"product", "category"})
_OPEN = {"where": Q(closed_at__isnull=True), "asked": {"status": "open"}}


def _orders(key: str, label: Any, about: Any, unit: str, name: str, **values: Any) -> Figure:
    return Figure(key, label, about, unit, SELLERS, ORDERS, (name,), ORDERED, **values)


def _deals(key: str, label: Any, about: Any, unit: str, *names: str, **values: Any) -> Figure:
    return Figure(key, label, about, unit, SELLERS, DEALS, names, **values)


def _months(part: Part) -> list[Any]:
    """The months that the period touches."""
    first = part.start.replace(day=1)
    count = (part.end.year - first.year) * 12 + part.end.month - first.month + 1
    return [month for n in range(count) if (month := next_month(first, n)) < part.end]


def attained(part: Part) -> float | None:
    """What was sold in the months of the period that have a plan, of that plan."""
    plan = planned(part, _months(part))
    if not plan:
        return None
    whole = part.during(min(plan), next_month(max(plan)))
    by_month = offered["sales"].by_step(whole, "month")
    sold = sum((by_month.get(month, 0) for month in plan), Decimal(0))
    return float(sold / sum(plan.values(), Decimal(0)))


def _plan_url(part: Part) -> str:
    asked = {"owner": str(part.owner)} if part.owner else {}
    return f"{reverse('sales:target_list')}?{urlencode(asked)}".rstrip("?")


SALES = [
    _orders("sales", pgettext_lazy("figure", "Sales"),
            _("Orders less refunds, in the base currency."), "money", "revenue", order=1),
    _orders("orders", _("Orders"), _("Sales without drafts and cancelled ones; refunds apart."),
            "count", "orders", asked={"kind": "sale"}, order=2),
    _orders("mean_order", _("Average order"), _("Mean amount of the sales, refunds left out."),
            "money", "mean", asked={"kind": "sale"}, deaf=_OF_LINES, adds_up=False, order=3),
    _orders("refunded", _("Refunds"), _("Amount given back."), "money", "refunded",
            asked={"kind": "refund"}, deaf=_OF_LINES, low_is_good=True, order=4),
    _orders("buyers", _("Active customers"), _("Customers who bought in the period."), "count",
            "customers", asked={"kind": "sale"}, deaf=_OF_LINES, adds_up=False, order=5),
]  # fmt: skip
DEAL_FIGURES = [
    _deals("open_deals", _("Open deals"), _("Deals that are neither won nor lost now."), "count",
           "open", **_OPEN, order=10),
    _deals("pipeline", _("Open pipeline"), _("Amount of the deals that are open now."), "money",
           "open_amount", **_OPEN, order=11),
    _deals("weighted", _("Weighted pipeline"), _("Amount × probability of the deals open now."),
           "money", "weighted", **_OPEN, order=12),
    _deals("new_deals", _("New deals"), _("Deals created in the period."), "count", "deals",
           day=CREATED, order=13),
    _deals("won", _("Deals won"), _("Deals won in the period."), "count", "won", day=CLOSED,
           where=measures.WON, asked={"status": "won"}, order=14),
    _deals("won_amount", _("Amount won"), _("Amount of the deals won in the period."), "money",
           "won_amount", day=CLOSED, where=measures.WON, asked={"status": "won"}, order=15),
    _deals("lost", _("Deals lost"), _("Deals lost in the period."), "count", "lost", day=CLOSED,
           where=measures.LOST, asked={"status": "lost"}, low_is_good=True, order=16),
    _deals("win_rate", _("Win rate"), _("Won of the deals closed in the period."), "share", "won",
           "lost", day=CLOSED, combine=measures.win_rate, adds_up=False, order=17),
    _deals("cycle", _("Sales cycle"), _("Mean time from creation to winning, of deals won."),
           "seconds", "cycle", day=CLOSED, where=measures.WON, asked={"status": "won"},
           combine=lambda cycle: cycle.total_seconds() if cycle is not None else None,
           low_is_good=True, adds_up=False, order=18),
]  # fmt: skip
ATTAINED = Figure(
    "attained", _("Plan reached"),
    _("Sales of the months in the period that have a plan, of that plan."), "share", SELLERS,
    ORDERS, (), made=attained, made_url=_plan_url,
    deaf=frozenset({"region", "product", "channel"}), adds_up=False, order=6,
)  # fmt: skip
offered = {figure.key: figure for figure in (*SALES, *DEAL_FIGURES, ATTAINED)}
offer(*offered.values())
