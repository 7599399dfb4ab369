"""A dry run counts what the import does, and an interrupted import ends as a whole one does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.jobs.direct import DirectWork
from customers.imports.running import import_run, trial_run
from customers.imports.services import batch_create
from customers.models import Affiliation, Contact, Customer, ImportBatch, ImportChange, Tag
from sales.models import Deal, StageChange
from sales.services import pipeline_set_up
from tests.factories.customers import CustomerFactory, UserFactory
from tests.imports.conftest import sums
from tests.imports.test_interruption import Interrupted, PulledPlugError

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]

FILES = {
    "customers": (
        "external id,name,email,phone,city,tags\n"
        "1,Acme,a@x.com,,Bonn,VIP\n2,Bolt,,13800138000,,\n1,Acme,a@x.com,,Bonn,VIP\n"
        ",Acme,A@X.COM,,Köln,\n,Bolt,,138 0013 8000,,new\n3,Cog,wrong,,,\n,Dyn,,,,\n,Dyn,,,Ulm,\n"
        ",Dyn,,,Ulm,VIP\n1,Acme,b@x.com,,,\n,Eve,a@x.com,,,\n,,,,Ulm,\n9,Old,,,Bonn,\n"
        ",Gus,,,,\n,Fay,f1@x.com,,,\n,Gus,g@x.com,,,\n,Gus,g2@x.com,,,\n,Fay,f2@x.com,,,\n"
    ),
    "contacts": (
        "external id,name,email,company,customer id,role\n"
        "1,Ada,ada@x.com,Acme,100,buyer\n,Ada,ADA@x.com,Acme,100,\n,Ben,,Acme,,\n,Ben,,Acme,100,\n"
        ",Ben,,Bolt,,\n2,Cid,c@x.com,Bolt,,user\n2,Cid,c@x.com,Bolt,,chief\n3,Dan,d@x.com,,,\n"
        ",,,Bolt,,\n1,Ada L,ada@x.com,Bolt,,\n,Eve,,Old,9,\n"
        ",Eve,eve@x.com,Old,9,\n,Eve,eve2@x.com,Old,9,\n,Eve,eve2@x.com,,,\n"
    ),
    "deals": (
        "external id,deal name,customer,stage,amount\n"
        "1,Pumps,Acme,New,10\n,Pumps,Acme,Won,10\n2,Valves,Acme,Nonsense,1\n,Pipes,Bolt,,5\n"
        ",Pipes,Bolt,Lost,5\n3,Nuts,,New,1\n1,Pumps,Acme,Won,12\n4,Bolts,Old,Proposal,7\n"
        "4,Bolts,Old,Proposal,7\n,Pipes,Bolt,Lost,5\n"
    ),
}


@pytest.fixture(autouse=True)
def _ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows, a pipeline, and one customer that is there already."""
    monkeypatch.setattr("customers.imports.mapped.MappedImporter.chunk", 2)
    pipeline_set_up(actor=UserFactory(role="admin"))
    CustomerFactory(name="Old", external_id="9", owner=None, city="Ulm")
    Tag.objects.create(name="VIP")


def make(path: Path, kind: str, state: str = "running") -> ImportBatch:
    return batch_create(actor=None, path=path, name=path.name, kind=kind, state=state)


@pytest.mark.parametrize("kind", FILES)
def test_it_counts_in_a_dry_run_what_the_import_does(write: Write, kind: str) -> None:
    path = write(FILES[kind])
    trial = trial_run(batch=make(path, kind, "trying"), work=DirectWork()).trial
    assert Customer.objects.count() == 1
    assert not ImportChange.objects.exists()
    batch = import_run(batch=make(path, kind), work=DirectWork())
    counted = tuple(trial[n] for n in ("rows", "created", "updated", "skipped", "rejected"))
    assert counted == sums(batch)
    assert trial["reasons"] == batch.reasons
    assert trial["objects"] == batch.objects_made
    assert min(batch.created, batch.updated, batch.skipped, batch.rejected) > 0


@pytest.mark.parametrize("kind", FILES)
def test_it_creates_nothing_the_second_time(write: Write, kind: str) -> None:
    path = write(FILES[kind])
    import_run(batch=make(path, kind), work=DirectWork())
    before = picture()
    batch = import_run(batch=make(path, kind), work=DirectWork())
    assert (batch.created, batch.objects_made) == (0, {})
    # A file that says two stages of one deal moves it twice again.
    assert [len(rows) for rows in picture()[:5]] == [len(rows) for rows in before[:5]]


@pytest.mark.parametrize("kind", FILES)
def test_it_ends_the_same_after_interruptions(write: Write, kind: str) -> None:
    path = write(FILES[kind])
    whole = import_run(batch=make(path, kind), work=DirectWork())
    told, expected = sums(whole), picture()
    wipe()
    batch = make(path, kind)
    checkpoint: dict[str, Any] = {}
    for chunks in (2, 0, 1):
        work = Interrupted(checkpoint, chunks)
        with pytest.raises(PulledPlugError):
            import_run(batch=ImportBatch.objects.get(pk=batch.pk), work=work)
        checkpoint = work.kept
    batch = ImportBatch.objects.get(pk=batch.pk)
    import_run(batch=batch, work=Interrupted(checkpoint, 99))
    assert sums(batch) == told
    assert batch.reasons == whole.reasons
    assert picture() == expected
    made = ImportChange.objects.filter(batch=batch, what="c", model="customers.customer")
    assert made.count() == batch.objects_made.get("customers", 0)


def picture() -> list[list[tuple[Any, ...]]]:
    """What an import leaves, without ids and times."""
    return [
        sorted(Customer.objects.values_list("name", "external_id", "email", "phone", "city")),
        sorted(Customer.tags.through.objects.values_list("customer__name", "tag__name")),
        sorted(Contact.objects.values_list("name", "external_id", "email")),
        sorted(Affiliation.objects.values_list("contact__name", "customer__name", "role")),
        sorted(Deal.objects.values_list("name", "customer__name", "stage__name", "amount")),
        sorted(StageChange.objects.values_list("deal__name", "to_stage__name")),
    ]


def wipe() -> None:
    for model in (StageChange, Deal, Affiliation, Contact):
        model.objects.all().delete()
    Customer.objects.exclude(external_id="9").delete()
    Customer.objects.update(city="Ulm")
    Customer.tags.through.objects.all().delete()
    Tag.objects.exclude(name="VIP").delete()
