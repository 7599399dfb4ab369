"""Sales of people who left or changed team: found by whoever has their records now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
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
