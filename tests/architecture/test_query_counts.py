"""The number of queries of every list and page, written down: it may not grow with the rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.records.custom import added_fields
from tests.architecture.access_table import KINDS
from tests.architecture.records import World, make_record

# kind: (queries of the list, queries of the page), as a manager sees them
COUNTS: dict[str, tuple[int, int]] = {
    "customers:": (6, 7),
    "customers:contact_": (6, 6),
    "customers:need_": (7, 4),
    "sales:product_": (7, 3),
    "sales:deal_": (7, 10),
    "sales:order_": (6, 5),
    "sales:quote_": (7, 6),
    "sales:price_list_": (6, 5),
    "sales:target_": (7, 3),
    "communications:": (5, 3),
    "communications:follow_up_": (7, 3),
    "service:request_": (6, 9),
    "marketing:campaign_": (7, 8),
    "marketing:activity_": (7, 5),
}


def queries(client: Client, url: str) -> int:
    added_fields("")  # kept for seconds: not asked on each page
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def more(world: World, kind: str, start: int, count: int) -> list[Any]:
    """Records of the team; where only one per customer may be, one."""
    unique = kind in {"marketing:activity_", "sales:target_"}
    scopes = ["own", "team"] if unique else ["own"] * count
    return [
        make_record(world, kind, scope, f"row{start + number}")
        for number, scope in enumerate(scopes)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_the_same_number_of_queries_for_any_number_of_rows(
    world: World, client: Client, kind: str
) -> None:
    client.force_login(world.cast.manager)
    client.get("/search/")  # the first request also writes the session
    url = reverse(kind + "list")
    first = more(world, kind, 0, 2)
    few = queries(client, url)
    detail = reverse(kind + "detail", args=[first[0].pk])
    client.get(detail)  # which values a role may edit is asked once per process
    page = queries(client, detail)
    if kind not in {"marketing:activity_", "sales:target_"}:
        more(world, kind, 2, 12)
    assert (few, page) == COUNTS[kind]
    assert queries(client, url) == few
