"""The tables of the warehouse: their grain, and the SELECT that gives them.

Days are the company's (``{zone}``); money is in the base currency; ids join facts to dimensions.
Records in the trash are left out. What counts as a sale is said in ``sales/measures.py``; a test
compares both.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StarTable:
    """``grain`` says what one row is."""

    name: str
    grain: Promise
    select: str


DIMENSIONS = (
    StarTable("dim_date", _("a day"), """
        SELECT day::date AS date, extract(year FROM day)::int AS year,
            extract(quarter FROM day)::int AS quarter, extract(month FROM day)::int AS month,
            extract(day FROM day)::int AS day, extract(isodow FROM day)::int AS iso_weekday,
            extract(week FROM day)::int AS iso_week, extract(isodow FROM day) > 5 AS is_weekend
        FROM generate_series(
            date_trunc('year', least(
                (SELECT min(ordered_at) FROM sales_order), (SELECT min(created_at) FROM sales_deal),
                (SELECT min(opened_at) FROM service_servicerequest), now()) AT TIME ZONE {zone}),
            date_trunc('year', now() AT TIME ZONE {zone}) + interval '2 years' - interval '1 day',
            interval '1 day') AS day
    """),
    StarTable("dim_customer", _("a customer, without name and address"), """
        SELECT c.id AS customer_id, c.kind, c.lifecycle, c.acquisition, c.industry, c.city,
            c.region, c.country, c.owner_id AS person_id, c.team_id, c.segment_id,
            (c.created_at AT TIME ZONE {zone})::date AS created_on,
            (c.first_order_at AT TIME ZONE {zone})::date AS first_ordered_on,
            (c.last_order_at AT TIME ZONE {zone})::date AS last_ordered_on,
            c.order_count, c.order_value
        FROM customers_customer AS c WHERE c.trashed_at IS NULL
    """),
    StarTable("dim_segment", _("a segment of customers"), """
        SELECT s.id AS segment_id, s.name, s.name_en, s.origin, s.size FROM customers_segment AS s
    """),
    StarTable("dim_product", _("a product"), """
        SELECT p.id AS product_id, p.sku, p.name, p.category, p.price, p.currency, p.active
        FROM sales_product AS p WHERE p.trashed_at IS NULL
    """),
    StarTable("dim_sales_channel", _("a channel of sales"), """
        SELECT c.id AS sales_channel_id, c.code, c.name, c.name_en FROM sales_channel AS c
    """),
    StarTable("dim_stage", _("a stage of a pipeline"), """
        SELECT s.id AS stage_id, s.name, s.name_en, s.kind, s."order" AS position,
            s.probability, p.id AS pipeline_id, p.name AS pipeline, p.name_en AS pipeline_en
        FROM sales_stage AS s JOIN sales_pipeline AS p ON p.id = s.pipeline_id
    """),
    StarTable("dim_person", _("a user of this program"), """
        SELECT u.id AS person_id, u.username, u.role, u.team_id, u.is_active AS active
        FROM accounts_user AS u
    """),
    StarTable("dim_team", _("a team"), """
        SELECT t.id AS team_id, t.name, t.name_en FROM accounts_team AS t
    """),
    StarTable("dim_request_category", _("a category of service requests"), """
        SELECT c.id AS request_category_id, c.code, c.name, c.name_en FROM service_category AS c
    """),
    StarTable("dim_campaign", _("a campaign"), """
        SELECT c.id AS campaign_id, c.name, c.channel, c.status, c.starts_on, c.ends_on, c.budget,
            c.actual_cost, c.ad_spend, c.currency, c.team_id
        FROM marketing_campaign AS c WHERE c.trashed_at IS NULL
    """),
)  # fmt: skip

FACTS = (
    StarTable("fact_sales", _("a line of an order that counts; refunds are negative"), """
        SELECT l.id AS line_id, o.id AS order_id, (o.ordered_at AT TIME ZONE {zone})::date AS date,
            o.customer_id, l.product_id, o.channel_id AS sales_channel_id, o.owner_id AS person_id,
            o.team_id, o.kind, o.status, l.quantity, l.discount AS discount_percent, o.currency,
            l.total AS amount, o.rate, round(l.total * o.rate, 2) AS amount_base
        FROM sales_orderline AS l JOIN sales_order AS o ON o.id = l.order_id
        WHERE o.trashed_at IS NULL AND o.status NOT IN ('draft', 'cancelled')
    """),
    StarTable("fact_deal", _("a deal as it is now"), """
        SELECT d.id AS deal_id, (d.created_at AT TIME ZONE {zone})::date AS created_on,
            (d.closed_at AT TIME ZONE {zone})::date AS closed_on,
            d.expected_close AS expected_close_on, d.customer_id, d.owner_id AS person_id,
            d.team_id, d.stage_id, d.pipeline_id, s.kind AS state, d.lost_reason, d.probability,
            d.amount_base,
            CASE s.kind WHEN 'open' THEN round(d.amount_base * d.probability / 100.0, 2) END
                AS weighted_base
        FROM sales_deal AS d JOIN sales_stage AS s ON s.id = d.stage_id
        WHERE d.trashed_at IS NULL
    """),
    StarTable("fact_deal_stage", _("a step of a deal from stage to stage"), """
        SELECT c.id AS step_id, c.deal_id, c.from_stage_id, c.to_stage_id, c.at,
            (c.at AT TIME ZONE {zone})::date AS date, c.by_id AS person_id
        FROM sales_stagechange AS c JOIN sales_deal AS d ON d.id = c.deal_id
        WHERE d.trashed_at IS NULL
    """),
    StarTable("fact_communication", _("a communication, without its text"), """
        SELECT c.id AS communication_id, (c.happened_at AT TIME ZONE {zone})::date AS date,
            extract(hour FROM c.happened_at AT TIME ZONE {zone})::int AS hour, c.customer_id,
            c.owner_id AS person_id, c.team_id, c.channel, c.direction, c.outcome,
            c.duration_seconds
        FROM communications_communication AS c WHERE c.trashed_at IS NULL
    """),
    StarTable("fact_follow_up", _("a follow-up, planned or done"), """
        SELECT f.id AS follow_up_id, (f.due_at AT TIME ZONE {zone})::date AS due_on,
            (f.done_at AT TIME ZONE {zone})::date AS done_on, f.customer_id,
            f.owner_id AS person_id, f.team_id, f.kind, f.priority
        FROM communications_followup AS f WHERE f.trashed_at IS NULL
    """),
    StarTable("fact_request", _("a service request, with its times and its answered survey"), """
        SELECT r.id AS request_id, (r.opened_at AT TIME ZONE {zone})::date AS opened_on,
            (r.resolved_at AT TIME ZONE {zone})::date AS resolved_on,
            (r.closed_at AT TIME ZONE {zone})::date AS closed_on, r.customer_id,
            r.owner_id AS person_id, r.team_id, r.category_id AS request_category_id, r.kind,
            r.priority, r.channel, r.status, r.reopened_count,
            extract(epoch FROM r.first_responded_at - r.opened_at)::bigint AS response_seconds,
            extract(epoch FROM r.resolved_at - r.opened_at)::bigint AS resolution_seconds,
            coalesce(r.first_responded_at, now()) > r.first_response_due_at AS response_late,
            coalesce(r.resolved_at, now()) > r.resolution_due_at AS resolution_late,
            s.score AS satisfaction
        FROM service_servicerequest AS r
        LEFT JOIN service_survey AS s ON s.request_id = r.id AND s.answered_at IS NOT NULL
        WHERE r.trashed_at IS NULL
    """),
    StarTable("fact_campaign_activity", _("a customer in a campaign"), """
        SELECT a.id AS activity_id, a.campaign_id, a.customer_id, a.owner_id AS person_id,
            a.team_id, (a.happened_at AT TIME ZONE {zone})::date AS date, a.stage, a.result,
            a.revenue
        FROM marketing_activity AS a WHERE a.trashed_at IS NULL
    """),
    StarTable("fact_spend", _("money spent on a channel in a period, its end not included"), """
        SELECT s.id AS spend_id, s.channel, s.starts_on, s.ends_on, s.amount, s.currency,
            s.campaign_id, s.team_id, s.billed, s.billed_currency, s.impressions, s.clicks,
            s.conversions
        FROM marketing_spend AS s
    """),
)  # fmt: skip

STAR = DIMENSIONS + FACTS
