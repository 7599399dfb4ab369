"""What deals, orders and lines keep up to date on their parents."""

from crm.common.rollups import Rollup
from crm.common.tallies import Tally

OPEN_DEALS = Rollup(
    name="deal_open_deals",
    parent="customer_id",
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
    refresh="""
        UPDATE sales_order AS o SET total = l.total, total_base = round(l.total * o.rate, 2)
        FROM (
            SELECT k.id, coalesce(sum(n.total), 0) AS total FROM sales_order AS k
            LEFT JOIN sales_orderline AS n ON n.order_id = k.id
            WHERE k.id IN ({ids}) GROUP BY k.id) AS l
        WHERE o.id = l.id AND o.total IS DISTINCT FROM l.total;
    """,
)

DEAL_SUMS = Tally(
    name="deal_sums",
    table="sales_dealsum",
    source="sales_deal",
    keys={
        "closed_on": "(closed_at AT TIME ZONE 'UTC')::date",
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
    refresh="""
        UPDATE sales_quote AS q SET net = l.net, tax = l.tax, total = l.net + l.tax
        FROM (
            SELECT k.id, coalesce(sum(n.net), 0) AS net, coalesce(sum(n.tax_amount), 0) AS tax
            FROM sales_quote AS k LEFT JOIN sales_quoteline AS n ON n.quote_id = k.id
            WHERE k.id IN ({ids}) GROUP BY k.id) AS l
        WHERE q.id = l.id AND (q.net, q.tax) IS DISTINCT FROM (l.net, l.tax);
    """,
)

TALLIES = (DEAL_SUMS,)
