"""A forecast of many groups gives the same answer here, over the workers, and on a Dask cluster."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from analytics.datasets.models import Analysis, Dataset
from analytics.datasets.services import analysis_start
from analytics.fan_out import forecast_answer
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.jobs.services import job_cancel
from tests.factories.cast import Cast, make_cast

GROUPS = 9
OPTIONS = {"value": "sales", "date": "year", "group": "shop", "horizon": 2}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Nine shops of fourteen years, and one that is too young to be forecast."""
    rng = np.random.default_rng(2)
    years = pd.date_range("2010-01-01", periods=14, freq="YS")
    shops = [
        pd.DataFrame({"shop": f"S{k}", "year": years, "sales": 100 + rng.normal(0, 5, 14).cumsum()})
        for k in range(GROUPS)
    ]
    return pd.concat([*shops, shops[0][:3].assign(shop="young")], ignore_index=True).round(2)


@pytest.fixture(scope="module")
def here(table: pd.DataFrame) -> dict[str, Any]:
    """The answer of this process."""
    return forecast_answer(table, OPTIONS)


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


@pytest.fixture
def analysis(cast: Cast, table: pd.DataFrame) -> Analysis:
    dataset = Dataset.objects.create(
        name="shops", filename="shops.csv", team=cast.manager.team, state=Dataset.State.READY,
        columns=[{"column": name, "kind": "text"} for name in table], created_by=cast.manager,
    )  # fmt: skip
    dataset.file.save("shops.csv", ContentFile(table.to_csv(index=False).encode()))
    return analysis_start(
        pk=dataset.pk, actor=cast.manager, method="forecast", options=dict(OPTIONS)
    )


def test_it_forecasts_the_groups_in_parts(analysis: Analysis, here: dict[str, Any]) -> None:
    job_run(analysis.job_id)
    job = Job.objects.get(pk=analysis.job_id)
    parts = list(job.parts.order_by("-part"))
    assert job.state == Job.State.SPLIT
    assert [part.progress_total for part in parts] == [4, 5]
    for part in parts:
        job_run(part.pk)
    job_run(job.pk)
    analysis.refresh_from_db()
    assert analysis.state == Analysis.State.FINISHED
    with analysis.file.open() as file:
        whole = json.load(file)
    assert whole == {"method": "forecast", **json.loads(json.dumps(here))}
    assert any("young" in caution for caution in whole["warnings"])
    assert not any(job.parts.values_list("result", flat=True))


def test_it_leaves_a_cancelled_forecast_to_be_tried_again(analysis: Analysis, cast: Cast) -> None:
    job_run(analysis.job_id)
    job_cancel(job=analysis.job, actor=cast.manager)
    analysis.refresh_from_db()
    assert analysis.state == Analysis.State.RUNNING
    assert analysis.shown_state == Job.State.CANCELLED.label


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with one worker."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp",
        dashboard_address="127.0.0.1:0", silence_logs=40,
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")  # Fugue's and Dask's own, of each other's newer versions
def test_it_forecasts_the_groups_on_dask(
    scheduler: str, settings: Any, table: pd.DataFrame, here: dict[str, Any]
) -> None:
    settings.FORECAST_ENGINE, settings.DASK_SCHEDULER = "dask", scheduler
    assert forecast_answer(table, OPTIONS) == here


def test_it_says_that_the_scheduler_does_not_answer(
    analysis: Analysis, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.dask_engine.CONNECT_SECONDS", 1)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    settings.FORECAST_ENGINE, settings.DASK_SCHEDULER = "dask", address
    job_run(analysis.job_id)
    analysis.refresh_from_db()
    assert (analysis.state, analysis.error["text"]) == (
        Analysis.State.REFUSED, f"The Dask scheduler at {address} does not answer.",
    )  # fmt: skip


def test_it_says_on_the_command_line_that_no_scheduler_is_set(
    settings: Any, table: pd.DataFrame, tmp_path: Path
) -> None:
    settings.FORECAST_ENGINE = "dask"
    table.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CommandError, match="DASK_SCHEDULER") as told:
        call_command(
            "analyze", "forecast", csv=str(tmp_path / "t.csv"), value="sales", date="year",
            group="shop", horizon=2,
        )  # fmt: skip
    assert told.value.returncode == 2
