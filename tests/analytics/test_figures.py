"""Every figure that dashboards offer, over the list of records that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone, translation

from analytics import metrics
from analytics.slices import Slice
from crm.records.figures import Figure, Part, figures, figures_for
from crm.records.lists import ListQuery
from crm.records.resources import resources
from marketing import measures as campaign_measures
from marketing.models import Activity
from sales.models import OrderLine, Product
from tests.factories.marketing import CampaignFactory

YEAR = (date(2025, 12, 1), date(2026, 11, 21))
MONTH = (date(2026, 10, 1), date(2026, 11, 1))
ROLES = ("rep", "manager", "agent", "admin")


def listed(user: Any, url: str) -> Any:
    """The records of the list at an address; fails when the list does not know a filter."""
    parts = urlsplit(url)
    resource = next(r for r in resources.values() if r.url("list") == parts.path)
    query = ListQuery.of(resource, user, parts.query)
    filterset = query.filterset(resource.model.objects.visible_to(user))
    assert filterset.is_valid(), (url, filterset.errors)
    assert not set(query.params) - set(filterset.filters), url
    return query.records()


def from_list(figure: Figure, part: Part, url: str) -> Any:
    """The figure of the records that the list shows."""
    records = listed(part.user, url)
    if part.product and "product" in figure.obeys:
        records = OrderLine.objects.filter(order__in=records, product=part.product)
    return figure.finish(figure.source.over(records, figure.names))


def same(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return (found or 0) == (wanted or 0)
    return float(found) == pytest.approx(float(wanted), abs=0.011)


@pytest.fixture(params=ROLES)
def user(request: pytest.FixtureRequest, person: Any) -> Iterator[Any]:
    user = person(request.param)
    with timezone.override(user.time_zone):
        yield user


def measured(user: Any) -> list[Figure]:
    return [figure for figure in figures_for(user) if figure.made is None]


@pytest.mark.parametrize("period", [YEAR, MONTH])
def test_it_leads_to_the_records_of_each_figure(user: Any, period: tuple[date, date]) -> None:
    part = Part(user, *period)
    some = 0
    for figure in measured(user):
        value = figure.value(part)
        some += bool(value)
        assert same(value, from_list(figure, part, figure.list_url(part))), figure.key
    assert some >= (2 if user.is_agent else 4)


def test_it_leads_to_the_records_of_each_group(user: Any) -> None:
    part = Part(user, *YEAR)
    for figure in measured(user):
        for group in figure.groups:
            if group.key in {"product", "category"}:
                continue  # lines: the test below
            found = figure.by_group(part, group)
            names = group.names(found)
            keys = sorted(found, key=lambda key: (key not in ("", None), str(key)))[:2]
            for key in keys:
                assert names[key]
                url = figure.list_url(part, group, key)
                assert same(found[key], from_list(figure, part, url)), (figure.key, group.key, key)


def test_it_leads_to_the_records_of_each_step_of_time(user: Any) -> None:
    part = Part(user, *YEAR)
    for figure in measured(user):
        if not figure.has_course:
            continue
        months = figure.by_step(part, "month")
        if figure.adds_up:
            assert same(sum(months.values()), figure.value(part)), figure.key
        for month in sorted(months)[-2:]:
            end = (month.replace(day=28) + timezone.timedelta(days=4)).replace(day=1)
            within = part.during(max(month, part.start), min(end, part.end))
            assert same(months[month], figure.value(within)), (figure.key, month)
            assert same(months[month], from_list(figure, within, figure.list_url(within)))


def test_it_obeys_the_filters_it_claims_to(person: Any) -> None:
    admin = person("admin")
    order = listed(admin, "/sales/orders/?counted=true&kind=sale").filter(
        customer__region__gt="", channel__isnull=False, owner__isnull=False,
        ordered_at__year=2026, lines__product__isnull=False,
    ).order_by("pk").first()  # fmt: skip
    product = Product.objects.filter(order_lines__order=order).first()
    whole = Part(admin, *YEAR)
    for name, value in (
        ("team", order.team_id), ("owner", order.owner_id), ("region", order.customer.region),
        ("channel", order.channel_id), ("product", product.pk),
    ):  # fmt: skip
        part = replace(whole, **{name: value})
        for figure in measured(admin):
            if name in figure.obeys:
                url = figure.list_url(part)
                assert same(figure.value(part), from_list(figure, part, url)), (figure.key, name)
            else:
                assert same(figure.value(part), figure.value(whole)), (figure.key, name)
        assert 0 < figures["sales"].value(part) < figures["sales"].value(whole)


def test_it_says_that_campaigns_in_other_currencies_are_left_out(person: Any) -> None:
    manager = person("manager")
    part = Part(manager, *YEAR)
    caveat = figures["campaign_cost"].caveat
    assert caveat is not None
    assert caveat(part) == ""
    before = figures["campaign_cost"].value(part)
    for currency in ("EUR", "USD", "CNY"):
        CampaignFactory(
            owner=manager, team=manager.team, currency=currency, starts_on=YEAR[0],
            actual_cost=0 if currency == "CNY" else 1000,
        )  # fmt: skip
    assert figures["campaign_cost"].value(part) == before
    with translation.override("en"):
        assert caveat(part) == "Without 2 campaigns in other currencies."
    table = metrics.campaigns(Slice(manager, *YEAR), limit=1000)
    assert [row["cost"] for row in table].count(None) == 2


def test_it_returns_what_campaigns_brought(person: Any) -> None:
    manager = person("manager")
    part = Part(manager, *YEAR)
    figure = figures["roi"]
    campaigns = listed(manager, figure.list_url(part))
    cost = sum(campaign.actual_cost for campaign in campaigns)
    own = Activity.objects.visible_to(manager).filter(campaign__in=campaigns)
    brought = sum(activity.revenue for activity in own)
    assert figure.value(part) == campaign_measures.return_on(cost, brought)
