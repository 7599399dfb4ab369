"""Score one customer as they are now, by the stored models of the runs that are shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from analytics import snapshots
from analytics.model_files import model_read
from analytics.models import CustomerScore, Run
from analytics.score_runs import QUESTIONS, scope_of
from analytics.scores import score_rows
from crm.common.errors import RefusedError
from crm.jobs.services import job_enqueue
from customers.models import Customer

JOB_KIND = "score_customer"


def score_ask(*, customer: Customer, actor: Any) -> Any:
    """Enqueue the scoring of a customer whom the actor sees."""
    return job_enqueue(
        kind=JOB_KIND, params={"customer": customer.pk}, actor=actor,
        title=_("Score: %(name)s") % {"name": customer.name}, url=customer.get_absolute_url(),
    )  # fmt: skip


def customer_score(*, pk: int) -> list[str]:
    """Write the customer's scores anew; gives the kinds that were written.

    A question that no longer concerns the customer loses its score: who ordered is not asked
    whether they will come back.

    Raises
    ------
    RefusedError
        No scores are shown yet, or a stored model cannot be used.
    """
    customer = Customer.objects.alive().filter(pk=pk).first()
    runs = _runs_for(customer) if customer else []
    if not runs:
        raise RefusedError(_("No model for scores is there yet: it comes with the next night."))
    return [run.method for run in runs if _score(run, pk)]


def _runs_for(customer: Customer) -> list[Run]:
    """For each question the shown run of the customer's team, else the company's."""
    shown = Run.objects.filter(method__in=QUESTIONS, live=True, result__signal=True)
    shown = shown.select_related("created_by", "reproduces")
    found: dict[str, Run] = {}
    for run in shown.filter(Q(team=None) | Q(team=customer.team_id)):
        if run.team_id is not None or run.method not in found:
            found[run.method] = run
    return [found[method] for method in QUESTIONS if method in found]


def _score(run: Run, pk: int) -> bool:
    import numpy as np

    scorer = model_read(run)
    scope = replace(scope_of(run), today=None, customer_id=pk)
    frame = snapshots.asked_today(scope, QUESTIONS[run.method])
    features, rows = scorer.read(frame), np.arange(len(frame))
    found = score_rows(
        kind=run.method, customers=frame["customer"].to_numpy(),
        chances=scorer.probabilities(features, rows), reasons=scorer.reasons(features, rows),
        base_rate=run.result["base_rate"], top=run.result.get("top"),
    )  # fmt: skip
    with transaction.atomic():
        if not Run.objects.select_for_update().filter(pk=run.pk, live=True).exists():
            return False  # a newer run is shown, which knew all of this
        CustomerScore.objects.filter(run=run, customer=pk).delete()
        made = [
            CustomerScore(run=run, **dict(zip(found.columns, row, strict=True)))
            for row in found.rows
        ]
        for score in made:
            score.reasons = json.loads(score.reasons)
        CustomerScore.objects.bulk_create(made)
    return bool(made)
