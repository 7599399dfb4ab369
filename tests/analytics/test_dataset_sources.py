"""Datasets that are read again by the clock: from the web, from a folder, and what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.datasets.folders import read_place, take_newest
from analytics.datasets.models import Analysis, Dataset, DatasetSource
from analytics.datasets.sources import sources_due
from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.mail.models import Mail
from tests.analytics.test_datasets import TABLE, ask, upload, work
from tests.factories.cast import Cast, make_cast
from tests.https_server import Served, https_server

LONGER = TABLE + "North,200,2026-02-01\n"


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "media"
    cast = make_cast()
    User.objects.update(language="en", email="owner@example.com")
    return cast


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    client.force_login(cast.manager)
    return client


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with https_server(tmp_path_factory.mktemp("https")) as served:
        yield served


@pytest.fixture
def server(running: Served, settings: Any) -> Served:
    settings.OUTBOUND_HOSTS, settings.OUTBOUND_CA_FILE = {"localhost"}, str(running.certificate)
    running.status, running.body, running.headers = 200, LONGER.encode(), {"ETag": '"1"'}
    running.asked.clear()
    return running


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    root = tmp_path / "opened"
    (root / "erp").mkdir(parents=True)
    settings.DATASET_FOLDER = str(root)
    return root / "erp"


def follow(client: Client, dataset: Dataset, place: str, **more: Any) -> DatasetSource:
    url = reverse("analytics:dataset_source", args=[dataset.pk])
    response = client.post(url, {"kind": "url", "place": place, "every": 24, **more})
    assert response.status_code == 302, response.context["source_form"].errors
    return look(DatasetSource.objects.get(dataset=dataset))


def look(source: DatasetSource) -> DatasetSource:
    """Do the source's job, and those that it starts."""
    work(source)
    for job in Job.objects.filter(state=Job.State.QUEUED):
        job_run(job.pk)
    return DatasetSource.objects.get(pk=source.pk)


def again(client: Client, dataset: Dataset) -> DatasetSource:
    client.post(reverse("analytics:dataset_look", args=[dataset.pk]))
    return look(DatasetSource.objects.get(dataset=dataset))


def test_it_takes_a_changed_table_once_and_asks_again(
    manager: Client, server: Served, django_capture_on_commit_callbacks: Any
) -> None:
    dataset = upload(manager, TABLE)
    old = dataset.file.name
    manager.post(
        reverse("analytics:dataset_step", args=[dataset.pk]),
        {"kind": "drop_duplicates", "version": dataset.version},
    )
    work(dataset)
    ask(manager, dataset, "describe")
    with django_capture_on_commit_callbacks(execute=True):
        source = follow(manager, dataset, server.url("/sales.csv?key=secret"))
    assert source.error == {}
    dataset.refresh_from_db()
    rows = len(set(LONGER.splitlines())) - 1
    assert (dataset.rows, dataset.filename, dataset.steps[0]["kind"]) == (
        rows, "sales.csv", "drop_duplicates",
    )  # fmt: skip
    answers = list(Analysis.objects.order_by("pk"))
    assert [one.state for one in answers] == ["finished", "finished"]
    assert [one.answer["rows_used"] for one in answers][1] == rows
    assert not default_storage.exists(old)

    assert again(manager, dataset).changed_at == source.changed_at
    server.status = 304
    again(manager, dataset)
    assert server.asked[-1]["If-None-Match"] == '"1"'
    assert Analysis.objects.count() == 2
    assert Dataset.objects.get().version == dataset.version


def test_it_keeps_no_key_of_an_address_readable(manager: Client, server: Served) -> None:
    dataset = upload(manager, TABLE)
    source = follow(manager, dataset, server.url("/sales.csv?key=secret"))
    stored = " ".join(str(value) for value in vars(source).values())
    assert "secret" not in stored
    assert b"secret" not in manager.get(dataset.get_absolute_url()).content
    assert not Job.objects.filter(result__icontains="secret").exists()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b"", "500"),
        (302, b"", "not followed"),
        (200, b"", "empty"),
        (200, b"<!DOCTYPE html><p>Sign in", "web page"),
        (200, b"a,b\n1,2,3\n", "Line 2 has 3 fields"),
        (200, b"PK\x03\x04 no workbook", ""),
    ],
)
def test_it_keeps_the_last_good_table_and_tells_the_owner_once(
    manager: Client,
    server: Served,
    status: int,
    body: bytes,
    said: str,
) -> None:
    dataset = upload(manager, TABLE)
    server.status, server.body = status, body
    source = follow(manager, dataset, server.url())
    again(manager, dataset)
    kept = Dataset.objects.get()
    assert (kept.state, kept.rows, kept.file.name) == ("ready", 80, dataset.file.name)
    assert said in source.error["text"]
    page = manager.get(dataset.get_absolute_url()).content.decode()
    assert "could not be read again" in page
    (mail,) = Mail.objects.all()
    assert said in mail.text
    server.status, server.body = 200, LONGER.encode()
    assert again(manager, dataset).error == {}


