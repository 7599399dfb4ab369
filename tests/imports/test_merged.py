"""A file that names records which were merged here does not bring them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from communications.models import Communication
from customers.duplicates.contact_merging import contact_merge
from customers.duplicates.merging import customer_merge, merge_undo
from customers.imports.merged import Merges
from customers.models import Contact, Customer, ImportBatch
from customers.services import customer_update
from sales.models import Deal
from sales.services import pipeline_set_up
from tests.factories.customers import UserFactory
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]
BY_ID = "external id,name,city\nE1,Acme,Bonn\nE2,Acme Inc,Ulm\nE3,Other,Hof\n"
BY_MAIL = "name,email,city\nAcme,a@x.com,Bonn\nAcme Inc,B@x.com,Ulm\nOther,c@x.com,Hof\n"


def of(name: str) -> int:
    return Customer.objects.get(name=name).pk


@pytest.fixture
def manager(cast: dict[str, Any]) -> Any:
    return cast["manager"]


@pytest.mark.parametrize("text", [BY_ID, BY_MAIL], ids=["by id", "by mail"])
@pytest.mark.parametrize("taken", ["survivor", "other"])
def test_a_second_import_leaves_merged_customers_merged(
    bring_in: BringIn, write: Write, manager: Any, text: str, taken: str
) -> None:
    path = write(text)
    bring_in(path, "customers", actor=manager)
    choices = dict.fromkeys(("external_id", "email", "name", "city"), taken)
    customer_merge(survivor=of("Acme"), other=of("Acme Inc"), actor=manager, choices=choices)
    before = list(Customer.objects.alive().order_by("pk").values("name", "city", "version"))
    batch = bring_in(path, "customers", actor=manager)
    assert sums(batch) == (3, 0, 0, 3, 0)
    assert "merged" in batch.options["warnings"]
    assert list(Customer.objects.alive().order_by("pk").values("name", "city", "version")) == before


@pytest.mark.parametrize("taken", ["survivor", "other"])
def test_what_names_a_merged_customer_goes_to_the_survivor(
    bring_in: BringIn, write: Write, manager: Any, taken: str
) -> None:
    pipeline_set_up(actor=UserFactory(role="admin"))
    bring_in(write(BY_ID), actor=manager)
    one, other = of("Acme"), of("Acme Inc")
    third = of("Other")
    chosen = {"external_id": taken}
    customer_merge(survivor=one, other=other, actor=manager, choices=chosen)
    customer_merge(survivor=third, other=one, actor=manager, choices=chosen)
    for number in (1, 2, 3):
        people = f"Contact Name,Email,Company,Company ID\nAda{number},a{number}@x.com,,E{number}\n"
        assert sums(bring_in(write(people), actor=manager)) == (1, 1, 0, 0, 0)
        deals = f"Deal Name,Stage,Company ID,Company\nPumps{number},New,E{number},Acme\n"
        assert sums(bring_in(write(deals), actor=manager)) == (1, 1, 0, 0, 0)
    assert Customer.objects.get(pk=third).contacts.count() == 3
    assert {deal.customer_id for deal in Deal.objects.all()} == {third}


def test_merged_contacts_stay_merged_and_stand_for_each_other(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    path = write(
        "Contact ID,Contact Name,Email,Company\n1,Ada,ada@x.com,Acme\n2,Ada B,byron@x.com,Acme\n"
    )
    bring_in(path, "contacts", actor=manager)
    one, other = Contact.objects.order_by("pk").values_list("pk", flat=True)
    mine = dict.fromkeys(("external_id", "name", "email"), "survivor")
    contact_merge(survivor=one, other=other, actor=manager, choices=mine)
    assert sums(bring_in(path, "contacts", actor=manager)) == (2, 0, 0, 2, 0)
    calls = write(
        "Contact ID,Date,Subject,Channel\n1,2026-03-05,One,phone\n2,2026-03-05,Two,phone\n"
    )
    assert sums(bring_in(calls, "communications", actor=manager)) == (2, 2, 0, 0, 0)
    assert {call.contact_id for call in Communication.objects.all()} == {one}


def test_customers_who_are_two_again_are_found_again(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    path = write(BY_ID)
    bring_in(path, actor=manager)
    merge = customer_merge(
        survivor=of("Acme"), other=of("Acme Inc"), actor=manager, choices={"external_id": "other"}
    )
    merge_undo(pk=merge.pk, actor=manager)
    assert sums(bring_in(path, actor=manager)) == (3, 0, 0, 3, 0)
    again = bring_in(write(BY_ID.replace("Bonn", "Kiel")), actor=manager)
    assert (sums(again), again.options["warnings"]) == ((3, 0, 1, 2, 0), [])


def test_a_colleagues_merge_is_not_ours_to_know(
    bring_in: BringIn, write: Write, cast: dict[str, Any]
) -> None:
    path = write(BY_MAIL)
    bring_in(path, "customers", actor=cast["manager"])
    customer_merge(survivor=of("Acme"), other=of("Acme Inc"), actor=cast["manager"])
    batch = bring_in(path, "customers", actor=cast["outsider"])
    assert (sums(batch), batch.options["warnings"]) == ((3, 3, 0, 0, 0), [])


def test_undoing_a_merge_leaves_an_external_id_that_another_has_now(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    bring_in(write(BY_ID), actor=manager)
    merge = customer_merge(
        survivor=of("Acme"), other=of("Acme Inc"), actor=manager, choices={"external_id": "other"}
    )
    customer_update(pk=of("Other"), actor=manager, changes={"external_id": "E1"})
    _merge, kept = merge_undo(pk=merge.pk, actor=manager)
    assert kept == ["external_id"]
    found = dict(Customer.objects.alive().values_list("name", "external_id"))
    assert found == {"Acme": "E2", "Acme Inc": "", "Other": "E1"}


def test_it_reads_the_merges_once_and_follows_them_to_the_last(
    bring_in: BringIn, write: Write, manager: Any, django_assert_num_queries: Any
) -> None:
    bring_in(write(BY_ID), "customers", actor=manager)
    one, other, third = of("Acme"), of("Acme Inc"), of("Other")
    choices = {"external_id": "survivor"}
    customer_merge(survivor=one, other=other, actor=manager, choices=choices)
    customer_merge(survivor=third, other=one, actor=manager, choices=choices)
    merges = Merges(Customer, manager)
    assert merges.survivors("external_id", ["E1", "E2", "E9"]) == dict.fromkeys(
        ("E1", "E2"), (third, "E3")
    )
    with django_assert_num_queries(0):  # the next chunk, which names none
        assert merges.survivors("external_id", ["E8"]) == {}
