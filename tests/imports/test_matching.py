"""Rows that share a number or an address with known records, or with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm.jobs.direct import DirectWork
from customers.imports.running import import_run
from customers.imports.services import batch_create
from customers.models import Contact, Customer, ImportBatch
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("header", "model"), [("客户名称,电话,邮箱", Customer), ("姓名,电话,邮箱,公司", Contact)]
)
def test_those_who_share_a_switchboard_stay_apart(
    bring_in: BringIn, write: Write, header: str, model: type[Customer | Contact]
) -> None:
    company = ",云海" if model is Contact else ""
    path = write(
        f"{header}\n张三,010-62889999,zs@x.cn{company}\n李四,010-62889999,ls@x.cn{company}\n"
        f"王五,010-62889999,{company}\n"
    )
    assert sums(bring_in(path)) == (3, 3, 0, 0, 0)
    people = model._default_manager.filter(phone="+861062889999")
    assert set(people.values_list("name", "email")) == {
        ("张三", "zs@x.cn"), ("李四", "ls@x.cn"), ("王五", "")
    }  # fmt: skip
    assert sums(bring_in(path)) == (3, 0, 0, 3, 0)


def test_a_mobile_is_somebodys_own_unless_the_mail_says_otherwise(
    bring_in: BringIn, write: Write
) -> None:
    CustomerFactory(name="Old", phone="+8613800138000", email="a@x.cn")
    rows = "name,phone,email\nNew,13800138000,\nOther,13800138000,b@x.cn\n"
    assert sums(bring_in(write(rows))) == (2, 1, 1, 0, 0)
    found = Customer.objects.values_list("name", "email")
    assert set(found) == {("New", "a@x.cn"), ("Other", "b@x.cn")}


@pytest.mark.parametrize("header", ["contact id,full name,e-mail", "customer id,name,e-mail"])
def test_one_address_under_two_ids_makes_two_and_says_so(
    bring_in: BringIn, write: Write, header: str
) -> None:
    kind = "contacts" if "contact" in header else "customers"
    rows = "{0}1,Ann,ann@{0}.cn\n{0}2,Anna,{1}@{0}.cn\n"
    for place, name, warnings in (("x", "anna", []), ("y", "ANN", ["shared_email"])):
        batch = bring_in(write(f"{header}\n" + rows.format(place, name)), kind=kind)
        assert (batch.kind, sums(batch)) == (kind, (2, 2, 0, 0, 0))
        assert batch.options["warnings"] == warnings


def test_a_number_chosen_as_the_key_is_trusted(db: None, write: Write) -> None:
    CustomerFactory(name="Old", phone="+861062889999")
    rows = write("name,phone\n新名,010-62889999\n")
    batch = batch_create(actor=None, path=rows, name="x.csv", kind="customers")
    batch.options["key"] = "phone"
    import_run(batch=batch, work=DirectWork())
    assert (batch.updated, Customer.objects.get().name) == (1, "新名")


def test_of_several_with_one_address_the_namesake_is_meant(bring_in: BringIn, write: Write) -> None:
    for name in ("Ann", "Bob"):
        ContactFactory(name=name, email="sales@x.cn", phone="")
    batch = bring_in(write(
        "Contact ID,Contact,Email,Title\n,Bob,sales@x.cn,CTO\n,Cyd,Sales@x.cn,CEO\n"
        "51,Eve,sales@x.cn,CFO\n"
    ))  # fmt: skip
    assert (batch.kind, sums(batch)) == ("contacts", (3, 1, 1, 0, 1))
    assert list(batch.reasons) == ["ambiguous_key"]
    titles = Contact.objects.exclude(title="").values_list("name", "title")
    assert set(titles) == {("Bob", "CTO"), ("Eve", "CFO")}
