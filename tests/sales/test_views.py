"""Sales through HTTP: what each role sees and may change."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
from sales.models import Deal, ExchangeRate, Order, Product, Stage, Target
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory, NeedFactory
from tests.factories.sales import OrderFactory, ProductFactory
from tests.factories.service import ServiceRequestFactory

Stages = dict[str, Stage]
SEES = [("rep", 200), ("colleague", 404), ("manager", 200), ("admin", 200), ("agent", 404),
        ("stranger", 404)]  # fmt: skip


@pytest.fixture
def order(cast: Cast) -> Order:
    return OrderFactory(
        customer=CustomerFactory(owner=cast.rep, team=cast.team), lines=[(2, 50), (1, 20)],
        number="MARKED-1",
    )  # fmt: skip


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def deal_values(customer_pk: int, stage: Stage, **more: Any) -> dict[str, Any]:
    return {"name": "Typed", "customer": customer_pk, "stage": stage.pk, "amount": "1200",
            "currency": "CNY", **more}  # fmt: skip


@pytest.mark.parametrize(("role", "status"), SEES)
@pytest.mark.parametrize("page", ["deal_detail", "deal_edit", "deal_move"])
def test_it_shows_a_deal_to_its_owner_and_managers(
    cast: Cast, client: Client, deal: Deal, stages: Stages, role: str, status: int, page: str
) -> None:
    url = reverse(f"sales:{page}", args=[deal.pk])
    response = signed_in(client, cast.user(role)).get(url, {"stage": stages["lost"].pk})
    assert response.status_code == status
    assert ("Marked deal" in response.content.decode()) == (status == 200)


@pytest.mark.parametrize(("role", "status"), SEES)
def test_it_shows_a_deals_changes_to_those_who_see_it(
    cast: Cast, client: Client, deal: Deal, role: str, status: int
) -> None:
    Deal.objects.filter(pk=deal.pk).update(name="Another name")
    url = reverse("sales:deal_history", args=[deal.pk])
    response = signed_in(client, cast.user(role)).get(url)
    assert response.status_code == status
    assert ("Marked deal" in response.content.decode()) == (status == 200)


@pytest.mark.parametrize(("role", "status"), SEES)
@pytest.mark.parametrize("page", ["order_detail", "order_edit"])
def test_it_shows_an_order_to_its_owner_and_managers(
    cast: Cast, client: Client, order: Order, role: str, status: int, page: str
) -> None:
    response = signed_in(client, cast.user(role)).get(reverse(f"sales:{page}", args=[order.pk]))
    assert response.status_code == status
    assert ("MARKED-1" in response.content.decode()) == (status == 200)


@pytest.mark.parametrize(("role", "status"), SEES)
def test_it_lists_and_suggests_what_one_may_see(
    cast: Cast, client: Client, deal: Deal, order: Order, role: str, status: int
) -> None:
    signed_in(client, cast.user(role))
    for page, marker in [
        ("deal_list", "Marked deal"), ("deal_options", "Marked deal"), ("order_list", "MARKED-1"),
        ("order_options", "MARKED-1"),
    ]:  # fmt: skip
        content = client.get(reverse(f"sales:{page}")).content.decode()
        assert (marker in content) == (status == 200), page


@pytest.mark.parametrize(("role", "status"), SEES)
def test_it_finds_deals_and_orders_within_reach(
    cast: Cast, client: Client, deal: Deal, order: Order, role: str, status: int
) -> None:
    deal.save()
    order.save()
    content = signed_in(client, cast.user(role)).get("/search/?q=marked").content.decode()
    assert ("Marked deal" in content) == (status == 200)
    assert ("MARKED-1" in content) == (status == 200)


@pytest.mark.parametrize(
    ("role", "status"), [("rep", 200), ("manager", 200), ("admin", 200), ("agent", 404)]
)
@pytest.mark.parametrize("page", ["board", "target_list", "deal_create", "order_create"])
def test_it_offers_selling_to_sellers(
    cast: Cast, client: Client, stages: Stages, role: str, status: int, page: str
) -> None:
    assert signed_in(client, cast.user(role)).get(reverse(f"sales:{page}")).status_code == status


@pytest.mark.parametrize(
    ("role", "status"), [("rep", 404), ("agent", 404), ("manager", 200), ("admin", 200)]
)
@pytest.mark.parametrize("page", ["product_create", "target_create"])
def test_it_lets_managers_keep_catalogue_and_plan(
    cast: Cast, client: Client, role: str, status: int, page: str
) -> None:
    assert signed_in(client, cast.user(role)).get(reverse(f"sales:{page}")).status_code == status


def test_it_makes_one_product_of_two_clicks_and_refuses_its_number_to_another(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.manager)
    values = {
        "sku": "P-1",
        "name": "Pump",
        "price": "3",
        "currency": "CNY",
        "submission": uuid.uuid4(),
    }
    first, second = (client.post(reverse("sales:product_create"), values) for _ in range(2))
    product = Product.objects.get(sku="P-1")
    assert first["Location"] == second["Location"] == product.get_absolute_url()
    again = client.post(reverse("sales:product_create"), {**values, "submission": uuid.uuid4()})
    client.force_login(cast.admin)
    others = client.post(reverse("sales:product_create"), values)
    assert (again.status_code, others.status_code, Product.objects.count()) == (422, 422, 1)


def test_it_creates_a_deal_of_ones_own(cast: Cast, client: Client, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.colleague, team=cast.team)
    values = deal_values(customer.pk, stages["offer"], submission=uuid.uuid4())
    extra = {"owner": cast.stranger.pk, "team": cast.other_team.pk, "amount_base": 9,
             "closed_at": "2020-01-01", "lost_reason": "price", "version": 9}  # fmt: skip
    signed_in(client, cast.rep)
    first = client.post(reverse("sales:deal_create"), {**values, **extra})
    second = client.post(reverse("sales:deal_create"), {**values, **extra})
    deal = Deal.objects.get()
    assert first["Location"] == second["Location"] == deal.get_absolute_url()
    assert (deal.owner, deal.team, deal.probability) == (cast.rep, cast.team, 50)
    assert (deal.amount_base, deal.closed_at, deal.lost_reason, deal.version) == (1200, None, "", 1)


def test_it_offers_customers_in_reach_only(cast: Cast, client: Client, stages: Stages) -> None:
    customer = CustomerFactory(owner=cast.stranger, team=cast.other_team)
    signed_in(client, cast.rep)
    response = client.post(reverse("sales:deal_create"), deal_values(customer.pk, stages["new"]))
    assert response.status_code == 422
    assert not Deal.objects.exists()


@pytest.mark.parametrize("kind", ["unknown", "future"])
def test_it_says_which_currency_has_no_rate(
    cast: Cast, client: Client, stages: Stages, kind: str
) -> None:
    if kind == "future":
        ExchangeRate.objects.create(currency="CHF", from_date=date(2999, 1, 1), rate=8)
    customer = CustomerFactory(owner=cast.rep, team=cast.team)
    values = deal_values(customer.pk, stages["new"], currency="CHF")
    response = signed_in(client, cast.rep).post(reverse("sales:deal_create"), values)
    assert response.status_code == 422
    assert "There is no exchange rate for CHF" in response.content.decode()


def test_it_shows_both_values_of_a_deal_edited_twice(
    cast: Cast, client: Client, deal: Deal, stages: Stages
) -> None:
    url = reverse("sales:deal_edit", args=[deal.pk])
    values = deal_values(deal.customer_id, stages["new"], expected_version=1)
    signed_in(client, cast.rep)
    assert client.post(url, {**values, "name": "Theirs"}).status_code == 302
    second = client.post(url, {**values, "name": "Yours"})
    assert second.status_code == 409
    assert "Theirs" in second.content.decode()
    assert "Yours" in second.content.decode()
    deal.refresh_from_db()
    assert deal.name == "Theirs"


def test_it_makes_a_deal_of_a_need_by_a_button(cast: Cast, client: Client, stages: Stages) -> None:
    need = NeedFactory(customer=CustomerFactory(owner=cast.rep, team=cast.team))
    url = reverse("sales:need_convert", args=[need.pk])
    assert signed_in(client, cast.stranger).post(url).status_code == 404
    assert signed_in(client, cast.agent).post(url).status_code in {403, 404}
    assert not Deal.objects.exists()
    response = signed_in(client, cast.rep).post(url)
    assert response["Location"] == Deal.objects.get().get_absolute_url()
    refused = signed_in(client, cast.colleague).post(url)
    assert refused.status_code == 403
    assert Deal.objects.count() == 1


def test_it_refunds_by_a_button_once(cast: Cast, client: Client, order: Order) -> None:
    url = reverse("sales:order_refund", args=[order.pk])
    assert signed_in(client, cast.colleague).post(url).status_code == 404
    signed_in(client, cast.rep)
    first, second = client.post(url), client.post(url)
    assert first["Location"] == second["Location"]
    assert Order.objects.get(refund_of=order).total == -120
    assert client.get(url).status_code == 405


@pytest.mark.parametrize(("role", "status"), [("rep", 403), ("manager", 302)])
def test_it_lets_managers_edit_products(cast: Cast, client: Client, role: str, status: int) -> None:
    product = ProductFactory(price=Decimal(1))
    values = {"sku": product.sku, "name": "Changed", "price": 5, "currency": "CNY"}
    url = reverse("sales:product_edit", args=[product.pk])
    assert signed_in(client, cast.user(role)).post(url, values).status_code == status
    assert Product.objects.get().price == (5 if status == 302 else 1)


def test_it_shows_a_rep_ones_own_target(cast: Cast, client: Client) -> None:
    period = {"starts_on": "2026-03-01", "ends_on": "2026-04-01", "amount": 1000}
    signed_in(client, cast.manager)
    client.post(reverse("sales:target_create"), {**period, "owner": cast.rep.pk})
    client.post(reverse("sales:target_create"), {**period, "owner": cast.colleague.pk})
    twice = client.post(reverse("sales:target_create"), {**period, "owner": cast.rep.pk})
    assert "There is a target for this period already." in twice.content.decode()
    mine, other = Target.objects.get(owner=cast.rep), Target.objects.get(owner=cast.colleague)
    signed_in(client, cast.rep)
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


def test_it_refuses_a_target_for_another_team(cast: Cast, client: Client) -> None:
    values = {"starts_on": "2026-03-01", "ends_on": "2026-02-01", "amount": 0,
              "owner": cast.stranger.pk, "team": cast.other_team.pk}  # fmt: skip
    response = signed_in(client, cast.manager).post(reverse("sales:target_create"), values)
    assert response.status_code == 422
    assert "The period ends after it starts." in response.content.decode()
    assert not Target.objects.exists()


def test_it_trashes_and_restores(cast: Cast, client: Client, deal: Deal) -> None:
    signed_in(client, cast.rep)
    client.post(reverse("sales:deal_trash", args=[deal.pk]))
    assert client.get(deal.get_absolute_url()).status_code == 404
    assert "Marked deal" in client.get(reverse("sales:deal_list") + "?state=trash").content.decode()
    client.post(reverse("sales:deal_restore", args=[deal.pk]))
    assert client.get(deal.get_absolute_url()).status_code == 200


def test_it_lets_the_first_administrator_set_the_stages_up(cast: Cast, client: Client) -> None:
    board, set_up = reverse("sales:board"), reverse("sales:set_up_pipeline")
    assert (
        "Set up the standard stages" not in signed_in(client, cast.rep).get(board).content.decode()
    )
    assert client.post(set_up).status_code == 403
    assert "Set up the standard stages" in signed_in(client, cast.admin).get(board).content.decode()
    client.post(set_up)
    assert "Negotiation" in client.get(board).content.decode()


def test_it_shows_agents_the_sales_of_their_requests_customers(
    cast: Cast, client: Client, deal: Deal, order: Order, stages: Stages
) -> None:
    ServiceRequestFactory(customer=deal.customer, owner=cast.agent)
    signed_in(client, cast.agent)
    assert client.get(deal.get_absolute_url()).status_code == 200
    assert client.get(order.get_absolute_url()).status_code == 404
    edit = reverse("sales:deal_edit", args=[deal.pk])
    assert client.post(edit, deal_values(deal.customer_id, stages["new"])).status_code == 403
    assert (
        client.post(
            reverse("sales:deal_move", args=[deal.pk]), {"stage": stages["won"].pk}
        ).status_code
        == 403
    )
    deal.refresh_from_db()
    assert (deal.name, deal.stage, deal.version) == ("Marked deal", stages["new"], 1)


@pytest.mark.parametrize("whose", ["person", "team"])
def test_a_target_leads_to_the_orders_that_it_counts(
    cast: Cast, client: Client, order: Order, whose: str
) -> None:
    for owner, more in ((cast.colleague, {}), (cast.stranger, {}), (cast.rep, {"status": "draft"})):
        customer = CustomerFactory(owner=owner, team=owner.team)
        OrderFactory(customer=customer, lines=[(1, 1)], **more)
    day = timezone.localdate(order.ordered_at)
    target = Target.objects.create(
        starts_on=day - timedelta(days=5), ends_on=day + timedelta(days=5), amount=100,
        team=cast.team, owner=cast.rep if whose == "person" else None,
    )  # fmt: skip
    client.force_login(cast.admin)
    page = client.get(target.get_absolute_url())
    counted = {"person": 120, "team": 121}[whose]
    assert page.context["attainment"].achieved == counted
    orders = client.get(f"{reverse('sales:order_list')}?{page.context['orders_query']}")
    assert orders.content.decode().count("data-row-link") == {"person": 1, "team": 2}[whose]
