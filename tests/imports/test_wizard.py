"""The steps of an import: columns guessed and remembered, a preview, a dry run, the start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from customers.models import Customer, ImportBatch, ImportMapping, Tag
from tests.factories.customers import CustomerFactory, UserFactory

IMPORT = "/customers/import/"
pytestmark = pytest.mark.django_db

COMPANIES = (
    "Record ID,Company name,Company owner,Phone Number,City,Country/Region,Lifecycle Stage\n"
    "9001,Bluebay Ltd,{owner},+44 20 7946 0958,London,United Kingdom,Marketing Qualified Lead\n"
    "9002,Harbour,,010 6288 1234,Beijing,China,Customer\n"
    "9003,Third,,not a phone,Bonn,Germany,Opportunity\n"
    "9004,Fourth,,,Bonn,Germany,Weird\n"
)


def upload(client: Client, text: str, name: str = "file.csv", **data: str) -> ImportBatch:
    file = SimpleUploadedFile(name, text.encode())
    response = client.post(IMPORT, {"file": file, **data})
    assert response.status_code == 302, response.content.decode()[:2000]
    return ImportBatch.objects.latest("pk")


def at(batch: ImportBatch, step: str) -> str:
    return f"{IMPORT}{batch.pk}/{step}/"


def columns(batch: ImportBatch, **more: Any) -> dict[str, Any]:
    """What the form of the columns sends when nothing is changed."""
    mapping = batch.options["mapping"]
    return {**{f"column_{place}": key for place, key in mapping.items()}, **more}


def work(batch: ImportBatch) -> ImportBatch:
    batch.refresh_from_db()
    assert batch.job_id is not None
    job_run(batch.job_id)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def manager(client: Client, cast: dict[str, Any]) -> Any:
    client.force_login(cast["manager"])
    return cast["manager"]


def test_it_guesses_the_columns_of_a_hubspot_export(client: Client, manager: Any) -> None:
    batch = upload(client, COMPANIES.format(owner=""))
    assert batch.kind == "customers"
    assert batch.options["mapping"] == {
        "0": "external_id", "1": "name", "2": "owner", "3": "phone", "4": "city",
        "5": "country", "6": "lifecycle",
    }  # fmt: skip
    page = client.get(at(batch, "columns")).content.decode()
    assert "This looks like an export from HubSpot." in page
    assert "Marketing Qualified Lead" in page


def test_it_does_not_offer_a_rep_to_name_owners(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["rep"])
    batch = upload(client, COMPANIES.format(owner=cast["manager"].username))
    assert "owner" not in batch.options["mapping"].values()
    client.post(at(batch, "columns"), columns(batch, column_2="owner"))
    client.post(at(batch, "start"))
    work(batch)
    assert set(Customer.objects.values_list("owner", flat=True)) == {cast["rep"].pk}


def test_it_names_what_is_wrong_in_the_preview(client: Client, manager: Any) -> None:
    batch = upload(client, COMPANIES.format(owner="Mia Chen"))
    assert client.post(at(batch, "columns"), columns(batch))["Location"] == at(batch, "preview")
    page = client.get(at(batch, "preview")).content.decode()
    assert "2 of them would be rejected" in page
    assert "The phone number cannot be read." in page
    assert "The choice is unknown." in page
    assert "+44 20 7946 0958" in page
    assert "Mia Chen" in page
    assert not Customer.objects.exists()
    assert not Job.objects.exists()


def test_it_counts_in_a_dry_run_what_the_import_then_does(client: Client, manager: Any) -> None:
    known = CustomerFactory(team=manager.team, owner=None, external_id="9002", name="Old")
    batch = upload(client, COMPANIES.format(owner="") + "9001,Bluebay Ltd,,,Leeds,,\n9001,,,,,,\n")
    client.post(at(batch, "dry-run"))
    work(batch)
    sums = [batch.trial[name] for name in ("rows", "created", "updated", "skipped", "rejected")]
    assert sums == [6, 1, 2, 1, 2]
    known.refresh_from_db()
    assert (known.name, Customer.objects.count()) == ("Old", 1)
    page = client.get(at(batch, "preview")).content.decode()
    assert "This is what the import will do" in page
    rejects = client.get(f"{IMPORT}{batch.pk}/dry-run/rejects/")
    assert b"Column" in b"".join(rejects)
    client.post(at(batch, "start"))
    work(batch)
    done = [batch.rows_in, batch.created, batch.updated, batch.skipped, batch.rejected]
    assert done == sums


def test_it_no_longer_shows_a_dry_run_of_other_columns(client: Client, manager: Any) -> None:
    batch = upload(client, COMPANIES.format(owner=""))
    client.post(at(batch, "dry-run"))
    work(batch)
    client.post(at(batch, "columns"), columns(batch, column_3=""))
    assert "This is what the import will do" not in client.get(
        at(batch, "preview")
    ).content.decode()  # fmt: skip


def test_it_remembers_the_columns_for_the_team(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    first = upload(client, "Firma,Ort\nA,Bonn\n", kind="customers")
    client.post(at(first, "columns"), {"column_0": "name", "column_1": "city"})
    client.force_login(cast["rep"])
    second = upload(client, "Firma,Ort\nB,Köln\n")
    assert (second.kind, second.options["mapping"]) == ("customers", {"0": "name", "1": "city"})
    client.force_login(cast["outsider"])
    assert client.post(
        IMPORT, {"file": SimpleUploadedFile("x.csv", b"Firma,Ort\nB,Bonn\n")}
    ).status_code == 422  # fmt: skip
    assert ImportMapping.objects.count() == 1


def test_it_needs_a_column_for_the_name(client: Client, manager: Any) -> None:
    batch = upload(client, "name,city\nA,Bonn\n")
    response = client.post(at(batch, "columns"), {"column_0": "", "column_1": "city"})
    assert response.status_code == 422
    assert "the column “Name” is missing" in response.content.decode()


def test_it_refuses_two_columns_for_one_field(client: Client, manager: Any) -> None:
    batch = upload(client, "name,city,town\nA,Bonn,Bonn\n")
    data = {"column_0": "name", "column_1": "city", "column_2": "city"}
    response = client.post(at(batch, "columns"), data)
    assert response.status_code == 422
    assert "Another column already goes to “City”." in response.content.decode()


def test_it_lets_blank_cells_overwrite_only_when_asked(client: Client, manager: Any) -> None:
    CustomerFactory(team=manager.team, external_id="E1", name="A", city="Bonn")
    text = "external id,name,city\nE1,A,\n"
    first = upload(client, text)
    client.post(at(first, "start"))
    assert work(first).skipped == 1
    assert Customer.objects.get().city == "Bonn"
    second = upload(client, text)
    client.post(at(second, "columns"), columns(second, overwrites="on"))
    client.post(at(second, "start"))
    assert work(second).updated == 1
    assert Customer.objects.get().city == ""


def test_it_leaves_out_cells_instead_of_rows_when_asked(client: Client, manager: Any) -> None:
    text = COMPANIES.format(owner="")
    strict = upload(client, text)
    client.post(at(strict, "start"))
    assert (work(strict).created, strict.rejected) == (2, 2)
    lenient = upload(client, text.replace("9003,Third", "9003,"), "again.csv")
    client.post(at(lenient, "columns"), columns(lenient, lenient="on"))
    page = client.get(at(lenient, "preview")).content.decode()
    assert "1 of them would be rejected" in page  # the one that lacks its name
    assert "The choice is unknown." in page
    client.post(at(lenient, "start"))
    work(lenient)
    sums = (lenient.created, lenient.updated, lenient.skipped, lenient.rejected)
    assert sums == (1, 0, 2, 1)
    assert Customer.objects.get(external_id="9004").lifecycle == "lead"
    assert "came in without cells" in client.get(f"{IMPORT}{lenient.pk}/").content.decode()
    rejects = b"".join(client.get(f"{IMPORT}{lenient.pk}/rejects/")).decode()
    left, refused = rejects.splitlines()[2], rejects.splitlines()[1]
    assert "9003" in refused
    assert "Came in without this: The choice is unknown." in left
    assert "“Weird”" in left
    alien = upload(
        client, "Company name,Type,Phone Number\nSixth,Alien,ask\nSeventh,Company,\n", "k.csv"
    )
    client.post(at(alien, "columns"), columns(alien, column_1="kind", lenient="on"))
    client.post(at(alien, "start"))
    assert (work(alien).created, alien.rejected) == (1, 1)  # what it is, it hangs on
    only_left = upload(client, "Company name,Phone Number\nFifth,ask reception\n", "left.csv")
    client.post(at(only_left, "columns"), columns(only_left, lenient="on"))
    client.post(at(only_left, "dry-run"))
    work(only_left)
    assert (
        "ask reception" in b"".join(client.get(f"{IMPORT}{only_left.pk}/dry-run/rejects/")).decode()
    )
    client.post(at(only_left, "start"))
    assert (work(only_left).created, only_left.rejected) == (1, 0)
    assert "ask reception" in b"".join(client.get(f"{IMPORT}{only_left.pk}/rejects/")).decode()


def test_it_puts_tags_on_and_gives_to_a_colleague(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    vip = Tag.objects.create(name="VIP")
    batch = upload(client, "name,tags\nA,展会; VIP\nB,\n")
    chosen = {"owner": str(cast["rep"].pk), "tags": [str(vip.pk)]}
    client.post(at(batch, "columns"), columns(batch, **chosen))
    client.post(at(batch, "start"))
    assert work(batch).created == 2
    first = Customer.objects.get(name="A")
    assert (first.owner, first.team) == (cast["rep"], cast["rep"].team)
    assert {tag.name for tag in first.tags.all()} == {"VIP", "展会"}
    assert Customer.objects.get(name="B").tags.get() == vip


def test_it_does_not_give_to_somebody_of_another_team(client: Client, manager: Any) -> None:
    other = UserFactory()
    batch = upload(client, "name\nA\n")
    response = client.post(at(batch, "columns"), columns(batch, owner=str(other.pk)))
    assert response.status_code == 422


def test_it_leaves_out_a_reps_new_tags_and_says_so(client: Client, cast: dict[str, Any]) -> None:
    vip = Tag.objects.create(name="VIP")
    client.force_login(cast["rep"])
    batch = upload(client, "name,tags\nA,unheard;VIP\n")
    client.post(at(batch, "start"))
    work(batch)
    assert (batch.created, batch.options["warnings"]) == (1, ["unknown_tag"])
    assert Customer.objects.get().tags.get() == vip == Tag.objects.get()


def test_it_says_which_choices_there_are(client: Client, manager: Any) -> None:
    batch = upload(client, "name,lifecycle\nA,weird\nB,lead\n")
    known = "Known: Lead, Active, Lapsed, Lost."
    assert known in client.get(at(batch, "preview")).content.decode()
    client.post(at(batch, "start"))
    work(batch)
    assert known in client.get(f"{IMPORT}{batch.pk}/").content.decode()


def test_it_leads_to_what_it_made(client: Client, cast: dict[str, Any], manager: Any) -> None:
    CustomerFactory(name="Longstanding", owner=cast["rep"], team=cast["rep"].team)
    batch = upload(client, "name,city\nFresh,Bonn\nLongstanding,Bonn\n")
    client.post(at(batch, "start"))
    work(batch)
    address = f"/customers/?imported={batch.pk}"
    assert f'href="{address}"' in client.get(f"{IMPORT}{batch.pk}/").content.decode()
    page = client.get(address).content.decode()
    assert "Fresh" in page
    assert "Longstanding" not in page
    client.force_login(cast["outsider"])
    assert "Fresh" not in client.get(address).content.decode()


def test_it_reads_the_file_another_way(client: Client, manager: Any) -> None:
    batch = upload(client, "name,city\nA,Bonn\nB,Köln\n")
    reading = {"kind": "customers", "encoding": "UTF-8", "delimiter": ",", "header_line": "2"}
    assert client.post(at(batch, "reading"), reading).status_code == 302
    page = client.get(at(batch, "columns")).content.decode()
    assert ">A<" in page
    assert "header in line 2" in page


def test_it_keeps_the_draft_when_the_file_cannot_be_read_so(client: Client, manager: Any) -> None:
    batch = upload(client, "name,city\nÄ,Bonn\n")
    reading = {"kind": "customers", "encoding": "UTF-16", "delimiter": ",", "header_line": "1"}
    response = client.post(at(batch, "reading"), reading)
    assert response.status_code == 422
    batch.refresh_from_db()
    assert batch.options["mapping"] == {"0": "name", "1": "city"}


def test_it_starts_once(client: Client, manager: Any) -> None:
    batch = upload(client, "name\nA\n")
    for _click in range(2):
        assert client.post(at(batch, "start")).status_code == 302
    assert Job.objects.count() == 1


def test_it_throws_a_draft_away_with_its_file(
    client: Client, manager: Any, django_capture_on_commit_callbacks: Any
) -> None:
    batch = upload(client, "name\nA\n")
    path = batch.file.path
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(at(batch, "discard"))["Location"] == IMPORT
    assert not ImportBatch.objects.exists()
    with pytest.raises(FileNotFoundError):
        open(path).close()  # noqa: PTH123  # the test is that it is gone


@pytest.mark.parametrize("step", ["columns", "preview"])
def test_it_shows_the_steps_to_nobody_else(client: Client, cast: dict[str, Any], step: str) -> None:
    client.force_login(cast["rep"])
    batch = upload(client, "name\nA\n")
    assert client.get(at(batch, step)).status_code == 200
    client.force_login(cast["manager"])
    assert client.get(at(batch, step)).status_code == 404
    assert client.post(at(batch, "start")).status_code == 404
