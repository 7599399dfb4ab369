"""Page-shaped reads of jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.jobs.models import Job

PAGE = 50


def job_page(*, user: Any, before: UUID | None = None) -> tuple[list[Job], Job | None]:
    """The newest jobs the user may see, and the one after which the next page starts.

    ``before`` is the last job of the page before; one that the user may not see is ignored.
    """
    seen = Job.objects.visible_to(user).filter(parent=None).select_related("created_by")
    jobs = seen.with_parts().order_by("-created_at", "-pk")
    mark = jobs.filter(pk=before).first() if before else None
    if mark is not None:
        older = jobs.filter(created_at=mark.created_at, pk__lt=mark.pk)
        jobs = older | jobs.filter(created_at__lt=mark.created_at)
    rows = list(jobs[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None
