"""Saved views: filters, order and columns under a name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.records.models import SavedView
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory

QUERY = "lifecycle=lead&sort=name&columns=city,name"


def save(client: Client, **data: str) -> Any:
    form = {"kind": "customers.customer", "query": QUERY, "name": "Leads", "sharing": "private"}
    return client.post("/lists/views/new/", {**form, **data})


def test_it_opens_as_it_was_saved_and_counts(cast: Cast, client: Client) -> None:
    CustomerFactory.create_batch(3, owner=cast.rep, team=cast.team, lifecycle="lead")
    CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lost")
    client.force_login(cast.rep)
    opened = save(client)
    assert opened.status_code == 302
    page = client.get(opened["Location"])
    assert len(page.context["rows"]) == 3
    assert [t["active"] for t in page.context["tabs"] if t["label"] == "Leads"] == [True]
    text = page.content.decode()
    assert 'data-label="City"' in text
    assert 'data-label="Owner"' not in text
    counts = client.get("/lists/views/counts/", {"kind": "customers.customer"})
    assert 'tab-count num">3<' in counts.content.decode()


@pytest.mark.parametrize(
    ("sharing", "seen_by"),
    [("private", {"rep"}), ("team", {"rep", "colleague", "manager"}),
     ("public", {"rep", "colleague", "manager", "stranger", "agent", "admin"})],
)  # fmt: skip
def test_it_is_seen_by_those_it_is_shared_with(
    cast: Cast, client: Client, sharing: str, seen_by: set[str]
) -> None:
    view = SavedView.objects.create(
        kind="customers.customer", name="Shared one", owner=cast.rep, team=cast.team,
        sharing=sharing,
    )  # fmt: skip
    for name in ("rep", "colleague", "manager", "stranger", "agent", "admin"):
        client.force_login(getattr(cast, name))
        page = client.get("/lists/views/", {"kind": "customers.customer"}).content.decode()
        assert ("Shared one" in page) is (name in seen_by), name
        pinned = client.post(f"/lists/views/{view.pk}/pin/", {"pin": "1"}).status_code
        assert pinned == (302 if name in seen_by else 404), name


def test_it_shares_with_everybody_only_for_managers(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    assert save(client, sharing="public").status_code == 422
    client.force_login(cast.manager)
    assert save(client, sharing="public").status_code == 302


def test_it_keeps_one_name_once(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    save(client)
    again = save(client)
    assert again.status_code == 422
    assert "Leads" in again.content.decode()
    assert SavedView.objects.count() == 1


def test_it_shows_only_what_the_reader_may_see(cast: Cast, client: Client) -> None:
    CustomerFactory(owner=cast.rep, team=cast.team, lifecycle="lead")
    client.force_login(cast.manager)
    save(client, sharing="public")
    view = SavedView.objects.get()
    client.force_login(cast.stranger)
    client.post(f"/lists/views/{view.pk}/pin/", {"pin": "1"})
    counts = client.get("/lists/views/counts/", {"kind": "customers.customer"})
    assert 'tab-count num">0<' in counts.content.decode()


def test_it_changes_and_deletes(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    save(client)
    view = SavedView.objects.get()
    client.post(f"/lists/views/{view.pk}/replace/",
                {"kind": "customers.customer", "query": "lifecycle=lost"})  # fmt: skip
    client.post(f"/lists/views/{view.pk}/edit/", {"name": "Lost ones", "sharing": "team"})
    view.refresh_from_db()
    assert (view.name, view.sharing, view.query) == ("Lost ones", "team", "lifecycle=lost")
    client.post(f"/lists/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_it_chooses_columns_and_keeps_them_in_the_address(cast: Cast, client: Client) -> None:
    CustomerFactory(owner=cast.rep, team=cast.team, city="Wuhan")
    client.force_login(cast.rep)
    panel = client.get("/customers/?panel=columns&lifecycle=lead")
    assert 'name="column" value="city"' in panel.content.decode()
    page = client.get("/customers/?column=name&column=city").content.decode()
    assert "Wuhan" in page
    assert 'data-label="Lifecycle"' not in page
    assert "column=city" in page  # links keep it


@pytest.mark.parametrize("url", ["/customers/", "/sales/deals/", "/sales/orders/"])
@pytest.mark.parametrize(
    ("target", "query", "shown"),
    [("list", "?sort=-updated", "list-head"), ("list-filters", "?filters=all", "filter-field"),
     ("list-columns", "?panel=columns", "column-panel")],
)  # fmt: skip
def test_it_gives_parts_of_the_list_alone(
    cast: Cast, client: Client, url: str, target: str, query: str, shown: str
) -> None:
    client.force_login(cast.rep)
    part = client.get(url + query, headers={"HX-Request": "true", "HX-Target": target})
    assert part.status_code == 200
    assert shown in part.content.decode()
    assert "<html" not in part.content.decode()


def test_its_bar_offers_the_people_of_ones_team(cast: Cast, client: Client) -> None:
    for name in ("rep", "admin"):
        client.force_login(cast.user(name))
        page = client.get("/customers/", {"owner": cast.colleague.pk}).content.decode()
        bar = page.partition('id="filter-owner"')[2].partition("</select>")[0]
        assert f'value="{cast.colleague.pk}" selected' in bar
        assert bar.count(" selected") == 1
        assert (f'value="{cast.stranger.pk}"' in bar) is (name == "admin")
