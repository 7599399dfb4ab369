"""Records for programs: what the pages show, as stored values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.models import CustomerScore, Run
from crm.records.resources import resources
from customers.models import Customer, Segment
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory

LIST = "/api/v1/customers/"
PATHS = [f"/api/v1/{resource.api}/" for resource in resources.values() if resource.api]


def test_it_tells_a_customer_as_stored(ask: Any, cast: Cast) -> None:
    segment = (
        Segment.objects.create(name="大客户", name_en="Big", kind=Segment.Kind.CLUSTER)
        if hasattr(Segment, "Kind")
        else None
    )
    customer = CustomerFactory(
        name="云南茶业有限公司", owner=cast.rep, team=cast.team, segment=segment,
        lifecycle="lead", phone="+8613800138000", order_value=Decimal("1234567.89"),
    )  # fmt: skip
    told = ask(cast.rep)(f"{LIST}{customer.pk}/").json()
    assert told["name"] == "云南茶业有限公司"
    assert told["lifecycle"] == "lead"
    assert told["order_value"] == "1234567.89"
    assert (told["owner"], told["owner_name"]) == (cast.rep.pk, cast.rep.display_name)
    assert told["updated_at"].endswith("Z")
    assert told["version"] == customer.version
    assert not {"search", "submission", "trashed_at"} & set(told)


def test_it_tells_the_scores(ask: Any, cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    run = Run.objects.create(method="churn", state="finished", live=True)
    CustomerScore.objects.create(customer=customer, kind="churn", chance=0.75, level=3, run=run)
    told = ask(cast.rep)(f"{LIST}{customer.pk}/").json()
    assert told["score_churn"] == 0.75
    assert told["score_potential"] is None
    found = ask(cast.rep)(LIST, churn="3").json()["results"]
    assert [row["id"] for row in found] == [customer.pk]


def test_it_walks_a_list_to_its_end(ask: Any, cast: Cast) -> None:
    made = {CustomerFactory(name=f"K{n}", owner=cast.rep, team=cast.team).pk for n in range(7)}
    get = ask(cast.rep)
    answer, seen = get(LIST, size=3, sort="name").json(), []
    while True:
        seen += [row["id"] for row in answer["results"]]
        if answer["next"] is None:
            break
        answer = get(answer["next"]).json()
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(made)
    assert get(answer["previous"]).json()["results"]


def test_it_filters_as_the_page_does(ask: Any, client: Client, cast: Cast) -> None:
    for lifecycle in ("lead", "lead", "active"):
        CustomerFactory(lifecycle=lifecycle, owner=cast.rep, team=cast.team)
    rows = ask(cast.manager)(LIST, lifecycle="lead").json()["results"]
    client.force_login(cast.manager)
    assert len(rows) == client.get("/customers/", {"lifecycle": "lead"}).context["count"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner__password__startswith", "p"), ("team", "1"), ("lifecycle", "nonsense"),
        ("sort", "owner__password"), ("size", "0"), ("size", "501"), ("size", "x"), ("size", "５"),
        ("after", "???"), ("after", "bnVsbA"), ("before", "x"), ("value_min", "a lot"),
    ],
)  # fmt: skip
def test_it_says_which_parameter_is_wrong(ask: Any, cast: Cast, name: str, value: str) -> None:
    answer = ask(cast.rep)(LIST, **{name: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]


@pytest.mark.parametrize("path", PATHS)
def test_it_asks_the_same_number_of_queries_for_any_number_of_rows(
    client: Client, cast: Cast, path: str
) -> None:
    """With what the demo's customers have: the access tests make one of each kind."""
    client.force_login(cast.manager)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    assert len(captured) <= 5, [query["sql"][:120] for query in captured]


def test_it_reads_a_hundred_rows_in_as_many_queries_as_two(client: Client, cast: Cast) -> None:
    client.force_login(cast.manager)

    def count() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST, {"size": 200})
        return len(captured)

    for _ in range(2):
        CustomerFactory(owner=cast.rep, team=cast.team)
    few = count()
    for _ in range(40):
        CustomerFactory(owner=cast.rep, team=cast.team)
    assert Customer.objects.count() == 42
    assert count() == few


def test_it_describes_every_address(client: Client, cast: Cast) -> None:
    client.force_login(cast.admin)
    schema = client.get("/api/v1/schema/", {"format": "json"}).json()
    for path in PATHS:
        assert path in schema["paths"]
        assert f"{path}{{id}}/" in schema["paths"]
    customer = schema["components"]["schemas"]["Customer"]["properties"]
    assert customer["order_value"]["type"] == "string"
    assert customer["score_churn"]["type"] == "number"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_tells_people_what_there_is(client: Client, cast: Cast, language: str) -> None:
    cast.agent.language = language
    cast.agent.save()
    client.force_login(cast.agent)
    page = client.get("/api/docs/").content.decode()
    assert "/api/v1/requests/" in page
    assert "/api/v1/campaigns/" not in page
    assert {"en": "whole number", "zh-hans": "整数"}[language] in page
