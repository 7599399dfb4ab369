"""Reports as files: what is in them, who gets them, and that each is logged."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.records.models import Export
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory

NOVEMBER = "by=region&period=custom&start=2026-11-01&until=2026-11-30&compare=none"


@pytest.fixture(autouse=True)
def _sales(cast: Cast) -> Iterator[None]:
    for region, amount, owner in (("华东", 100, cast.rep), ("=1+1", 50.5, cast.colleague)):
        OrderFactory(
            customer=CustomerFactory(owner=owner, region=region), owner=owner,
            lines=[(1, amount)], ordered_at=datetime(2026, 11, 10, 4, tzinfo=UTC),
        )  # fmt: skip
    with translation.override("en"):
        yield


def take(client: Client, user: Any, format: str, query: str = NOVEMBER) -> Any:
    client.force_login(user)
    return client.post(reverse("sales:report_file"), {"query": query, "format": format})


def test_it_writes_csv_that_runs_no_formula(cast: Cast, client: Client) -> None:
    content = take(client, cast.manager, "csv").content.decode()
    lines = content.splitlines()
    assert content.startswith("\ufeffRegion,Orders,Amount,Share,Mean per order,Median")
    assert lines[1].startswith("华东,1,100.00,0.664452,")
    assert lines[2].startswith("'=1+1,1,50.50,")
    assert lines[3].startswith("Total,2,150.50,1.0,75.25,")


def test_it_writes_a_workbook_with_numbers(cast: Cast, client: Client) -> None:
    content = take(client, cast.manager, "xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:3] == ("华东", 1, 100)
    assert rows[-1][:3] == ("Total", 2, Decimal("150.5"))
    assert [cell.number_format for cell in sheet[2][:4]] == ["General", "#,##0", "#,##0.00", "0.0%"]
    assert sheet.column_dimensions["A"].width > 12  # millions are not cut to ####


def test_it_prints_a_pdf_by_a_job(cast: Cast, client: Client) -> None:
    cast.manager.full_name = "王经理"
    cast.manager.save()
    response = take(client, cast.manager, "pdf")
    export = Export.objects.get()
    assert response["Location"] == reverse("records:export_detail", args=[export.pk])
    job_run(Job.objects.get(kind="report_pdf").pk)
    page = client.get(response["Location"])
    assert page.status_code == 200
    file = client.get(reverse("records:export_file", args=[export.pk]))
    assert file["Content-Type"] == "application/pdf"
    printed = pypdf.PdfReader(io.BytesIO(b"".join(file)))
    text = printed.pages[0].extract_text()
    for words in ("Sales by region", "华东", "王经理", "1 / 1", "1 Nov 2026"):
        assert words in text, words
    assert float(printed.pages[0].mediabox.width) == pytest.approx(841.9, abs=1)  # A4, across


def test_it_logs_what_is_taken_out(cast: Cast, client: Client) -> None:
    take(client, cast.manager, "csv")
    export = Export.objects.get()
    assert (export.kind, export.format, export.rows) == ("sales.report", "csv", 2)
    assert (export.created_by, export.query) == (cast.manager, NOVEMBER)


def test_it_gives_representatives_their_own_figures(cast: Cast, client: Client) -> None:
    content = take(client, cast.rep, "csv").content.decode()
    assert "华东" in content
    assert "1+1" not in content


def test_it_gives_agents_nothing(cast: Cast, client: Client) -> None:
    assert take(client, cast.agent, "csv").status_code == 404
    assert not Export.objects.exists()


def test_it_asks_administrators_who_they_are(cast: Cast, client: Client) -> None:
    response = take(client, cast.admin, "csv")
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert not Export.objects.exists()


def test_it_refuses_what_cannot_be_reported(cast: Cast, client: Client) -> None:
    response = take(client, cast.manager, "csv", "by=nonsense")
    assert response.status_code == 400
    assert "cannot be made" in response.content.decode()
    assert take(client, cast.manager, "exe").status_code == 404
