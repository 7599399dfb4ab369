"""The chance of winning on the demo company: what was planted is found, and what was not is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from analytics import runs, win_runs
from analytics.deal_frames import LEARN, deals
from analytics.frames import Scope
from analytics.models import Run, WinChance
from sales.models import Deal

pytestmark = pytest.mark.django_db
# The demo of these tests ends on this day, whatever the clock says.
DAY = date(2026, 11, 20)


@pytest.fixture
def run(truth: dict[str, Any]) -> Run:
    return runs.run_method(method="win", params={"today": DAY.isoformat()})


def test_it_finds_what_was_planted_and_tells_of_open_deals(run: Run) -> None:
    assert run.metrics["better"]
    assert run.metrics["auc_lo"] > 0.6
    assert run.metrics["log_loss"] < run.metrics["stage_rate"]
    moved = {one["column"]: one["direction"] for one in run.result["influences"]}
    assert moved["deal_contacts"] == "up"
    assert run.result["leaks"] == []
    told = WinChance.objects.shown()
    assert told.count() == run.result["scored"] == Deal.objects.alive().open().count()
    assert all(0 < len(one.reasons) <= 5 for one in told)
    assert told.exclude(before=None).exists()


def test_it_finds_nothing_when_outcomes_are_shuffled(truth: dict[str, Any]) -> None:
    frame = deals(Scope(today=DAY))
    learned = frame["part"] == LEARN
    frame.loc[learned, "event"] = np.random.default_rng(5).permutation(frame.loc[learned, "event"])
    found, result, rows = win_runs.fit(Run(method="win", seed=7), frame)
    assert not found.better
    assert result["scored"] == 0
    assert list(rows.rows) == []


def test_it_shows_the_run_to_a_manager(run: Run, person: Any, client: Client) -> None:
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=["win"])).content.decode()
    assert f"Of {run.result['scored']} open deals about" in page
    assert "Log-loss of the stage&#x27;s own rate" in page
    for key in ("influences", "lift", "calibration"):
        answer = client.get(reverse("analytics:run_csv", args=[run.pk, key]))
        assert answer.status_code == 200
