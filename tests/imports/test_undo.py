"""Undoing an import: it leaves what was there before, and what others did since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from analytics.models import CustomerScore, Run
from crm.jobs.direct import DirectWork
from crm.jobs.runner import job_run
from crm.records.services.files import attachment_add
from customers.duplicates.relations import computed_models
from customers.imports.services import import_undo
from customers.imports.undo import undo_run
from customers.models import Contact, ContactPair, Customer, ImportBatch, ImportChange, Tag
from customers.resources import CUSTOMERS
from customers.services import customer_update
from sales.models import Order, OrderLine, Product
from service.models import Category, ServiceRequest
from tests.factories.customers import CustomerFactory, NeedFactory

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]

CHANGING = {"version", "updated_at", "search"}


def picture() -> list[dict[str, Any]]:
    """Every customer, but for what a change always touches."""
    rows = Customer.objects.order_by("pk").values()
    return [{name: row[name] for name in row if name not in CHANGING} for row in rows]


def undo(batch: ImportBatch, actor: Any) -> ImportBatch:
    batch = import_undo(pk=batch.pk, actor=actor)
    assert batch.job_id is not None
    job_run(batch.job_id)
    batch.refresh_from_db()
    assert batch.state == "undone"
    return batch


@pytest.fixture
def manager(cast: dict[str, Any]) -> Any:
    return cast["manager"]


def test_it_leaves_exactly_what_was_there(bring_in: BringIn, write: Write, manager: Any) -> None:
    old = CustomerFactory(team=manager.team, external_id="E1", name="Old", city="Bonn", note="n")
    before = picture()
    path = write(
        "external id,name,city,tags\nE1,New,Köln,VIP\nE2,Fresh,Ulm,VIP\nE2,Fresh,Berlin,\n"
    )
    batch = bring_in(path, actor=manager)
    assert (batch.created, batch.updated) == (1, 2)
    assert picture() != before
    batch = undo(batch, manager)
    assert picture() == before
    assert not Tag.objects.exists()
    assert not old.tags.exists()
    assert batch.undo["kept"] == []
    assert [c.pk for c in Customer.objects.search_for("Old")] == [old.pk]


def test_it_leaves_values_that_were_changed_since(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    old = CustomerFactory(team=manager.team, external_id="E1", name="Old", city="Bonn", region="X")
    batch = bring_in(write("external id,name,city,region\nE1,New,Köln,Y\n"), actor=manager)
    customer_update(pk=old.pk, actor=manager, changes={"city": "Hamburg"})
    batch = undo(batch, manager)
    old.refresh_from_db()
    assert (old.name, old.city, old.region) == ("Old", "Hamburg", "X")
    assert [(one["name"], one["columns"]) for one in batch.undo["kept"]] == [("New", ["city"])]


def test_a_later_import_that_was_undone_keeps_nothing(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    first = bring_in(write("external id,name,city\nE1,Acme,Bonn\nE2,Bolt,Ulm\n"), actor=manager)
    second = bring_in(write("external id,name,city\nE1,Acme,Köln\n", "b.csv"), actor=manager)
    edited = bring_in(write("external id,name,city\nE2,Bolt,Hof\n", "c.csv"), actor=manager)
    customer_update(
        pk=Customer.objects.get(name="Bolt").pk, actor=manager, changes={"region": "Bayern"}
    )
    undo(second, manager)
    undo(edited, manager)
    kept = undo(first, manager).undo["kept"]
    assert [(one["name"], one["why"]) for one in kept] == [("Bolt", "edited")]
    assert [c.city for c in Customer.objects.all()] == ["Ulm"]


def test_it_keeps_new_records_that_others_worked_on(
    bring_in: BringIn, write: Write, manager: Any, client: Client
) -> None:
    path = write("name,email\nA,a@x.com\nB,b@x.com\nC,c@x.com\nD,d@x.com\n")
    batch = bring_in(path, actor=manager)
    edited, needing, filed, _lone = Customer.objects.order_by("name")
    customer_update(pk=edited.pk, actor=manager, changes={"city": "Bonn"})
    NeedFactory(customer=needing, owner=manager)
    upload = SimpleUploadedFile("note.txt", b"seen")
    attachment_add(actor=manager, resource=CUSTOMERS, record_id=filed.pk, upload=upload)
    batch = undo(batch, manager)
    assert [c.name for c in Customer.objects.order_by("name")] == ["A", "B", "C"]
    assert {one["name"]: one["by"] for one in batch.undo["kept"]} == {
        "A": "", "B": "customers.need", "C": "records.attachment",
    }  # fmt: skip
    client.force_login(manager)
    page = client.get(batch.get_absolute_url()).content.decode()
    for why in ("it was changed since", "hangs on it: needs", "hangs on it: attached files"):
        assert why in page
    assert batch.undo["removed"] == 1


def test_what_machines_found_since_goes_along(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    path = write("name,customer,email\nAnna,Acme,a@x.com\nBen,Acme,b@x.com\n")
    batch = bring_in(path, kind="contacts", actor=manager)
    run = Run.objects.create(method="churn", state=Run.State.FINISHED, live=True)
    score: dict[str, Any] = {"run": run, "kind": "churn", "chance": 0.7, "level": 3}
    CustomerScore.objects.create(customer=Customer.objects.get(), **score)
    first, second = Contact.objects.order_by("pk")
    ContactPair.objects.create(first=first, second=second, probability=1, found_at=timezone.now())
    batch = undo(batch, manager)
    assert batch.undo["kept"] == []
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()


def test_all_that_analyses_find_of_a_record_is_known_as_found() -> None:
    for model in apps.get_app_config("analytics").get_models():
        named = {
            field.related_model._meta.app_label for field in model._meta.fields if field.is_relation
        }
        if named & {"customers", "communications", "sales", "service", "marketing"}:
            assert model in computed_models


def test_it_goes_on_where_it_was_interrupted(
    bring_in: BringIn, write: Write, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.undo.PAGE", 7)
    batch = bring_in(write("name\n" + "".join(f"N{n}\n" for n in range(40))), actor=manager)
    batch = import_undo(pk=batch.pk, actor=manager)

    class Stops(DirectWork):
        left = 3

        def progress(self, done: int, total: int = 0, note: str = "") -> None:
            self.left -= 1
            if not self.left:
                raise InterruptedError

    work = Stops()
    with pytest.raises(InterruptedError):
        undo_run(batch=batch, work=work)
    undo_run(batch=batch, work=DirectWork())
    assert not Customer.objects.exists()


def test_it_undoes_the_orders_of_a_shop(
    bring_in: BringIn, write: Write, shared: Any, manager: Any
) -> None:
    lines = shared("online_retail_nonUK.csv").read_text(encoding="utf-8-sig").splitlines()
    batch = bring_in(write("\n".join(lines[:10_000]) + "\n"), actor=manager)
    assert batch.created > 9_000
    batch = undo(batch, manager)
    counts = [model.objects.count() for model in (Order, OrderLine, Product, Customer)]
    assert counts == [0, 0, 0, 0]
    assert batch.undo["kept"] == []


def test_it_undoes_requests_and_their_categories(
    bring_in: BringIn, write: Write, manager: Any
) -> None:
    Category.objects.create(code="old", name="Old")
    batch = bring_in(write("text,category\nHello,new\nHi,old\n"), actor=manager)
    undo(batch, manager)
    assert not ServiceRequest.objects.exists()
    assert [category.code for category in Category.objects.all()] == ["old"]


def test_it_is_done_once(bring_in: BringIn, write: Write, manager: Any) -> None:
    batch = bring_in(write("name\nA\n"), actor=manager)
    first = import_undo(pk=batch.pk, actor=manager)
    second = import_undo(pk=batch.pk, actor=manager)
    assert first.job_id == second.job_id
    assert ImportChange.objects.filter(batch=batch).count() == 1
