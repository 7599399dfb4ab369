"""Fields that administrators add: in forms, filters, columns, facts and the history."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.records.models import CustomField
from customers.models import Customer
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory

KIND = "customers.customer"


@pytest.fixture
def fields(cast: Cast) -> None:
    for position, (key, name, english, type_, choices) in enumerate(
        [
            ("grade", "等级", "Grade", "choice", "A\nB"),
            ("seats", "席位", "Seats", "number", ""),
            ("renews", "续约日", "Renews", "date", ""),
            ("vip", "贵宾", "VIP", "boolean", ""),
            ("remark", "说明", "Remark", "text", ""),
        ]
    ):
        CustomField.objects.create(
            kind=KIND, key=key, name=name, name_en=english, type=type_, choices=choices,
            position=position, in_list=key == "grade",
        )  # fmt: skip


def save(client: Client, url: str, **values: str) -> Any:
    form = {"name": "Acme", "kind": "organisation", "lifecycle": "lead", "acquisition": "direct"}
    return client.post(url, {**form, **values})


def test_it_saves_shows_and_logs_their_values(cast: Cast, client: Client, fields: None) -> None:
    client.force_login(cast.rep)
    typed = {"cf_grade": "B", "cf_seats": "12.50", "cf_renews": "2026-12-31", "cf_vip": "on"}
    assert save(client, "/customers/new/", **typed).status_code == 302
    customer = Customer.objects.get()
    assert customer.custom == {"grade": "B", "seats": "12.5", "renews": "2026-12-31", "vip": True}
    page = client.get(customer.get_absolute_url()).content.decode()
    assert "31 Dec 2026" in page
    assert "12.5" in page
    save(
        client, f"/customers/{customer.pk}/edit/", cf_grade="A", cf_seats="13", expected_version="1"
    )
    customer.refresh_from_db()
    assert customer.custom == {"grade": "A", "seats": "13", "vip": False}
    history = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert "Grade" in history
    assert "Renews" in history


@pytest.mark.parametrize(
    ("typed", "sentence"), [({"cf_seats": "many"}, "Seats"), ({"cf_grade": "Z"}, "Grade")]
)
def test_it_refuses_wrong_values_and_keeps_what_was_typed(
    cast: Cast, client: Client, fields: None, typed: dict[str, str], sentence: str
) -> None:
    client.force_login(cast.rep)
    response = save(client, "/customers/new/", **typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cf_grade=A", ["one"]),
        ("cf_vip=true", ["one"]),
        ("cf_vip=false", ["two"]),
        ("cf_seats_from=9.5", ["two"]),
        ("cf_seats_until=9", ["one"]),
        ("cf_renews_from=2026-05-01", ["two"]),
        ("cf_remark=lo", ["two"]),
        ("cf_renews_from=nonsense", []),
    ],
)
def test_it_filters_lists_by_them(
    cast: Cast, client: Client, fields: None, query: str, found: list[str]
) -> None:
    base = {"owner": cast.rep, "team": cast.team}
    one = {"grade": "A", "vip": True, "seats": "9", "renews": "2026-04-30", "remark": "x"}
    two = {"grade": "B", "seats": "10", "renews": "2026-05-01", "remark": "Hello"}
    CustomerFactory(name="one", custom=one, **base)
    CustomerFactory(name="two", custom=two, **base)
    client.force_login(cast.rep)
    response = client.get(f"/customers/?{query}")
    assert response.status_code == 200
    assert [record.name for record, _cells in response.context["rows"]] == found


def test_it_shows_a_conflict_of_two_editors(cast: Cast, client: Client, fields: None) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team, custom={"grade": "A"}, version=3)
    client.force_login(cast.rep)
    url = f"/customers/{customer.pk}/edit/"
    response = save(client, url, cf_grade="B", expected_version="2")
    assert response.status_code == 409
    assert [row["name"] for row in response.context["conflicts"] if row["name"] == "cf_grade"]
    customer.refresh_from_db()
    assert customer.custom == {"grade": "A"}


def test_it_leaves_them_to_administrators(cast: Cast, client: Client) -> None:
    form = {"kind": KIND, "key": "size", "name": "规模", "type": "choice", "position": "1"}
    client.force_login(cast.manager)
    assert client.post("/admin/records/customfield/add/", form).status_code == 302
    assert not CustomField.objects.exists()
    client.force_login(cast.admin)
    assert client.post("/admin/records/customfield/add/", form).status_code == 200  # no choices
    assert client.post("/admin/records/customfield/add/", {**form, "choices": "S\nL"}).status_code
    assert CustomField.objects.get().key == "size"
