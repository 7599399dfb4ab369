"""How long deals usually stay in each stage: the median of the stays that ended."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from crm.jobs.models import Job
from crm.jobs.services import job_enqueue
from sales.models import Stage
from sales.services.reach import require_keeper

FEWEST_STAYS = 20
MONTHS = 24
REFRESH_KIND = "stage_norms"

_REFRESH = """
WITH stays AS (
    SELECT c.to_stage_id AS stage, c.at,
        lead(c.at) OVER (PARTITION BY c.deal_id ORDER BY c.at, c.id) - c.at AS stay
    FROM sales_stagechange AS c JOIN sales_deal AS d ON d.id = c.deal_id
    WHERE d.trashed_at IS NULL),
usual AS (
    SELECT stage, count(*) AS stays,
        extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY stay)) AS seconds
    FROM stays WHERE stay IS NOT NULL AND at >= now() - make_interval(months => %(months)s)
    GROUP BY stage)
UPDATE sales_stage AS s SET
    norm_stays = coalesce(u.stays, 0), norm_at = now(),
    norm_seconds = CASE WHEN u.stays >= %(fewest)s THEN u.seconds::bigint END
FROM sales_stage AS k LEFT JOIN usual AS u ON u.stage = k.id
WHERE s.id = k.id
"""


@transaction.atomic
def stage_norms_refresh() -> int:
    """Measure every stage's usual stay again. Gives the number of stages that have one.

    The median of the stays that began in the last ``MONTHS`` and ended; none where fewer than
    ``FEWEST_STAYS`` did. Stays that still last would make it longer the longer nobody looks.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"fewest": FEWEST_STAYS, "months": MONTHS})
    return Stage.objects.filter(norm_seconds__isnull=False).count()


def stage_norms_request(*, actor: Any, url: str) -> Job:
    """Measure in the background, for managers and administrators; ``url`` shows the result."""
    require_keeper(actor)
    return job_enqueue(kind=REFRESH_KIND, params={}, actor=actor, url=url)
