"""Do a result again: the same parameters, seed and rows."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from analytics.datasets.models import Analysis
from analytics.datasets.services import analysis_start
from analytics.models import Run
from crm.common.errors import RefusedError
from crm.jobs.services import job_enqueue
from crm.records.resources import KEEPERS


@transaction.atomic
def run_again(*, pk: int, actor: Any) -> Run:
    """Enqueue a run with the parameters, seed and data window of another one. It writes nothing
    back: segments and scores stay those of the newest run.

    Raises
    ------
    RefusedError
        The run has not ended, or it failed: there is nothing to do again.
    """
    origin = _found(Run.objects.visible_to(actor).select_related("reproduces"), pk, actor)
    if origin.state not in {Run.State.FINISHED, Run.State.REFUSED}:
        raise RefusedError(_("Only a run with a result can be computed again."))
    first = origin.reproduces or origin
    run = Run.objects.create(
        method=first.method, params=first.params, team_id=first.team_id, created_by=actor,
        seed=first.seed, reproduces=first,
    )  # fmt: skip
    run.job = job_enqueue(
        kind="analyze", params={"run": run.pk}, actor=actor,
        title=str(Run.Method(run.method).label), url=run.get_absolute_url(),
    )  # fmt: skip
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def analysis_again(*, pk: int, actor: Any) -> Analysis:
    """Ask a table the same again, with the options and cleaning steps of then.

    Raises
    ------
    RefusedError
        It has not ended, or the table cannot be read now.
    """
    visible = Analysis.objects.visible_to(actor).select_related("reproduces")
    origin = _found(visible, pk, actor)
    if origin.state == Analysis.State.RUNNING:
        raise RefusedError(_("Only a run with a result can be computed again."))
    return analysis_start(
        pk=origin.dataset_id, actor=actor, method=origin.method, options=origin.options,
        again=origin.reproduces or origin,
    )  # fmt: skip


def _found(visible: Any, pk: int, actor: Any) -> Any:
    found = visible.filter(pk=pk).first() if actor.role in KEEPERS else None
    if found is None:
        raise PermissionDenied
    return found
