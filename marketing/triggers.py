"""What spends keep up to date on their campaign."""

from crm.common.rollups import Rollup

AD_SPEND = Rollup(
    name="spend_ad_spend",
    parent="campaign_id",
    watched=["amount", "billed", "billed_currency"],
    table="marketing_campaign",
    # A campaign in the currency that was billed counts that; else in the company's.
    refresh="""
        UPDATE marketing_campaign AS c SET ad_spend = coalesce((
            SELECT sum(CASE WHEN s.billed_currency = c.currency THEN s.billed ELSE s.amount END)
            FROM marketing_spend AS s WHERE s.campaign_id = c.id), 0)
        WHERE c.id IN ({ids});
    """,
)
