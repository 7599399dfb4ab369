"""What communications and follow-ups keep up to date on their customer, and by day."""

from crm.common.company_time import CompanyTime
from crm.common.rollups import Rollup
from crm.common.tallies import Tally

LAST_CONTACT = Rollup(
    name="communication_last_contact",
    parent="customer_id",
    watched=["happened_at", "trashed_at", "channel"],
    refresh="""
        UPDATE customers_customer AS c SET last_contact_at = (
            SELECT max(m.happened_at) FROM communications_communication AS m
            WHERE m.customer_id = c.id AND m.trashed_at IS NULL AND m.channel <> 'note')
        WHERE c.id IN ({ids});
    """,
)

NEXT_STEP = Rollup(
    name="follow_up_next_step",
    parent="customer_id",
    watched=["due_at", "trashed_at", "done_at"],
    refresh="""
        UPDATE customers_customer AS c SET next_step_at = (
            SELECT min(f.due_at) FROM communications_followup AS f
            WHERE f.customer_id = c.id AND f.trashed_at IS NULL AND f.done_at IS NULL)
        WHERE c.id IN ({ids});
    """,
)

# The company's clock at a moment. A function of the database's (crm.common.company_time), because
# the zone is the company's to set and triggers are written once.
CLOCK = "contact_clock"

CONTACT_DAYS = Tally(
    name="communication_days",  # before "…_last_contact": the sums are locked before the customer
    table="communications_contactday",
    source="communications_communication",
    keys={
        "day": f"{CLOCK}(happened_at)::date",
        "team_id": "team_id",
        "owner_id": "owner_id",
    },
    sums={
        f"h{hour:02}": f"(extract(hour FROM {CLOCK}(happened_at)) = {hour})::int"
        for hour in range(24)
    },
    where="trashed_at IS NULL AND channel <> 'note'",
)
CONTACT_CLOCK = CompanyTime(CLOCK, "timestamp", [CONTACT_DAYS])
