"""Sales of people who left or changed team: found by whoever has their records now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from sales.models import Deal, Target
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory


@pytest.mark.parametrize("now", [{"is_active": False}, {"team": None}], ids=["left", "moved"])
def test_the_records_of_people_who_left_are_found_by_them(
    cast: Cast, client: Client, deal: Deal, now: dict[str, Any]
) -> None:
    User.objects.filter(pk=cast.rep.pk).update(**now)
    client.force_login(cast.manager)
    asked = {"owner": cast.rep.pk, "pipeline": deal.pipeline_id}
    for name in ("deal_list", "forecast", "funnel", "board", "reports"):
        page = client.get(reverse(f"sales:{name}"), asked)
        assert page.status_code == 200
        chosen = re.findall(r'<option value="(\d+)" selected>([^<]+)', page.content.decode())
        label = f"{cast.rep} (left)" if "is_active" in now else str(cast.rep)
        assert (str(cast.rep.pk), label) in chosen
    listed = client.get(reverse("sales:deal_list"), asked).content.decode()
    assert deal.name in listed
    others = client.get(reverse("sales:deal_list"), {"owner": cast.colleague.pk})
    assert deal.name not in others.content.decode()


def test_a_target_counts_what_its_reader_sees_of_a_person_who_sells_in_another_team(
    cast: Cast, client: Client
) -> None:
    today = timezone.localdate()
    target = Target.objects.create(
        starts_on=today - timedelta(days=5), ends_on=today + timedelta(days=5), amount=100,
        owner=cast.rep, team=cast.team,
    )  # fmt: skip
    for team, price in ((cast.team, 50), (cast.stranger.team, 7)):
        OrderFactory(
            customer=CustomerFactory(owner=cast.rep, team=team), lines=[(1, price)],
            ordered_at=timezone.now(),
        )  # fmt: skip
    User.objects.filter(pk=cast.rep.pk).update(team=cast.stranger.team)
    for who, sold, orders in ((cast.manager, 50, 1), (cast.rep, 57, 2), (cast.admin, 57, 2)):
        client.force_login(who)
        page = client.get(target.get_absolute_url())
        assert page.context["attainment"].achieved == sold
        listed = client.get(f"{reverse('sales:order_list')}?{page.context['orders_query']}")
        assert listed.content.decode().count("data-row-link") == orders


def test_a_manager_who_lost_the_team_does_not_get_what_belongs_to_none(
    cast: Cast, client: Client, deal: Deal
) -> None:
    today = timezone.localdate()
    order = OrderFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team), lines=[(2, 50)])
    target = Target.objects.create(
        starts_on=today, ends_on=today + timedelta(days=5), amount=100, owner=None, team=None
    )
    for record in (order, deal, order.customer):
        type(record).objects.filter(pk=record.pk).update(team=None)
    records = [order, deal, order.customer, target]
    for who, seen in ((cast.admin, 200), (cast.manager, 404)):
        User.objects.filter(pk=cast.manager.pk).update(team=None)
        client.force_login(who)
        assert {client.get(r.get_absolute_url()).status_code for r in records} == {seen}
    assert client.get(reverse("sales:forecast")).status_code == 200
    assert client.get(reverse("home:my_day")).status_code == 200


@pytest.mark.parametrize(
    ("now", "hint"),
    [({"is_active": False}, "(left)"), ({"team": None}, "now in no team"), ({}, "")],
    ids=["left", "moved", "stayed"],
)
def test_a_manager_hands_over_what_stayed_behind_in_one_go(
    cast: Cast, client: Client, deal: Deal, now: dict[str, Any], hint: str
) -> None:
    theirs = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    Deal.objects.filter(pk=deal.pk).update(owner=cast.rep)
    Customer.objects.filter(pk=deal.customer_id).update(owner=cast.rep)
    User.objects.filter(pk=cast.rep.pk).update(**now)
    client.force_login(cast.manager)
    day = client.get(reverse("home:my_day")).content.decode()
    assert ("To be handed over" in day) == bool(hint)
    if not hint:
        return
    assert hint in day
    data = dict(re.findall(r'name="(action|everything|filter)" value="([^"]*)"', day))
    asked = client.post(reverse("customers:bulk"), data)
    assert (asked.status_code, asked.context["count"]) == (200, 1)
    client.post(reverse("customers:bulk"), {**data, "owner": cast.colleague.pk, "confirmed": "1"})
    deal.refresh_from_db()
    assert (deal.owner, deal.customer.owner) == (cast.colleague, cast.colleague)
    theirs.refresh_from_db()
    assert theirs.owner == cast.stranger
    assert "To be handed over" not in client.get(reverse("home:my_day")).content.decode()


def test_the_administrator_is_told_what_stays_when_somebody_moves(
    cast: Cast, client: Client
) -> None:
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    client.force_login(cast.admin)
    url = reverse("admin:accounts_user_change", args=[cast.rep.pk])
    form = client.get(url).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    for team, told in ((cast.team, False), (cast.other_team, True)):
        page = client.post(url, {**data, "team": team.pk, "_continue": "1"}, follow=True)
        link = f'<a href="{reverse("customers:list")}?owner={cast.rep.pk}">1 customer</a>'
        assert (link in page.content.decode()) == told
    change = {"action": "owner", "confirmed": "1", "ids": [customer.pk], "owner": cast.rep.pk}
    client.post(reverse("customers:bulk"), change)
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (cast.rep, cast.other_team)
