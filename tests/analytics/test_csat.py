"""Satisfaction on the demo company: planted causes, noise, likely marks where people work."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import csat_risk, runs, service_frames
from analytics.frames import Scope
from analytics.methods.satisfaction import explain_marks
from analytics.models import RequestRisk, Run
from analytics.tasks import score_open_requests
from crm.accounts.models import Team
from service import services
from service.models import Reply, ServiceRequest, StatusChange, Survey

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def csat(truth: dict[str, Any], django_db_blocker: Any) -> Iterator[Run]:
    with django_db_blocker.unblock():
        yield runs.run_method(method="csat")


def test_it_names_the_planted_causes_with_the_right_sign(truth: dict[str, Any], csat: Run) -> None:
    assert csat.state == Run.State.FINISHED, csat.error
    assert csat.result["signal"]
    ratios = {one["name"]: one for one in csat.result["odds_ratios"]}
    planted = {"response_hours": "log_response", "kind=complaint": "complaint",
               "reopened": "reopened"}  # fmt: skip
    for name, cause in planted.items():
        assert truth["csat"][cause] < 0
        assert ratios[name]["own_hi"] < 1, name
    others = [one for name, one in ratios.items() if name not in planted]
    assert sum(one["p"] < 0.01 for one in others) == 0
    # Half the log-odds of waiting twice as long, as planted: within the interval.
    slope = truth["csat"]["log_response"] * np.log(2) * np.pi / np.sqrt(3)
    waiting = ratios["response_hours"]
    expected = np.exp(slope / truth["csat"]["noise_sd"])
    assert waiting["own_lo"] < expected < waiting["own_hi"]
    assert csat.result["models"][0]["log_loss"] < csat.result["models"][-1]["log_loss"]


def test_it_says_no_signal_when_marks_are_shuffled(csat: Run) -> None:
    frame = service_frames.surveys(Scope())
    frame["score"] = np.random.default_rng(4).permutation(frame["score"])
    found = explain_marks(frame, service_frames.DRIVERS, later=service_frames.LATER)
    assert not found.drivers.signal
    assert found.card is None


def test_it_knows_nothing_that_happened_after_the_survey(csat: Run) -> None:
    before = service_frames.surveys(Scope())
    surveyed = ServiceRequest.objects.filter(survey__isnull=False)
    for survey in Survey.objects.filter(request__in=surveyed)[:20]:
        later = survey.sent_at + timedelta(days=1)
        change = StatusChange(
            request_id=survey.request_id, from_status="closed", to_status="in_progress", at=later
        )
        change.save()
        reply = Reply.objects.create(request_id=survey.request_id, body="later")
        Reply.objects.filter(pk=reply.pk).update(created_at=later)
        ServiceRequest.objects.filter(pk=survey.request_id).update(
            resolved_at=later, reopened_count=5
        )
    after = service_frames.surveys(Scope())
    known = [name for name in service_frames.DRIVERS if name != "load"]
    # A request that was resolved again counts as resolved when the survey went out.
    assert (after["resolution_hours"] >= before["resolution_hours"]).all()
    known.remove("resolution_hours")
    pd.testing.assert_frame_equal(before[known], after[known])


def test_it_counts_drivers_by_hand(csat: Run) -> None:
    request = ServiceRequest.objects.filter(survey__score__isnull=False, reopened_count=1).first()
    assert request is not None
    frame = service_frames.surveys(Scope())
    asked = list(Survey.objects.order_by("sent_at", "pk").values_list("request_id", flat=True))
    row = frame.iloc[asked.index(request.pk)]
    assert request.first_responded_at is not None
    waited = (request.first_responded_at - request.opened_at).total_seconds() / 3600
    assert row["response_hours"] == pytest.approx(waited, abs=0.001)
    assert row["reopened"] == 1
    assert row["score"] == request.survey.score
    held = ServiceRequest.objects.filter(
        owner=request.survey.agent, opened_at__lt=request.opened_at, trashed_at=None
    )
    still = [one for one in held if not one.resolved_at or one.resolved_at > request.opened_at]
    assert row["load"] == len(still)


def test_it_shows_findings_in_plain_words_with_charts(
    csat: Run, person: Any, client: Client
) -> None:
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=["csat"])).content.decode()
    assert "Waiting twice as long for the first response" in page
    assert "odds of a better mark ×" in page
    assert "do not rank" in page
    assert "gave a mark" in page
    for key in ("drivers", "months", "agents", "categories", "calibration"):
        answer = client.get(reverse("analytics:run_csv", args=[csat.pk, key]))
        assert answer.status_code == 200, key
    client.force_login(person("manager"))
    assert client.get(csat.get_absolute_url()).status_code == 404


def test_it_shows_the_likely_mark_where_requests_are(
    csat: Run, person: Any, client: Client
) -> None:
    open_now = ServiceRequest.objects.alive().open()
    assert RequestRisk.objects.count() == open_now.count() > 0
    risk = RequestRisk.objects.filter(level=3).select_related("request").first()
    assert risk is not None
    assert 0 < len(risk.reasons) <= 5
    client.force_login(person("agent"))
    page = client.get(risk.request.get_absolute_url()).content.decode()
    assert "Likely mark" in page
    assert "usually" in page
    listed = client.get(csat_risk.risk_url())
    shown = {row.pk for row in listed.context["page"].rows}
    assert shown == set(RequestRisk.objects.filter(level=3).values_list("request", flat=True))
    rows = client.get(reverse("service:queue"), {"tab": "mine"}).content.decode()
    mine = RequestRisk.objects.filter(level=3, request__owner=person("agent"))
    assert rows.count("Likely dissatisfied") == mine.count()


def test_it_forgets_the_likely_mark_of_a_resolved_request(
    csat: Run, person: Any, client: Client
) -> None:
    admin = person("admin")
    risk = RequestRisk.objects.filter(level=3).first()
    assert risk is not None
    services.request_set_status(pk=risk.request_id, actor=admin, status="resolved")
    client.force_login(admin)
    assert "Likely mark" not in client.get(risk.request.get_absolute_url()).content.decode()
    listed = client.get(csat_risk.risk_url())
    assert risk.request_id not in {row.pk for row in listed.context["page"].rows}


def test_it_reads_open_requests_again_as_they_wait(csat: Run) -> None:
    request = ServiceRequest.objects.alive().filter(status="new").order_by("-opened_at").first()
    assert request is not None
    ServiceRequest.objects.filter(pk=request.pk).update(opened_at=timezone.now())
    csat_risk.risks_write(csat)
    fresh = RequestRisk.objects.get(request=request)
    ServiceRequest.objects.filter(pk=request.pk).update(
        opened_at=timezone.now() - timedelta(hours=30)
    )
    score_open_requests(None)  # type: ignore[arg-type]  # it reads nothing of the job
    waited = RequestRisk.objects.get(request=request)
    assert waited.chance > fresh.chance
    assert waited.mark < fresh.mark
    assert waited.as_of > fresh.as_of


def test_it_leaves_the_likely_marks_to_the_companys_run(csat: Run) -> None:
    before = set(RequestRisk.objects.values_list("pk", flat=True))
    team = ServiceRequest.objects.exclude(team=None).first()
    assert team is not None
    own = runs.run_method(method="csat", team_id=team.team_id)
    assert own.state == Run.State.FINISHED
    assert set(RequestRisk.objects.values_list("pk", flat=True)) == before
    few = runs.run_method(method="csat", team_id=Team.objects.create(name="Nobody").pk)
    assert few.state == Run.State.REFUSED
