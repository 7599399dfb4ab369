"""Scores between the nights: what changed is scored anew by the stored model, the rest is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from analytics import runs
from analytics.changes import OF_CUSTOMERS
from analytics.models import CustomerScore, Run, WinChance
from analytics.rescoring import REFRESH_KIND
from communications.models import FollowUp
from communications.services import communication_log
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.services import job_enqueue
from customers.models import Customer
from sales.models import Deal, Quote
from sales.services import deal_move, deal_trash
from tests.factories.sales import DealFactory

pytestmark = pytest.mark.django_db


def refresh() -> dict[str, int]:
    job = job_enqueue(kind=REFRESH_KIND, params={}, actor=None)
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    return {name.split(" ")[0]: count for name, count in job.result["table"]}


@pytest.fixture(scope="module")
def shown(
    truth: dict[str, Any], django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Runs on deals and customers of the whole company; nothing changed in the last hour."""
    folder = tmp_path_factory.mktemp("models")
    with (
        override_settings(MODELS_DIR=folder), django_db_blocker.unblock(), transaction.atomic()
    ):  # fmt: skip
        for method in ("win", "potential"):
            runs.run_method(method=method)
        before = timezone.now() - timedelta(hours=1)
        for model in (*OF_CUSTOMERS, Customer, FollowUp, Quote):
            model.objects.update(updated_at=before)
        yield folder
        transaction.set_rollback(True)


def chances() -> dict[int, tuple[int, float]]:
    return {one.deal_id: (one.pk, one.chance) for one in WinChance.objects.shown()}


def test_it_scores_what_changed_and_leaves_the_rest(shown: Path, person: Any) -> None:
    admin = person("admin")
    assert set(refresh().values()) == {0}
    before = chances()
    talked, won, gone = Deal.objects.filter(pk__in=before).order_by("pk")[:3]
    others = Deal.objects.filter(customer__in=[talked.customer_id, won.customer_id])
    communication_log(
        actor=admin, customer=talked.customer, channel="phone", about_kind="deal",
        about_id=talked.pk,
    )  # fmt: skip
    deal_move(pk=won.pk, actor=admin, stage=won.pipeline.stages.get(kind="won"))
    deal_trash(pk=gone.pk, actor=admin)
    new = DealFactory(customer=talked.customer, stage=talked.stage, team=talked.team)
    refresh()
    after = chances()
    assert after[talked.pk][1] > before[talked.pk][1]
    assert new.pk in after
    assert {won.pk, gone.pk}.isdisjoint(after)
    touched = {gone.pk, new.pk, *others.values_list("pk", flat=True)}
    theirs = Deal.objects.filter(customer=gone.customer_id).values_list("pk", flat=True)
    same = set(before) - touched - set(theirs)
    assert len(same) > 100
    assert {pk: after[pk] for pk in same} == {pk: before[pk] for pk in same}
    run = Run.objects.get(method="win")
    assert run.refreshed_at is not None
    assert run.told_at == run.refreshed_at


def test_it_gives_what_a_run_of_now_would_give(shown: Path) -> None:
    """The rows of all records scored anew, by the same models, are those of the run."""
    Run.objects.update(read_at=timezone.now() - timedelta(days=1))
    before = {
        model: set(model.objects.shown().values_list(about, "chance", "level"))
        for model, about in ((WinChance, "deal"), (CustomerScore, "customer"))
    }
    kept = {pk for pk, _chance in chances().values()}
    counts = refresh()
    assert sum(counts.values()) == sum(map(len, before.values()))
    for model, about in ((WinChance, "deal"), (CustomerScore, "customer")):
        again = set(model.objects.shown().values_list(about, "chance", "level"))
        assert again == before[model]
    assert kept.isdisjoint(pk for pk, _chance in chances().values())


def test_it_leaves_a_model_that_cannot_be_used_to_the_night(shown: Path) -> None:
    (path,) = shown.glob("win-*")
    whole, told = path.read_bytes(), chances()
    path.write_bytes(b"half")
    Run.objects.update(read_at=timezone.now() - timedelta(days=1))
    assert len(refresh()) == 1
    path.write_bytes(whole)
    assert chances() == told
