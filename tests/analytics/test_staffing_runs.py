"""Staffing on the demo company: hours as configured, work as recorded, and what it rests on."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import runs, staffing_frames, staffing_runs
from analytics.frames import Scope
from analytics.methods.staffing import agents_needed
from analytics.models import Run
from service.models import Holiday, ServiceRequest, Shift

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def staffing(truth: dict[str, Any], django_db_blocker: Any) -> Iterator[Run]:
    with django_db_blocker.unblock():
        yield runs.run_method(method="staffing")


def test_it_plans_the_open_hours_and_no_others(staffing: Run) -> None:
    assert staffing.state == Run.State.FINISHED, staffing.error
    hours = staffing.result["hours"]
    shifts = list(Shift.objects.all())
    assert {hour["weekday"] for hour in hours} == {shift.weekday for shift in shifts}
    for hour in hours:
        assert any(
            shift.weekday == hour["weekday"]
            and shift.starts_at.hour <= hour["hour"] <= shift.ends_at.hour
            for shift in shifts
        )
    assert sum(hour["mean"] for hour in hours) * staffing.result["weeks"] == pytest.approx(
        staffing.rows_used, rel=0.01
    )


def test_it_moves_what_comes_at_night_to_the_opening(staffing: Run) -> None:
    frame = staffing_frames.arrivals(Scope())
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    opened = ServiceRequest.objects.alive().filter(
        opened_at__date__gte=monday - timedelta(weeks=staffing_frames.WEEKS),
        opened_at__date__lt=monday,
    )
    assert len(frame) == opened.count()
    holidays = set(Holiday.objects.values_list("day", flat=True))
    assert not {moment.date() for moment in frame["at"]} & holidays
    assert (pd.to_datetime(frame["at"]).dt.dayofweek < 5).all()


def test_it_measures_the_work_as_it_says(staffing: Run) -> None:
    handling = staffing.result["handling"]
    work = handling["call_seconds"] + 60 * handling["reply_minutes"] * handling["replies"]
    assert handling["seconds"] == pytest.approx(work / handling["requests"])
    busiest = max(staffing.result["hours"], key=lambda hour: hour["mean"])
    needed = agents_needed(
        busiest["mean"], handling["seconds"], staffing_runs.TARGET, staffing.result["within"]
    )
    assert busiest["lo"] <= busiest["agents"] <= busiest["hi"]
    assert abs(busiest["agents"] - needed) == 0


def test_it_tells_managers_on_the_page_and_on_the_desk(
    staffing: Run, person: Any, client: Client
) -> None:
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=["staffing"])).content.decode()
    assert "hours of presence" in page
    assert "writing is not timed" in page
    for key in ("people", "work"):
        answer = client.get(reverse("analytics:run_csv", args=[staffing.pk, key]))
        assert answer.status_code == 200
    assert "hours of presence" in client.get(reverse("service:desk")).content.decode()
    client.force_login(person("agent"))
    assert "hours of presence" not in client.get(reverse("service:desk")).content.decode()


def test_it_leaves_out_the_holidays_of_the_coming_week(staffing: Run) -> None:
    monday = date.fromisoformat(staffing.result["week"])
    Holiday.objects.get_or_create(day=monday + timedelta(days=1), defaults={"name": "Off"})
    again = runs.run_method(method="staffing")
    assert (monday + timedelta(days=1)).isoformat() in again.result["closed"]


def test_it_refuses_few_requests(staffing: Run, person: Any) -> None:
    ServiceRequest.objects.filter(opened_at__gte=timezone.now() - timedelta(weeks=14)).update(
        opened_at=timezone.now() - timedelta(weeks=30)
    )
    run = runs.run_method(method="staffing")
    assert run.state == Run.State.REFUSED
    assert "at least 50" in run.error["text"]
