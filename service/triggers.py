"""What service requests keep up to date on their customer."""

from crm.common.rollups import Rollup

OPEN_REQUESTS = Rollup(
    name="request_open_requests",
    parent="customer_id",
    watched=["trashed_at", "status"],
    refresh="""
        UPDATE customers_customer AS c SET open_requests = (
            SELECT count(*) FROM service_servicerequest AS r
            WHERE r.customer_id = c.id AND r.trashed_at IS NULL
                AND r.status IN ('new', 'in_progress', 'waiting'))
        WHERE c.id IN ({ids});
    """,
)
