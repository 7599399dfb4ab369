"""Score customers and open deals as they are now, by the stored models of the runs shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import changes, deal_frames, generations, score_runs, snapshots, win_runs
from analytics.frames import Scope
from analytics.generations import Rows
from analytics.model_files import model_read, model_usable
from analytics.models import CustomerScore, Run, WinChance
from analytics.score_runs import QUESTIONS, scope_of
from analytics.scores import score_rows
from crm.common.errors import RefusedError
from crm.jobs.direct import DirectWork
from crm.jobs.services import job_enqueue
from customers.models import Customer

JOB_KIND, REFRESH_KIND = "score_customer", "scores_refresh"
AT_ONCE = 2_000


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
    return [run.method for run in runs if _score(run, [pk], DirectWork())]


def _runs_for(customer: Customer) -> list[Run]:
    """For each question the shown run of the customer's team, else the company's."""
    shown = Run.objects.filter(method__in=QUESTIONS, live=True, result__signal=True)
    shown = shown.select_related("created_by", "reproduces")
    found: dict[str, Run] = {}
    for run in shown.filter(Q(team=None) | Q(team=customer.team_id)):
        if run.team_id is not None or run.method not in found:
            found[run.method] = run
    return [found[method] for method in QUESTIONS if method in found]


def scores_refresh(work: Any) -> list[tuple[str, int]]:
    """Score what changed since, of all runs that are shown; each is then as of this moment.

    Gives how many were scored by each run, with its name. A model that cannot be used is left to
    the next night, which learns it anew. ``work`` is a ``JobContext`` or the like.
    """
    told = []
    shown = Run.objects.filter(live=True, method__in=[*QUESTIONS, Run.Method.WIN])
    for run in shown.select_related("created_by", "team").order_by("pk"):
        if score_runs.tells(run) and model_usable(run):
            name = run.get_method_display()
            told.append((f"{name} · {run.team}" if run.team else name, _refresh(run, work)))
    return told


def _refresh(run: Run, work: Any) -> int:
    begun = timezone.now()
    since = run.told_at - changes.SLACK
    deals = run.method == Run.Method.WIN
    pks = changes.deals_since(since) if deals else changes.customers_since(since)
    scorer, count = model_read(run) if pks else None, 0
    for start in range(0, len(pks), AT_ONCE):
        work.progress(start, len(pks), str(run))
        count += _score(run, pks[start : start + AT_ONCE], work, scorer)
    Run.objects.filter(pk=run.pk).update(refreshed_at=begun)
    return count


def _score(run: Run, pks: Sequence[int], work: Any, scorer: Any = None) -> int:
    """Write what a run tells of these records anew; gives of how many it tells something."""
    scorer = scorer or model_read(run)
    deals = run.method == Run.Method.WIN
    model = WinChance if deals else CustomerScore
    asked = [row["pk"] for row in generations.told_of(run, model).filter(pk__in=pks)]
    found, scope = Rows(model, (), ()), replace(scope_of(run), today=None, ids=asked)
    if asked and deals:
        found = win_runs.told(scorer, deal_frames.deals(scope), run.result["base_rate"])
    elif asked:
        found = _customers_told(run, scorer, scope)
    return generations.rows_replace(run=run, found=found, pks=pks, work=work)


def _customers_told(run: Run, scorer: Any, scope: Scope) -> Rows:
    import numpy as np

    frame = snapshots.asked_today(scope, QUESTIONS[run.method])
    features, rows = scorer.read(frame), np.arange(len(frame))
    return score_rows(
        kind=run.method, customers=frame["customer"].to_numpy(),
        chances=scorer.probabilities(features, rows), reasons=scorer.reasons(features, rows),
        base_rate=run.result["base_rate"], top=run.result.get("top"),
    )  # fmt: skip
