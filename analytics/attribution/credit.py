"""Which campaign an order is credited to: one definition, for tables, pages, lists and files.

An order is touched by the activities of its customer that were carried out (sent, opened, clicked
or answered) within so many days before it. A refund follows the order that it refunds. Money is
in the base currency. No order is credited more than whole: shares of an even split are cut so that
their cents add up. Which activities there are does not depend on who reads, so that two teams
never credit one order twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from analytics.attribution.models import Rule
from marketing.models import Activity, Campaign
from sales.measures import day_start
from sales.models import Order

DAYS = 30
# Stands for all campaigns that a reader does not see.
OTHERS = 0
TOUCHING = [
    Activity.Stage.SENT, Activity.Stage.OPENED, Activity.Stage.CLICKED, Activity.Stage.REPLIED
]  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """A rule, and how many days before an order a touch counts."""

    rule: Rule = Rule.LAST
    days: int = DAYS

    @property
    def label(self) -> str:
        return gettext("%(rule)s within %(days)d days") % {
            "rule": self.rule.label,
            "days": self.days,
        }


# Each order meets its touches, or none; ``nth`` counts from the end that the rule begins with.
_TOUCHED = """
WITH sold AS ({orders}),
touched AS (
    SELECT s.id, s.kind, s.total_base AS total, a.campaign_id,
        count(*) OVER (PARTITION BY s.id) AS touches,
        row_number() OVER (PARTITION BY s.id ORDER BY a.happened_at {way}, a.id {way}) AS nth
    FROM sold AS s LEFT JOIN marketing_activity AS a ON a.customer_id = s.customer_id
        AND a.trashed_at IS NULL AND a.stage = ANY(%s)
        AND a.happened_at <= s.moment
        AND a.happened_at > s.moment - make_interval(days => %s)),
credited AS (
    SELECT id, kind, campaign_id, {amount} AS amount FROM touched WHERE {which})
"""
_WHOLE = {"amount": "total", "which": "nth = 1"}
_SHARES: Mapping[str, dict[str, str]] = {
    Rule.LAST: {**_WHOLE, "way": "DESC"},
    Rule.FIRST: {**_WHOLE, "way": "ASC"},
    Rule.EVEN: {
        "amount": "round(total * nth / touches, 2) - round(total * (nth - 1) / touches, 2)",
        "which": "true", "way": "ASC",
    },
}  # fmt: skip

# An order counts once in a row, also in that of the others; few rows need to be told apart.
_BY_CAMPAIGN = """
SELECT whose, count(*) FILTER (WHERE kind = 'sale' AND whose IS DISTINCT FROM {others})
    + count(DISTINCT id) FILTER (WHERE kind = 'sale' AND whose = {others}), sum(amount) AS amount
FROM (SELECT id, kind, amount, CASE WHEN campaign_id IN ({seen}) THEN campaign_id
    WHEN campaign_id IS NOT NULL THEN {others} END AS whose FROM credited) AS told
GROUP BY whose ORDER BY whose IS NULL, whose = {others}, amount DESC, whose
"""


@dataclass(frozen=True)
class Credit:
    """What a campaign is credited with; None is what no activity touched, ``OTHERS`` what campaigns
    that the reader does not see have touched.

    ``orders`` counts sales: under an even split one order counts with each of its campaigns.
    """

    campaign: int | None
    orders: int
    amount: Decimal


def sold_in(user: Any, first: date, last: date) -> Any:
    """The orders that count and the user sees, of the company's days [first, last]."""
    end = day_start(last + timedelta(days=1))
    seen = Order.objects.visible_to(user).counted()
    return seen.filter(ordered_at__gte=day_start(first), ordered_at__lt=end)


def credits_of(orders: Any, terms: Terms, seen_by: Any) -> list[Credit]:
    """The orders' revenue by campaign that a reader sees, most first; then that of the others in
    one row, and what nobody touched. One query."""
    seen, values = Campaign.objects.visible_to(seen_by).values("pk").query.sql_with_params()
    rows = _rows(orders, terms, _BY_CAMPAIGN.format(seen=seen, others=OTHERS), *values)
    return [Credit(*row) for row in rows]


def credit_of(orders: Any, terms: Terms, campaign: int) -> Credit:
    """What of the orders is credited to one campaign, counted as in the table. One query."""
    query = """SELECT %s::bigint, count(*) FILTER (WHERE kind = 'sale'), coalesce(sum(amount), 0)
        FROM credited WHERE campaign_id = %s"""
    return next(Credit(*row) for row in _rows(orders, terms, query, campaign, campaign))


def _rows(orders: Any, terms: Terms, query: str, *more: Any) -> Iterator[tuple[Any, ...]]:
    sold = orders.order_by().values("id", "kind", "customer_id", "total_base", moment=_moment())
    inner, values = sold.query.sql_with_params()
    touched = _TOUCHED.format(orders=inner, **_SHARES[terms.rule])
    with connection.cursor() as cursor:
        cursor.execute(touched + query, [*values, list(TOUCHING), terms.days, *more])
        yield from cursor.fetchall()


def _moment() -> Any:
    """When an order was made; of a refund, when what it refunds was."""
    return Coalesce("refund_of__ordered_at", "ordered_at")


def credited_to(orders: Any, terms: Terms, campaign: int | None, seen_by: Any = None) -> Any:
    """The orders of which a campaign is credited something; None: those that nobody touched;
    ``OTHERS``: those of campaigns that ``seen_by`` does not see."""
    window = ExpressionWrapper(
        OuterRef("moment") - Value(timedelta(days=terms.days)),
        output_field=models.DateTimeField(),
    )
    touches = Activity.objects.alive().filter(
        customer=OuterRef("customer"), stage__in=TOUCHING, happened_at__lte=OuterRef("moment"),
        happened_at__gt=window,
    )  # fmt: skip
    orders = orders.counted().alias(moment=_moment())
    if campaign is None:
        return orders.filter(~Exists(touches))
    wanted = Q(campaign=campaign)
    if campaign == OTHERS:
        wanted = ~Q(campaign__in=Campaign.objects.visible_to(seen_by).values("pk"))
    orders = orders.filter(Exists(touches.filter(wanted)))
    if terms.rule == Rule.EVEN:
        return orders
    order = ("happened_at", "pk") if terms.rule == Rule.FIRST else ("-happened_at", "-pk")
    chosen = Subquery(touches.order_by(*order).values("pk")[:1])
    return orders.alias(chosen=chosen).filter(
        Exists(Activity.objects.filter(wanted, pk=OuterRef("chosen")))
    )
