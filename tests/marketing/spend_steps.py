"""Spend taken in as people do: a file uploaded, its columns confirmed, its job done."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.jobs.runner import job_run
from customers.models import ImportBatch

IMPORT = "/customers/import/"


def upload(client: Client, content: str | bytes, name: str = "file.csv") -> ImportBatch:
    data = content if isinstance(content, bytes) else content.encode()
    response = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()[:3000]
    return ImportBatch.objects.latest("pk")


def choose(client: Client, batch: ImportBatch, **more: str) -> Any:
    """The form of the columns as it stands, but for ``more``."""
    data = {f"column_{place}": key for place, key in batch.options["mapping"].items()}
    data["answer_channel"] = batch.options["answers"]["channel"]
    data["month_first"] = str(int(batch.options["month_first"]))
    return client.post(f"{IMPORT}{batch.pk}/columns/", {**data, **more})


def work(batch: ImportBatch) -> ImportBatch:
    batch.refresh_from_db()
    assert batch.job_id is not None
    job_run(batch.job_id)
    batch.refresh_from_db()
    return batch


def bring(client: Client, content: str | bytes, name: str = "file.csv", **more: str) -> ImportBatch:
    batch = upload(client, content, name)
    assert batch.kind == "ad_spend"
    assert choose(client, batch, **more).status_code == 302
    client.post(f"{IMPORT}{batch.pk}/start/")
    return work(batch)


def sums(batch: ImportBatch) -> tuple[int, ...]:
    return (batch.rows_in, batch.created, batch.updated, batch.skipped, batch.rejected)
