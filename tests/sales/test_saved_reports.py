"""Saved reports: kept, shared, changed, taken away and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.records.models import SavedView
from sales.models import SavedReport
from tests.factories.cast import Cast

QUERY = "by=month&period=last_month"


def save(
    client: Client, user: Any, name: str = "Months", sharing: str = "private", **more: str
) -> Any:
    client.force_login(user)
    data = {"name": name, "sharing": sharing, "query": QUERY} | more
    return client.post(reverse("sales:report_save"), data)


def page(client: Client, user: Any) -> str:
    client.force_login(user)
    return client.get(reverse("sales:reports")).content.decode()


def test_it_keeps_the_question_and_opens_it_again(cast: Cast, client: Client) -> None:
    response = save(client, cast.rep)
    report = SavedReport.objects.get()
    assert (report.query, report.owner) == (QUERY, cast.rep)
    opened = client.get(response["Location"])
    assert opened.context["query"].asked["period"] == "last_month"
    assert opened.context["saved"] == report


def test_it_proposes_the_title_as_the_name(cast: Cast, client: Client) -> None:
    client.force_login(cast.rep)
    form = client.get(reverse("sales:report_save"), {"query": QUERY}).content.decode()
    assert 'value="Sales by month"' in form
    assert client.get(reverse("sales:report_save"), {"query": "by=nonsense"}).status_code == 200


@pytest.mark.parametrize(
    ("sharing", "seen_by"),
    [("private", {"manager"}), ("team", {"manager", "rep", "colleague"}),
     ("public", {"manager", "rep", "colleague", "stranger", "admin"})],
)  # fmt: skip
def test_it_is_seen_by_whom_it_was_shared_with(
    cast: Cast, client: Client, sharing: str, seen_by: set[str]
) -> None:
    save(client, cast.manager, name="Figures of all", sharing=sharing)
    people = ("manager", "rep", "colleague", "stranger", "admin")
    assert {who for who in people if "Figures of all" in page(client, cast.user(who))} == seen_by


def test_it_lets_representatives_share_with_their_team_alone(cast: Cast, client: Client) -> None:
    assert save(client, cast.rep, sharing="public").status_code == 422
    assert not SavedReport.objects.exists()


def test_it_refuses_a_second_one_of_the_name_and_keeps_what_was_typed(
    cast: Cast, client: Client
) -> None:
    save(client, cast.rep)
    again = save(client, cast.rep)
    assert again.status_code == 422
    assert "Months" in again.content.decode()
    assert SavedReport.objects.count() == 1
    assert save(client, cast.colleague).status_code == 302


def test_it_refuses_a_wrong_question(cast: Cast, client: Client) -> None:
    assert save(client, cast.rep, query="by=nonsense").status_code == 422
    assert not SavedReport.objects.exists()


def test_it_shows_the_second_of_two_editors_what_the_first_one_saved(
    cast: Cast, client: Client
) -> None:
    save(client, cast.rep)
    report = SavedReport.objects.get()
    url = reverse("sales:report_edit", args=[report.pk])
    first = {"name": "First", "sharing": "team", "expected_version": "1"}
    assert client.post(url, first).status_code == 302
    second = client.post(url, {"name": "Second", "sharing": "private", "expected_version": "1"})
    assert second.status_code == 409
    words = second.content.decode()
    assert "First" in words
    assert 'value="Second"' in words
    report.refresh_from_db()
    assert (report.name, report.sharing) == ("First", "team")


def test_it_replaces_the_question(cast: Cast, client: Client) -> None:
    save(client, cast.rep)
    report = SavedReport.objects.get()
    client.post(reverse("sales:report_replace", args=[report.pk]), {"query": "by=team"})
    report.refresh_from_db()
    assert report.query == "by=team"


def test_it_is_deleted_and_brought_back_by_its_owner(cast: Cast, client: Client) -> None:
    save(client, cast.rep)
    report = SavedReport.objects.get()
    client.post(reverse("sales:report_delete", args=[report.pk]))
    client.get(reverse("sales:report_list"))  # the message is said there
    assert "Months" not in page(client, cast.rep)
    restore = reverse("sales:report_restore", args=[report.pk])
    client.force_login(cast.colleague)
    assert client.post(restore).status_code == 404
    client.force_login(cast.rep)
    assert client.post(restore).status_code == 302
    report.refresh_from_db()
    assert report.trashed_at is None


def test_it_keeps_the_name_free_after_deleting(cast: Cast, client: Client) -> None:
    save(client, cast.rep)
    first = SavedReport.objects.get()
    client.post(reverse("sales:report_delete", args=[first.pk]))
    assert save(client, cast.rep).status_code == 302
    response = client.post(reverse("sales:report_restore", args=[first.pk]))
    assert response.status_code == 400


def test_it_shows_another_reader_that_it_is_about_somebody_else(cast: Cast, client: Client) -> None:
    query = f"by=month&owner={cast.stranger.pk}"
    SavedReport.objects.create(
        name="Strange", query=query, owner=cast.admin, sharing=SavedView.Sharing.PUBLIC
    )
    client.force_login(cast.manager)
    response = client.get(f"{reverse('sales:reports')}?{query}")
    assert response.status_code == 422
    assert cast.stranger.display_name not in response.content.decode()
