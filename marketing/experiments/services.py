"""Every write about experiments: plan, draw once, end, send the better arm to the rest."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue
from customers.models import Customer
from marketing.experiments.drawing import draw_arms
from marketing.experiments.models import CONTROL, Assignment, Experiment
from marketing.models import Activity, Campaign
from marketing.services import activities_plan, campaign_create, campaign_open

DRAW = "experiment_draw"
ROLL_OUT = "experiment_roll_out"
MOST_CUSTOMERS = 20_000
LEAST_PER_ARM = 20
CHUNK = 2_000
_LOCK = 7_340_021

Progress = Callable[[int, int], None]


def experiment_create(
    *, actor: Any, campaign: Campaign, submission: UUID | None = None, **values: Any
) -> Experiment:
    """A draft on a campaign of the actor's; nobody is drawn yet.

    Raises
    ------
    PermissionDenied
        The campaign is not the actor's to change.
    """
    if not Campaign.objects.editable_by(actor).filter(pk=campaign.pk).exists():
        raise PermissionDenied
    seed = secrets.randbelow(2**31)
    experiment = Experiment(
        campaign=campaign, created_by=actor, seed=seed, submission=submission, **values
    )
    experiment.full_clean(exclude=["submission"], validate_unique=False)
    try:
        with transaction.atomic():
            experiment.save(force_insert=True)
    except IntegrityError:
        twin = submission and Experiment.objects.filter(submission=submission).first()
        if not twin:
            raise
        return twin
    return experiment


def experiment_discard(*, pk: int, actor: Any) -> None:
    """Remove a draft; what was drawn stays for good."""
    with transaction.atomic():
        experiment = _locked(pk, actor)
        if experiment.started_at:
            raise RefusedError(_("The arms are drawn: an experiment cannot be taken back."))
        experiment.delete()


def experiment_ask_draw(*, pk: int, actor: Any) -> Job:
    """Enqueue the draw."""
    with transaction.atomic():
        experiment = _locked(pk, actor)
        _undrawn(experiment)
        return job_enqueue(
            kind=DRAW, params={"experiment": pk}, actor=actor, title=experiment.name,
            url=experiment.get_absolute_url(),
        )  # fmt: skip


@transaction.atomic
def experiment_draw(
    *, pk: int, actor: Any, progress: Progress = lambda done, total: None
) -> Experiment:
    """Fix the audience, draw the arms, and plan an activity with each customer but the control.

    Left out are customers who sit in another running experiment or take part in the campaign
    already; ``excluded`` says how many. Drawn once: a second call is refused.

    Raises
    ------
    PermissionDenied
        The experiment is not the actor's.
    RefusedError
        It is drawn already, its campaign is over, or too few or too many customers are left.
    """
    _one_at_a_time()
    experiment = _locked(pk, actor)
    _undrawn(experiment)
    campaign = campaign_open(actor, experiment.campaign_id)
    members, excluded = _audience(experiment, actor)
    drawn = draw_arms(members, experiment.shares, experiment.seed, experiment.most)
    _check_sizes(experiment, drawn)
    experiment.started_at = timezone.now()
    experiment.excluded = excluded
    experiment.save(update_fields=["started_at", "excluded"])
    _assign(experiment, drawn)
    treated = [customer for customer, arm in drawn.items() if arm != CONTROL]
    _plan(campaign, treated, actor, progress)
    return experiment


def experiment_end(*, pk: int, actor: Any) -> Experiment:
    """Let the customers go: those held out may be addressed from now on. A second call is idle."""
    with transaction.atomic():
        experiment = _locked(pk, actor)
        if experiment.started_at is None:
            raise RefusedError(_("The arms are not drawn yet."))
        if experiment.ended_at is None:
            experiment.ended_at = timezone.now()
            experiment.save(update_fields=["ended_at"])
        return experiment


def experiment_ask_roll_out(*, pk: int, actor: Any, arm: str) -> Job:
    """Enqueue ``experiment_roll_out``, once per experiment and arm."""
    with transaction.atomic():
        experiment = _locked(pk, actor)
        _finished(experiment, arm)
        return job_enqueue(
            kind=ROLL_OUT, params={"experiment": pk, "arm": arm}, actor=actor,
            title=experiment.name, url=experiment.get_absolute_url(),
            idempotency_key=f"{ROLL_OUT}:{pk}:{arm}",
        )  # fmt: skip


@transaction.atomic
def experiment_roll_out(
    *, pk: int, actor: Any, arm: str, progress: Progress = lambda done, total: None
) -> Campaign:
    """Plan a campaign that gives the rest what ``arm`` had: those held out and the other arms.

    Raises
    ------
    RefusedError
        The experiment is not over, or has no such arm.
    """
    experiment = _locked(pk, actor)
    _finished(experiment, arm)
    source = experiment.campaign
    today = timezone.localdate()
    campaign = campaign_create(
        actor=actor,
        name=_("%(campaign)s: %(arm)s for the rest")
        % {"campaign": source.name[:120], "arm": experiment.arm_name(arm)[:60]},
        objective=source.objective, channel=source.channel, starts_on=today,
        ends_on=today + timedelta(days=max((source.ends_on - source.starts_on).days, 0)),
        currency=source.currency,
    )  # fmt: skip
    rest = experiment.assignments.exclude(arm=arm).order_by("customer_id")
    _plan(campaign, list(rest.values_list("customer_id", flat=True)), actor, progress)
    return campaign


def _locked(pk: int, actor: Any) -> Experiment:
    mine = Experiment.objects.editable_by(actor).filter(pk=pk).values("pk")
    found: Experiment | None = (
        Experiment.objects.select_for_update(of=("self",))
        .select_related("campaign").filter(pk__in=mine).first()
    )  # fmt: skip
    if found is None:
        raise PermissionDenied
    return found


def _undrawn(experiment: Experiment) -> None:
    if experiment.started_at:
        raise RefusedError(_("The arms are drawn already; they are never drawn again."))


def _finished(experiment: Experiment, arm: str) -> None:
    if experiment.state not in {"complete", "ended"}:
        raise RefusedError(_("The experiment is still running."))
    if arm not in experiment.arm_keys:
        raise RefusedError(_("The experiment has no such arm."))


def _one_at_a_time() -> None:
    """Two draws at once could take the same customer: the second waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _audience(experiment: Experiment, actor: Any) -> tuple[list[tuple[int, Any]], dict[str, int]]:
    """(id, stratum) of those who can take part, and how many are left out and why.

    Strata: the segment, and whether the customer ever ordered.
    """
    mine = Customer.objects.editable_by(actor)
    if experiment.campaign.team_id:
        mine = mine.filter(team=experiment.campaign.team_id)
    if experiment.segment_id:
        mine = mine.filter(segment=experiment.segment_id)
    rows = list(mine.order_by("pk").values_list("pk", "segment_id", "order_count"))
    others = set(
        Assignment.objects.filter(experiment__in=Experiment.objects.running())
        .values_list("customer_id", flat=True)
    )  # fmt: skip
    there = set(
        Activity.objects.alive().filter(campaign=experiment.campaign_id)
        .values_list("customer_id", flat=True)
    )  # fmt: skip
    elsewhere = sum(pk in others for pk, *_rest in rows)
    inside = sum(pk in there and pk not in others for pk, *_rest in rows)
    members = [
        (pk, (segment or 0, orders > 0))
        for pk, segment, orders in rows
        if pk not in others and pk not in there
    ]
    return members, {"elsewhere": elsewhere, "inside": inside}


def _check_sizes(experiment: Experiment, drawn: dict[int, str]) -> None:
    if len(drawn) > MOST_CUSTOMERS:
        raise RefusedError(
            _("At most %(limit)s customers take part in an experiment; say how many at most.")
            % {"limit": MOST_CUSTOMERS}
        )
    counts = [list(drawn.values()).count(arm) for arm in experiment.shares]
    if min(counts) < LEAST_PER_ARM:
        raise RefusedError(
            _(
                "Only %(customers)d customers can take part: the smallest arm would have "
                "%(least)d, and %(needed)d are needed."
            )
            % {"customers": len(drawn), "least": min(counts), "needed": LEAST_PER_ARM}
        )


def _assign(experiment: Experiment, drawn: dict[int, str]) -> None:
    rows = (
        Assignment(experiment=experiment, customer_id=customer, arm=arm)
        for customer, arm in drawn.items()
    )
    Assignment.objects.bulk_create(rows, batch_size=CHUNK)


def _plan(campaign: Campaign, ids: Sequence[int], actor: Any, progress: Progress) -> None:
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        customers = Customer.objects.editable_by(actor).filter(pk__in=chunk)
        activities_plan(campaign=campaign, customers=customers, actor=actor)
        progress(start + len(chunk), len(ids))