def test_it_refuses_addresses_in_the_form(manager: Client, cast: Cast) -> None:
    dataset = upload(manager, TABLE)
    url = reverse("analytics:dataset_source", args=[dataset.pk])
    for place in ("http://example.com/", "https://me:pw@example.com/", "https://example.com:22/"):
        response = manager.post(url, {"place": place, "every": 24})
        assert response.status_code == 422
        assert response.context["source_form"].errors["place"]
    # The folder is the administrators'; a manager's word for it is taken for a web address.
    assert manager.post(url, {"kind": "folder", "place": "a.csv", "every": 24}).status_code == 422
    assert DatasetSource.objects.count() == 0


def test_it_never_calls_inside_and_says_so(manager: Client, cast: Cast) -> None:
    dataset = upload(manager, TABLE)
    source = follow(manager, dataset, "https://127.0.0.1/table.csv")
    assert "open internet" in source.error["text"]


def test_it_takes_the_newest_file_of_the_folder(client: Client, cast: Cast, folder: Path) -> None:
    client.force_login(cast.admin)
    dataset = upload(client, TABLE)
    (folder / "sales-1.csv").write_text(TABLE)
    (folder / "sales-2.csv").write_text(LONGER)
    os.utime(folder / "sales-1.csv", (1, 1))
    source = follow(client, dataset, "erp/sales-*.csv", kind="folder")
    assert (source.error, Dataset.objects.get().filename) == ({}, "sales-2.csv")
    changed = source.changed_at
    assert again(client, dataset).changed_at == changed
    (folder / "sales-3.csv").write_text(TABLE)
    os.utime(folder / "sales-3.csv", (4e9, 4e9))
    again(client, dataset)
    assert Dataset.objects.get().rows == 80


def test_it_stops_when_the_owner_loses_the_right(
    client: Client,
    cast: Cast,
    folder: Path,
) -> None:
    client.force_login(cast.admin)
    dataset = upload(client, TABLE)
    (folder / "a.csv").write_text(LONGER)
    source = follow(client, dataset, "erp/a.csv", kind="folder")
    (folder / "a.csv").write_text(TABLE)
    cast.admin.role = "manager"
    cast.admin.save()
    DatasetSource.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert sources_due() == 1
    source = look(DatasetSource.objects.get(pk=source.pk))
    assert source.error["text"]
    assert Dataset.objects.get().rows == 81


def test_it_is_due_by_its_own_clock_and_one_job_at_a_time(manager: Client, server: Served) -> None:
    dataset = upload(manager, TABLE)
    source = follow(manager, dataset, server.url(), every=1)
    assert sources_due() == 0
    DatasetSource.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert [sources_due(), sources_due()] == [1, 0]
    waiting = Job.objects.filter(kind="dataset_source", state="queued")
    manager.post(reverse("analytics:dataset_look", args=[dataset.pk]))
    assert waiting.count() == 1
    source.refresh_from_db()
    assert timedelta(minutes=59) < source.due_at - timezone.now() < timedelta(minutes=61)
    manager.post(reverse("analytics:dataset_unsource", args=[dataset.pk]))
    assert sources_due() == 0
    assert not DatasetSource.objects.exists()


@pytest.mark.parametrize(
    "place",
    [
        "../secret.csv", "erp/../../secret.csv", "/etc/passwd", "erp//a.csv", "erp/./a.csv", "",
        "erp\\..\\a.csv", "e*p/a.csv", "~root/a.csv", "erp/a\0.csv", "outside/a.csv",
        "erp/link.csv", "erp/pipe", "erp/.hidden.csv", "erp/none-*.csv",
    ],
)  # fmt: skip
def test_it_never_leaves_the_folder(place: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for secret in (tmp_path / "elsewhere" / "a.csv", folder / ".hidden.csv"):
        secret.write_text("secret")
    (folder.parent / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere" / "a.csv")
    os.mkfifo(folder / "pipe")
    into = BytesIO()
    with pytest.raises(RefusedError):
        take_newest(place, into, most_bytes=100)
    assert into.getvalue() == b""


def test_it_reads_no_folder_that_nobody_opened(settings: Any) -> None:
    settings.DATASET_FOLDER = ""
    with pytest.raises(RefusedError, match="DATASET_FOLDER"):
        read_place("a.csv")


def test_it_refuses_a_file_that_is_too_large(folder: Path) -> None:
    (folder / "a.csv").write_text("x" * 101)
    with pytest.raises(RefusedError):
        take_newest("erp/a.csv", BytesIO(), most_bytes=100)
