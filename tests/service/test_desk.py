"""The service desk: every figure counts the rows that its link lists, for each role."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from service import measures
from service.models import ServiceRequest, Survey
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.service import ServiceRequestFactory

pytestmark = pytest.mark.django_db
ROLES = ["rep", "manager", "agent", "admin"]


@pytest.fixture
def requests_of_all_kinds(cast: Cast) -> Cast:
    """Of the cast's team and of another one, in every state, over 60 days."""
    own = CustomerFactory(owner=cast.rep, team=cast.team)
    other = CustomerFactory(owner=None, team=cast.other_team)
    now = timezone.now()
    for customer in (own, other):
        for back, status in enumerate(
            ["new", "in_progress", "waiting", "resolved", "closed", "new", "resolved"] * 3
        ):
            opened = now - timedelta(days=3 * back, hours=1)
            done = status in ("resolved", "closed")
            request = ServiceRequestFactory(
                customer=customer, team=cast.service_team if back % 2 else customer.team,
                owner=cast.agent if back % 3 else None, status=status, opened_at=opened,
                first_responded_at=None if status == "new" else opened + timedelta(minutes=back),
                first_response_due_at=opened + timedelta(minutes=10 if back else 120),
                resolution_due_at=opened + timedelta(hours=3 if back else 48),
                resolved_at=opened + timedelta(hours=back) if done else None,
            )  # fmt: skip
            if done:
                score = None if back % 4 == 0 else 1 + back % 5
                sent = opened + timedelta(hours=back, minutes=5)
                Survey.objects.create(
                    request=request, sent_at=min(sent, now), score=score,
                    answered_at=now if score else None,
                )  # fmt: skip
    return cast


def listed(client: Client, url: str) -> int:
    """How many rows the list shows, over all its pages."""
    page = client.get(url, {"size": 100}) if "?" not in url else client.get(f"{url}&size=100")
    assert page.status_code == 200, url
    return len(page.context["page"].rows)


@pytest.mark.parametrize("role", ROLES)
def test_it_counts_what_its_links_list(
    requests_of_all_kinds: Cast, client: Client, role: str
) -> None:
    client.force_login(getattr(requests_of_all_kinds, role))
    page = client.get(reverse("service:desk"), {"days": "90"})
    assert page.status_code == 200
    checked = 0
    for figure in page.context["standing"]:
        assert listed(client, figure["url"]) == int(figure["value"]), figure["label"]
        checked += int(figure["value"])
    for row in page.context["ages"]:
        assert listed(client, row["url"]) == row["count"], row["label"]
    assert sum(row["count"] for row in page.context["ages"]) == int(
        page.context["standing"][0]["value"]
    )
    came, _answered, in_time, _resolution, solved, mark, rate = page.context["service"]
    assert listed(client, came["url"]) == int(came["value"])
    for figure in (in_time, solved, mark):
        told = int(re.findall(r"\d+", figure["hint"])[0])
        assert listed(client, figure["url"]) == told, figure["label"]
    asked = int(re.findall(r"\d+", rate["hint"])[0])
    marked = listed(client, rate["url"])
    assert rate["value"] == (f"{round(100 * marked / asked)}%" if asked else "–")
    assert checked or role == "rep"


def test_it_shows_nobody_more_than_their_requests(
    requests_of_all_kinds: Cast, client: Client
) -> None:
    shown = {}
    for role in ROLES:
        user = getattr(requests_of_all_kinds, role)
        client.force_login(user)
        page = client.get(reverse("service:desk"))
        shown[role] = int(page.context["standing"][0]["value"])
        assert shown[role] == ServiceRequest.objects.visible_to(user).open().count()
        assert ("Staffing" in page.content.decode()) == (role in ("manager", "admin"))
    assert 0 < shown["rep"] < shown["admin"]
    client.force_login(requests_of_all_kinds.agent)
    mine = client.get(reverse("service:desk"), {"mine": "1"})
    own = ServiceRequest.objects.visible_to(requests_of_all_kinds.agent).open()
    own = own.filter(owner=requests_of_all_kinds.agent)
    assert int(mine.context["standing"][0]["value"]) == own.count()
    assert listed(client, mine.context["standing"][0]["url"]) == own.count()


def test_it_asks_the_same_number_of_queries_for_any_number_of_rows(
    requests_of_all_kinds: Cast, client: Client
) -> None:
    client.force_login(requests_of_all_kinds.manager)
    client.get(reverse("service:desk"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("service:desk")).status_code == 200
        return len(captured)

    few = queries()
    ServiceRequestFactory.create_batch(9, team=requests_of_all_kinds.team)
    assert queries() == few <= 14


def test_it_follows_the_backlog_day_by_day(
    cast: Cast, client: Client, at_time: Callable[[datetime], Any]
) -> None:
    start = datetime(2026, 3, 2, 4, tzinfo=UTC)
    for opened, resolved in ((0, None), (0, 1), (1, 3), (2, 2), (3, None)):
        ServiceRequestFactory(
            opened_at=start + timedelta(days=opened),
            resolved_at=None if resolved is None else start + timedelta(days=resolved, hours=1),
            status="new" if resolved is None else "resolved",
        )
    first = start.date()
    rows = measures.backlog(ServiceRequest.objects.alive(), first, first + timedelta(days=4))
    assert [row[1:] for row in rows] == [(2, 0, 2), (1, 1, 2), (1, 1, 2), (1, 1, 2), (0, 0, 2)]
    at_time(start + timedelta(days=4))
    client.force_login(cast.admin)
    answer = client.get(reverse("service:desk_csv", args=["backlog"]))
    assert answer.content.decode().strip().splitlines()[-1].endswith(",0,0,2")
    assert client.get(reverse("service:desk_csv", args=["other"])).status_code == 404


@pytest.mark.parametrize("days", ["", "x", "-1", "99999999", "31"])
def test_it_falls_back_to_thirty_days(cast: Cast, client: Client, days: str) -> None:
    client.force_login(cast.manager)
    page = client.get(reverse("service:desk"), {"days": days, "mine": "1"})
    assert page.context["desk"].days == 30
    assert not page.context["desk"].mine
