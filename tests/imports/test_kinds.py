"""Each kind of file: what becomes of its rows, and that a second import creates nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from customers.imports.customer_rows import customer_pool
from customers.imports.encoding import FileRefusedError
from customers.imports.pool import FEW
from customers.imports.registry import Setting
from customers.models import Customer, ImportBatch
from marketing.models import MarketResult, Spend
from sales.models import ExchangeRate, Order, OrderLine, Product
from service.models import Category, ServiceRequest
from tests.factories.customers import CustomerFactory, UserFactory
from tests.imports.conftest import sums

BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]
Shared = Callable[[str], Path]

RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def retail(*lines: str) -> str:
    return RETAIL + "".join(f"{line}\n" for line in lines)


ORDER = (
    "100,A1,MUG ,2,2011-01-05 10:00:00,3.50,7.0,France",
    "100,B2,LAMP,1,2011-01-05 10:00:00,10.25,7.0,France",
    "C101,A1,MUG,-1,2011-02-05 10:00:00,4.00,7.0,France",
)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("marketing_weekly", "marketing_weekly.csv"),
        ("requests", "banking77/test.csv"),
    ],
)
def test_it_creates_nothing_the_second_time(
    shared: Shared, bring_in: BringIn, kind: str, name: str
) -> None:
    first, second = bring_in(shared(name)), bring_in(shared(name))
    assert first.kind == kind
    rows = {"marketing_weekly": 208, "requests": 3_080}[kind]
    assert sums(first) == (rows, rows, 0, 0, 0)
    assert sums(second) == (rows, 0, 0, rows, 0)


def test_it_adds_the_shop_up_to_the_cent(shared: Shared, bring_in: BringIn) -> None:
    shop = shared("online_retail_nonUK.csv")
    assert sums(bring_in(shop)) == (46_431, 44_951, 0, 0, 1_480)
    assert sums(bring_in(shop)) == (46_431, 0, 0, 44_951, 1_480)
    assert (Customer.objects.count(), Product.objects.count()) == (422, 2_796)
    assert (Order.objects.filter(kind="refund").count(), OrderLine.objects.count()) == (
        Order.objects.filter(number__startswith="C").count(),
        44_951,
    )
    # Sums of Quantity × UnitPrice in the file, by pandas.
    customer = Customer.objects.get(external_id="14646")
    lines = OrderLine.objects.filter(order__customer=customer)
    assert customer.order_value == sum(line.total for line in lines)
    assert customer.order_value == Decimal("279489.02")


def test_it_makes_orders_refunds_and_products(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write(retail(*ORDER)))
    assert sums(batch) == (3, 3, 0, 0, 0)
    sale, refund = Order.objects.order_by("number")
    assert (sale.kind, sale.total, sale.currency) == ("sale", Decimal("17.25"), "GBP")
    assert (refund.kind, refund.total) == ("refund", Decimal("-4.00"))
    assert refund.lines.get().quantity == -1
    product = Product.objects.get(sku="A1")
    assert (product.name, product.price) == ("MUG", Decimal("4.00"))
    customer = Customer.objects.get()
    assert (customer.external_id, customer.country, customer.kind) == (
        "7",
        "France",
        "organisation",
    )
    assert customer.order_value == Decimal("13.25")


def test_it_counts_a_changed_line_as_updated(bring_in: BringIn, write: Write) -> None:
    bring_in(write(retail(*ORDER)))
    changed = [ORDER[0].replace(",2,", ",5,"), *ORDER[1:]]
    assert sums(bring_in(write(retail(*changed)))) == (3, 0, 1, 2, 0)
    assert Order.objects.get(number="100").total == Decimal("27.75")


def test_it_uses_the_rate_of_the_order_day(bring_in: BringIn, write: Write) -> None:
    ExchangeRate.objects.create(currency="GBP", from_date="2010-01-01", rate="10")
    ExchangeRate.objects.create(currency="GBP", from_date="2011-02-01", rate="9")
    batch = bring_in(write(retail(*ORDER)))
    totals = Order.objects.order_by("number").values_list("total_base", flat=True)
    assert list(totals) == [Decimal("172.50"), Decimal("-36.00")]
    assert batch.options["warnings"] == []


def test_it_says_that_no_rate_is_known(bring_in: BringIn, write: Write) -> None:
    assert bring_in(write(retail(*ORDER))).options["warnings"] == ["no_rate"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("100,A1,MUG,2,2011-01-05 10:00:00,3.50,,France", "no_customer"),
        (",A1,MUG,2,2011-01-05 10:00:00,3.50,7,France", "no_invoice"),
        ("100,,MUG,2,2011-01-05 10:00:00,3.50,7,France", "no_product"),
        ("100,A1,MUG,two,2011-01-05 10:00:00,3.50,7,France", "bad_number"),
        ("100,A1,MUG,NaN,2011-01-05 10:00:00,3.50,7,France", "bad_number"),
        ("100,A1,MUG,2,2011-01-05 10:00:00,-3.50,7,France", "bad_number"),
        ("100,A1,MUG,2,yesterday,3.50,7,France", "bad_date"),
        ("100,A1,MUG,2,2011-01-05 10:00:00,3.50,7", "cells"),
    ],
)
def test_it_rejects_a_line_with_its_reason(
    bring_in: BringIn, write: Write, line: str, reason: str
) -> None:
    batch = bring_in(write(retail(ORDER[1], line)))
    assert sums(batch) == (2, 1, 0, 0, 1)
    assert batch.reasons[reason]["rows"][0]["line"] == 3


def test_it_names_the_missing_column(bring_in: BringIn, write: Write) -> None:
    with pytest.raises(FileRefusedError, match="the column “Country” is missing"):
        bring_in(write(RETAIL.replace(",Country", "") + "1,2,3,4,5,6,7\n"), kind="online_retail")


def test_it_keeps_spends_and_other_influences_of_a_week(bring_in: BringIn, write: Write) -> None:
    path = write("DATE,revenue,tv_S,search_S,events\n2024-01-01,100.5,3,0.25,fair\n")
    bring_in(path)
    result = MarketResult.objects.get()
    assert (str(result.starts_on), str(result.ends_on)) == ("2024-01-01", "2024-01-08")
    assert (result.revenue, result.controls) == (Decimal("100.50"), {"events": "fair"})
    spends = dict(Spend.objects.values_list("channel", "amount"))
    assert spends == {"tv": Decimal(3), "search": Decimal("0.25")}


def test_it_updates_a_week_whose_spend_changed(bring_in: BringIn, write: Write) -> None:
    bring_in(write("DATE,revenue,tv_S\n2024-01-01,100,3\n2024-01-08,100,3\n"))
    batch = bring_in(write("DATE,revenue,tv_S\n2024-01-01,100,4\n2024-01-08,100,3\n"))
    assert sums(batch) == (2, 0, 1, 1, 0)


def test_it_rejects_a_week_that_stands_twice(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write("DATE,revenue,tv_S\n2024-01-01,100,3\n2024-01-01,100,3\n"))
    assert (sums(batch), list(batch.reasons)) == ((2, 1, 0, 0, 1), ["twice"])


def test_it_makes_as_many_requests_as_texts(bring_in: BringIn, write: Write) -> None:
    path = write(
        "text,category\nWhere is it?,card_arrival\nWhere is it?,card_arrival\n,x\nHi,退款?\n"
    )
    assert sums(bring_in(path)) == (4, 3, 0, 0, 1)
    assert sums(bring_in(path)) == (4, 0, 0, 3, 1)
    assert ServiceRequest.objects.filter(channel="import", requester="").count() == 3
    assert set(Category.objects.values_list("code", flat=True)) >= {"card_arrival", "退款"}


def test_it_finds_customers_by_each_key_and_keeps_what_blank_cells_say(
    bring_in: BringIn, write: Write
) -> None:
    by_id = CustomerFactory(name="Old", external_id="E1", city="上海")
    by_mail = CustomerFactory(name="Mail", email="mail@example.com")
    by_phone = CustomerFactory(name="Phone", phone="+8613800138000")
    path = write(
        "客户名称,客户编号,邮箱,电话,城市\n"
        "New,E1,,,\n"
        "Mail,,mail@example.com,,北京\n"
        ",,,138 0013 8000,广州\n"
        "Fresh,E2,fresh@example.com,,深圳\n"
        "Nobody,,no-mail,,\n",
        encoding="gb18030",
    )
    assert sums(bring_in(path)) == (5, 1, 3, 0, 1)
    for customer in (by_id, by_mail, by_phone):
        customer.refresh_from_db()
    assert (by_id.name, by_id.city) == ("New", "上海")
    assert (by_mail.city, by_phone.name, by_phone.city) == ("北京", "Phone", "广州")
    assert sums(bring_in(path)) == (5, 0, 0, 4, 1)
    assert list(Customer.objects.search_for("fresh")) == [Customer.objects.get(external_id="E2")]


def test_it_locks_few_of_many_namesakes(bring_in: BringIn, write: Write) -> None:
    for number in range(8):
        CustomerFactory(name="张伟", email=f"z{number}@example.com")
    pool = customer_pool(Setting(actor=None, team_id=None, currency="CNY", source=""))
    with transaction.atomic():
        pool.look_up({}, few={"name": {"张伟", "李娜"}})
    assert len(pool.known) == FEW
    batch = bring_in(write("name,email\n张伟,new@example.com\n张伟,z7@example.com\n"), "customers")
    assert sums(batch) == (2, 1, 0, 1, 0)


def test_it_gives_two_rows_of_one_customer_to_one_customer(bring_in: BringIn, write: Write) -> None:
    batch = bring_in(write("name,email,city\nA,a@example.com,Bonn\nA,a@example.com,Köln\n"))
    assert sums(batch) == (2, 1, 1, 0, 0)
    assert Customer.objects.get().city == "Köln"


def test_it_leaves_customers_of_colleagues_alone(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    colleague = UserFactory(team=cast["rep"].team)
    theirs = CustomerFactory(owner=colleague, name="Theirs", email="x@example.com")
    batch = bring_in(write("name,email\nMine now,x@example.com\n"), actor=cast["rep"])
    theirs.refresh_from_db()
    assert (theirs.name, list(batch.reasons)) == ("Theirs", ["foreign"])


def test_it_leaves_customers_of_other_teams_alone(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    theirs = CustomerFactory(name="Theirs", external_id="7")
    batch = bring_in(write(retail(*ORDER)), actor=cast["manager"])
    assert (sums(batch), list(batch.reasons)) == ((3, 0, 0, 0, 3), ["customer_foreign"])
    assert not theirs.orders.exists()


def test_it_gives_new_customers_to_the_rep_who_imports(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    bring_in(write("name\nA\n"), actor=cast["rep"])
    customer = Customer.objects.get()
    assert (customer.owner, customer.team) == (cast["rep"], cast["rep"].team)


def test_it_gives_customers_of_a_managers_import_to_the_team(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    bring_in(write(retail(*ORDER)), actor=cast["manager"])
    customer = Customer.objects.get()
    assert (customer.owner, customer.team) == (None, cast["manager"].team)
    assert Order.objects.first().team == cast["manager"].team
