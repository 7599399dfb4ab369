"""The import in the browser: who may, what a refusal says, what the ledger shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from customers.models import Customer, ImportBatch

IMPORT = "/customers/import/"
pytestmark = pytest.mark.django_db


def upload(client: Client, text: str | bytes, name: str = "file.csv", **data: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), **data})


def begin(client: Client, text: str | bytes, **data: Any) -> ImportBatch:
    """Upload a file, take its columns as they were guessed, and do the import's job."""
    location = upload(client, text, **data)["Location"]
    assert client.get(location).status_code == 200
    pk = int(location.split("/")[-3])
    assert client.post(f"{IMPORT}{pk}/start/").status_code == 302
    return work(ImportBatch.objects.get(pk=pk))


def work(batch: ImportBatch) -> ImportBatch:
    assert batch.job_id is not None
    job_run(batch.job_id)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("role", ["rep", "manager", "admin"])
def test_it_imports_by_a_job_and_shows_the_sums(
    client: Client, cast: dict[str, Any], role: str
) -> None:
    client.force_login(cast[role])
    response = upload(client, "name,email\nA,a@example.com\nB,wrong\n")
    batch = ImportBatch.objects.get()
    assert response["Location"] == f"{IMPORT}{batch.pk}/columns/"
    assert not Job.objects.exists()
    start = f"{IMPORT}{batch.pk}/start/"
    response = client.post(start)
    if role == "admin":
        assert "reauthenticate" in response["Location"]
        assert not Job.objects.exists()
        response = client.post(response["Location"], {"password": "secret", "next": start})
    assert response["Location"] == f"{IMPORT}{batch.pk}/"
    assert 'hx-trigger="every 1s"' in client.get(response["Location"]).content.decode()
    batch.refresh_from_db()
    work(batch)
    page = client.get(response["Location"]).content.decode()
    assert "every 1s" not in page
    assert "The e-mail address is not valid." in page
    assert (batch.rows_in, batch.created, batch.rejected) == (2, 1, 1)
    assert Customer.objects.get().created_by == cast[role]


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_not_there_for_agents(client: Client, cast: dict[str, Any], method: str) -> None:
    client.force_login(cast["agent"])
    assert getattr(client, method)(IMPORT).status_code == 404


def test_it_asks_strangers_to_sign_in(client: Client) -> None:
    assert client.get(IMPORT).status_code == 302


def test_it_keeps_the_person_on_the_page_with_one_sentence(
    client: Client, cast: dict[str, Any]
) -> None:
    client.force_login(cast["rep"])
    response = upload(client, 'name,city\nA,"Bonn\nB,Köln\n', kind="customers")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 2 opens a quote that is never closed." in page
    assert not ImportBatch.objects.exists()
    assert not Job.objects.exists()


def test_it_does_not_offer_a_rep_the_catalogue(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["rep"])
    page = client.get(IMPORT).content.decode()
    assert "<strong>Customers</strong>" in page
    assert "<strong>Orders of a web shop" not in page
    assert upload(client, "name\nA\n", kind="online_retail").status_code == 422
    assert not ImportBatch.objects.exists()


def test_it_refuses_a_rep_more_than_five_thousand_rows(
    client: Client, cast: dict[str, Any]
) -> None:
    client.force_login(cast["rep"])
    page = upload(client, "name\n" + "A\n" * 5_001).content.decode()
    assert "The file has 5001 rows; a sales rep may import 5000 at a time." in page


def test_it_refuses_a_file_over_the_limit(
    client: Client, cast: dict[str, Any], settings: Any
) -> None:
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    client.force_login(cast["manager"])
    page = upload(client, "name\n" + "A\n" * 600_000).content.decode()
    assert "The file is larger than 1 MB." in page


def test_it_recognises_the_kind_by_the_columns(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    upload(client, "text,category\nHello,greeting\n")
    assert ImportBatch.objects.get().kind == "requests"


def test_it_stores_the_file_under_a_name_of_its_own(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    upload(client, "name\nA\n", name="\u202egnp.\u200bcsv")
    batch = ImportBatch.objects.get()
    assert batch.filename == "gnp.csv"
    assert "gnp" not in batch.file.name


def test_a_manager_cannot_choose_another_team(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["manager"])
    upload(client, "name\nA\n", team=str(cast["outsider"].team_id))
    assert ImportBatch.objects.get().team == cast["manager"].team


def test_an_administrator_chooses_the_team(client: Client, cast: dict[str, Any]) -> None:
    client.force_login(cast["admin"])
    upload(client, "name\nA\n", team=str(cast["outsider"].team_id))
    assert ImportBatch.objects.get().team == cast["outsider"].team


@pytest.fixture
def rejected(client: Client, cast: dict[str, Any]) -> ImportBatch:
    client.force_login(cast["rep"])
    batch = begin(client, "name,email,note\n=cmd,a@b,-5\n")
    client.logout()
    return batch


@pytest.mark.parametrize(
    ("who", "status"),
    [("rep", 200), ("manager", 200), ("admin", 200), ("agent", 404), ("outsider", 404)],
)
@pytest.mark.parametrize("page", ["import_detail", "import_rejects"])
def test_it_shows_an_import_to_those_who_may_see_it(
    client: Client, cast: dict[str, Any], rejected: ImportBatch, who: str, status: int, page: str
) -> None:
    client.force_login(cast[who])
    response = client.get(reverse(f"customers:{page}", args=[rejected.pk]))
    response.close()
    assert response.status_code == status


def test_it_gives_the_rejected_rows_back_harmless(
    client: Client, cast: dict[str, Any], rejected: ImportBatch
) -> None:
    client.force_login(cast["rep"])
    response = client.get(reverse("customers:import_rejects", args=[rejected.pk]))
    content = b"".join(response).decode()
    assert response["Content-Disposition"].startswith("attachment")
    assert content.startswith("\ufeff")
    header, row = csv.reader(io.StringIO(content.removeprefix("\ufeff")))
    assert header == ["name", "email", "note", "line", "reason"]
    assert row[:4] == ["'=cmd", "a@b", "'-5", "2"]
    assert row[4] == "The e-mail address is not valid. Column “email”: “a@b”"


def test_it_needs_a_fixed_number_of_queries(
    client: Client, cast: dict[str, Any], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client.force_login(cast["manager"])
    for n in range(5):
        upload(client, f"name\nA{n}\n")
    with django_assert_max_num_queries(8):
        client.get(IMPORT)
