"""What communications and follow-ups keep up to date on their customer."""

from crm.common.rollups import Rollup

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
