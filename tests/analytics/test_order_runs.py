"""Customer value and rules on the demo company, as a manager meets them."""

from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from analytics import runs
from analytics.frames import Scope
from analytics.methods.rules import rules
from analytics.models import Run
from analytics.order_frames import baskets, purchases
from customers.models import Customer
from sales.models import Order, Product

pytestmark = pytest.mark.django_db


def test_it_gives_every_order_that_counts(truth: dict[str, Any]) -> None:
    frame = purchases(Scope())
    counted = Order.objects.counted()
    assert len(frame) == counted.count()
    assert frame["amount"].sum() == pytest.approx(float(sum(o.total_base for o in counted)))


def test_it_gives_only_what_the_actor_may_see(truth: dict[str, Any], person: Any) -> None:
    rep = person("rep")
    owned = set(Order.objects.visible_to(rep).values_list("customer_id", flat=True))
    assert set(purchases(Scope(actor=rep))["customer"]) <= owned
    assert 0 < len(baskets(Scope(actor=rep))) < len(baskets(Scope()))


@pytest.mark.parametrize("method", ["value", "rules"])
def test_it_shows_a_page(truth: dict[str, Any], person: Any, client: Client, method: str) -> None:
    run = runs.run_method(method=method)
    assert run.state == Run.State.FINISHED, run.error
    client.force_login(person("admin"))
    page = client.get(reverse("analytics:method", args=[method])).content.decode()
    assert (
        ("expected to bring" in page)
        or ("past rate" in page)
        or ("beyond chance" in page)
        or ("No products are bought together" in page)
    )
    assert client.get(run.get_absolute_url()).status_code == 200
    client.force_login(person("manager"))
    assert client.get(run.get_absolute_url()).status_code == 404


def test_it_finds_the_planted_rules_and_none_in_shuffled_orders(truth: dict[str, Any]) -> None:
    frame = baskets(Scope())
    terms = {"basket": "order", "item": "item", "support": "0.002", "confidence": "0.1"}
    answer = rules(frame, **terms)
    told = [answer.rule_dict(rule) for rule in answer.significant]
    found = {(tuple(one["lhs"]), one["rhs"]): one["confidence"] for one in told}
    named = Product.objects.in_bulk([pk for r in truth["rules"] for pk in (r["left"], r["right"])])
    for rule in truth["rules"]:
        pair = ((named[rule["left"]].name,), named[rule["right"]].name)
        assert found[pair] == pytest.approx(rule["confidence"], abs=0.12)
    frame["item"] = np.random.default_rng(2).permutation(frame["item"].to_numpy())
    assert not rules(frame, **terms).significant


def test_it_shows_no_customer_who_is_gone(
    truth: dict[str, Any], person: Any, client: Client
) -> None:
    run = runs.run_method(method="value")
    run.result["holdout"]["better_than_historical_rate"] = True
    run.save()
    best = Customer.objects.get(pk=run.result["customers"][0]["customer"])
    client.force_login(person("admin"))
    file = reverse("analytics:run_csv", args=[run.pk, "best"])
    assert best.name in client.get(file).content.decode()
    Customer.objects.filter(pk=best.pk).update(trashed_at="2026-01-01T00:00Z")
    assert best.name not in client.get(file).content.decode()
