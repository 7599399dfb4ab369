"""Communications: counted to the day, parted, forecast against the week before, shown by filter."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse

from analytics import runs, talk_runs
from analytics.frames import Scope
from analytics.models import Run
from analytics.talk_frames import daily_talks
from communications.models import Communication
from crm.accounts.models import Team
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
NOTE = Communication.Channel.NOTE


@pytest.fixture(scope="module")
def talks(truth: dict[str, Any], django_db_blocker: Any) -> Iterator[Run]:
    """One run on the demo, whose rarer channels become calls: each forecast takes seconds."""
    with django_db_blocker.unblock():
        rare = Communication.objects.exclude(channel__in=["phone", "sms", "note"])
        rare.update(channel="phone")
        yield runs.run_method(method="communications")


def counted() -> Any:
    return Communication.objects.alive().exclude(channel=NOTE)


def test_it_counts_every_communication_once_and_fills_days_without_any(talks: Run) -> None:
    assert talks.state == Run.State.FINISHED, talks.error
    channels = talks.result["channels"]
    assert channels["all"]["n"] == counted().count() == talks.rows_used
    assert sum(channels[name]["n"] for name in talks.result["order"]) == channels["all"]["n"]
    assert "note" not in channels
    first = date.fromisoformat(talks.result["first"])
    counts = channels["phone"]["counts"]
    for back in (3, 40, 300):
        day = first + timedelta(days=len(counts) - back)
        that_day = counted().filter(channel="phone", happened_at__date=day).count()
        assert counts[len(counts) - back] == that_day
    assert 0 in counts


def test_it_parts_the_days_and_the_parts_add_up(talks: Run) -> None:
    whole = talks.result["channels"]["all"]
    parts = whole["parts"]
    total = np.sum([parts[name] for name in parts], axis=0)
    assert total == pytest.approx(np.array(whole["counts"], dtype=float), abs=0.01)
    week = next(one for one in whole["seasons"] if one["periods"] == 7)
    assert week["strength"] > 0.4  # nobody talks on Sundays
    assert {"trend", "season_7", "season_365", "remainder"} <= set(parts)


def test_it_forecasts_each_channel_beside_repeating_the_week(talks: Run) -> None:
    whole = talks.result["channels"]["all"]
    assert len(whole["forecast"]) == talk_runs.HORIZON
    for step in whole["forecast"]:
        assert 0 <= step["lo95"] <= step["lo80"] <= step["mean"] <= step["hi80"] <= step["hi95"]
    assert whole["backtest"]["mase"] <= whole["backtest"]["naive_mase"]
    judged = [entry for entry in talks.result["channels"].values() if entry.get("backtest")]
    assert len(judged) == 3


def test_it_gives_the_hours_of_the_week(talks: Run) -> None:
    grid = talks.result["heat"]["all"]["all"]
    assert sum(map(sum, grid)) == counted().count()
    lately = talks.result["heat"]["all"]["90days"]
    assert 0 < sum(map(sum, lately)) < sum(map(sum, grid))


def test_it_waits_from_the_first_of_several_to_the_next_outgoing_one(talks: Run) -> None:
    team = Team.objects.create(name="Waiting")
    customer, silent = CustomerFactory(team=team), CustomerFactory(team=team)
    start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    for hours, direction, channel in (
        (0, "out", "phone"), (10, "in", "wechat"), (11, "in", "email"), (13, "out", "phone"),
        (20, "in", "wechat"), (21, "out", "email"), (22, "out", "note"),
    ):  # fmt: skip
        CommunicationFactory(
            customer=customer, team=team, direction=direction, channel=channel,
            happened_at=start + timedelta(hours=hours),
        )  # fmt: skip
    CommunicationFactory(
        customer=silent, team=team, direction="in", channel="sms", happened_at=start
    )
    frame = daily_talks(Scope(team_id=team.pk))
    found = {row["channel"]: row for row in frame.attrs["answers"]["talks"]["all"]}
    assert found["wechat"] == {
        "channel": "wechat", "n": 2, "answered": 2, "median": 1.0, "p90": 3.0,
    }  # fmt: skip
    assert found["sms"] == {
        "channel": "sms", "n": 1, "answered": 0, "median": None, "p90": None,
    }  # fmt: skip
    assert "email" not in found  # the second of two in a row
    assert found["all"]["n"] == 3


def test_it_says_when_no_forecast_beats_the_week_before() -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2026-01-01", periods=200)
    frame = pd.DataFrame({"day": days, "channel": "phone", "n": rng.poisson(4, 200) + 1})
    frame.attrs = {"heat": {}, "answers": {}, "last": "2026-07-19"}
    result, _notices, rows = talk_runs.fit(frame)
    assert rows == frame["n"].sum()
    found = result["channels"]["phone"]
    assert found["trend"]["direction"] == "none"
    week = next(one for one in found["seasons"] if one["periods"] == 7)
    assert week["strength"] < 0.4


def test_it_shows_what_the_filters_ask_for(talks: Run, person: Any, client: Client) -> None:
    client.force_login(person("admin"))
    address = reverse("analytics:method", args=["communications"])
    page = client.get(address, {"channel": "phone", "period": "90days"}).content.decode()
    assert "Phone call: " in page
    assert "repeating the week before" in page
    csv = reverse("analytics:run_csv", args=[talks.pk, "days"])
    lines = client.get(csv, {"channel": "phone", "period": "90days"}).content.decode().splitlines()
    assert len(lines) == 1 + 90 + talk_runs.HORIZON
    everything = client.get(csv, {"period": "all"}).content.decode().splitlines()
    assert len(everything) == 1 + len(talks.result["channels"]["all"]["counts"]) + talk_runs.HORIZON
    for key in ("channels", "heat", "trend", "week", "year", "rest", "answers-requests"):
        answer = client.get(reverse("analytics:run_csv", args=[talks.pk, key]))
        assert answer.status_code == 200, key
    odd = client.get(address, {"channel": "'; --", "period": "x", "team": "99999999999"})
    assert odd.status_code == 200


def test_it_refuses_few_communications(talks: Run) -> None:
    run = runs.run_method(method="communications", team_id=Team.objects.create(name="Few").pk)
    assert run.state == Run.State.REFUSED
    assert "at least 100" in run.error["text"]
