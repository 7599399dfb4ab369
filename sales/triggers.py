"""What deals, orders and lines keep up to date on their parents."""

from crm.common.rollups import Rollup
from crm.common.tallies import Tally

OPEN_DEALS = Rollup(
    name="deal_open_deals",
    parent="customer_id",
    watched=["trashed_at", "closed_at"],
    refresh="""
        UPDATE customers_customer AS c SET open_deals = (
            SELECT count(*) FROM sales_deal AS d
            WHERE d.customer_id = c.id AND d.trashed_at IS NULL AND d.closed_at IS NULL)
        WHERE c.id IN ({ids});
    """,
)

ORDER_VALUE = Rollup(
    name="order_customer_value",
    parent="customer_id",
    watched=["trashed_at", "status", "kind", "total_base", "ordered_at"],
    refresh="""
        UPDATE customers_customer AS c SET
            order_count = o.sales, order_value = o.value,
            first_order_at = o.first_at, last_order_at = o.last_at
        FROM (
            SELECT k.id,
                count(s.id) FILTER (WHERE s.kind = 'sale') AS sales,
                coalesce(sum(s.total_base), 0) AS value,
                min(s.ordered_at) FILTER (WHERE s.kind = 'sale') AS first_at,
                max(s.ordered_at) FILTER (WHERE s.kind = 'sale') AS last_at
            FROM customers_customer AS k
            LEFT JOIN sales_order AS s ON s.customer_id = k.id AND s.trashed_at IS NULL
                AND s.status NOT IN ('draft', 'cancelled')
            WHERE k.id IN ({ids}) GROUP BY k.id) AS o
        WHERE c.id = o.id AND (c.order_count, c.order_value, c.first_order_at, c.last_order_at)
            IS DISTINCT FROM (o.sales, o.value, o.first_at, o.last_at);
    """,
)

ORDER_TOTAL = Rollup(
    name="order_line_total",
    parent="order_id",
    table="sales_order",
    watched=["total"],
    refresh="""
        UPDATE sales_order AS o SET total = l.total, total_base = round(l.total * o.rate, 2)
        FROM (
            SELECT k.id, coalesce(sum(n.total), 0) AS total FROM sales_order AS k
            LEFT JOIN sales_orderline AS n ON n.order_id = k.id
            WHERE k.id IN ({ids}) GROUP BY k.id) AS l
        WHERE o.id = l.id AND o.total IS DISTINCT FROM l.total;
    """,
)

# The company's day of a moment. A function of the database's (sales.company_days), because the
# zone is the company's to set and triggers are written once.
DAY = "sales_day"

DEAL_SUMS = Tally(
    name="deal_sums",
    table="sales_dealsum",
    source="sales_deal",
    keys={
        "closed_on": f"{DAY}(closed_at)",
        "close_month": (
            "CASE WHEN closed_at IS NULL THEN date_trunc('month', expected_close)::date END"
        ),
        "stage_id": "stage_id",
        "team_id": "team_id",
        "owner_id": "owner_id",
    },
    sums={
        "deals": "1",
        "amount": "amount_base",
        "weighted": "amount_base * probability / 100",
    },
    where="trashed_at IS NULL",
)

QUOTE_TOTAL = Rollup(
    name="quote_line_total",
    parent="quote_id",
    table="sales_quote",
    watched=["net", "tax_amount"],
    refresh="""
        UPDATE sales_quote AS q SET net = l.net, tax = l.tax, total = l.net + l.tax
        FROM (
            SELECT k.id, coalesce(sum(n.net), 0) AS net, coalesce(sum(n.tax_amount), 0) AS tax
            FROM sales_quote AS k LEFT JOIN sales_quoteline AS n ON n.quote_id = k.id
            WHERE k.id IN ({ids}) GROUP BY k.id) AS l
        WHERE q.id = l.id AND (q.net, q.tax) IS DISTINCT FROM (l.net, l.tax);
    """,
)

SALES_DAYS = Tally(
    name="sales_days",
    table="sales_salesday",
    source="sales_order",
    keys={
        "day": f"{DAY}(ordered_at)",
        "team_id": "team_id",
        "owner_id": "owner_id",
        "channel_id": "channel_id",
    },
    sums={
        "revenue": "total_base",
        "sold": "CASE WHEN kind = 'sale' THEN total_base ELSE 0 END",
        "orders": "CASE WHEN kind = 'sale' THEN 1 ELSE 0 END",
        "refunds": "CASE WHEN kind = 'refund' THEN 1 ELSE 0 END",
    },
    where="trashed_at IS NULL AND status NOT IN ('draft', 'cancelled')",
)

TALLIES = (DEAL_SUMS, SALES_DAYS)
