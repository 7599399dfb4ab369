"""Lists as files: what the filter shows, harmless in a spreadsheet, for those who may."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import vobject
from django.db.models import Case, DateTimeField, Value, When
from django.test import Client
from django.utils import timezone

from crm.common.columns import Column
from crm.records import permissions
from crm.records.exporting import Table, clock_serial, clock_text, xlsx_stream
from crm.records.keyset import Sort
from crm.records.models import CustomField, Export
from crm.records.resources import resources
from crm.records.services import exports
from crm.records.workbook import xlsx_chunks
from customers.models import Customer, Tag
from tests.factories.cast import Cast
from tests.factories.customers import ContactFactory, CustomerFactory

URL = "/customers/export/"


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows(response: Any) -> list[dict[str, str]]:
    content = body(response)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def customer(cast: Cast) -> Customer:
    CustomField.objects.create(kind="customers.customer", key="seats", name="Seats", type="number")
    made = CustomerFactory(
        name="=cmd|'/c calc'!A1", phone="+8613800138000", city="北京", lifecycle="active",
        owner=cast.rep, team=cast.team, custom={"seats": "-3"}, note="two\nlines",
    )  # fmt: skip
    made.tags.add(Tag.objects.create(name="VIP"), Tag.objects.create(name="Key"))
    CustomerFactory(name="other", lifecycle="lead", owner=cast.rep, team=cast.team)
    return made


def test_it_writes_what_the_filter_shows(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.manager)
    data = {"format": "csv", "filter": "lifecycle=active", "columns": "all"}
    (row,) = rows(client.post(URL, data))
    assert row["Customer"] == "'=cmd|'/c calc'!A1"
    assert row["Phone"] == "'+8613800138000"
    assert (row["City"], row["Lifecycle"], row["Tags"]) == ("北京", "Active", "Key; VIP")
    assert (row["Seats"], row["Note"], row["Owner"]) == ("-3", "two\nlines", str(cast.rep))
    log = Export.objects.get()
    assert (log.rows, log.created_by, log.format) == (1, cast.manager, "csv")


def test_it_writes_the_columns_that_are_shown(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.manager)
    data = {"format": "csv", "filter": "columns=name,city&sort=name"}
    found = rows(client.post(URL, data))
    assert list(found[0]) == ["Customer", "City"]
    assert len(found) == 2


def test_it_writes_the_chosen_rows_only(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.manager)
    found = rows(client.post(URL, {"format": "csv", "ids": [customer.pk]}))
    assert len(found) == 1


def test_it_writes_a_workbook(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.manager)
    data = {"format": "xlsx", "filter": "lifecycle=active", "columns": "all"}
    content = body(client.post(URL, data))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    head, values = sheet.iter_rows(values_only=True)
    row = dict(zip(head, values, strict=True))
    assert row["Customer"] == "=cmd|'/c calc'!A1"
    assert sheet.cell(2, 1).data_type == "s"  # text, not a formula
    assert (row["Phone"], row["Seats"], row["Note"]) == ("+8613800138000", -3, "two\nlines")
    assert isinstance(row["Created"], datetime)


def test_it_writes_cards(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.manager)
    content = body(client.post(URL, {"format": "vcf", "filter": "lifecycle=active"})).decode()
    (card,) = list(vobject.readComponents(content))
    assert card.fn.value == "=cmd|'/c calc'!A1"
    assert card.tel.value == "+8613800138000"
    assert card.adr.value.city == "北京"


def test_a_contacts_card_names_its_companies(
    cast: Cast, client: Client, customer: Customer
) -> None:
    contact = ContactFactory(
        name="Ada", title="CTO", note="met\nonce", owner=cast.rep, team=cast.team
    )
    contact.affiliations.create(customer=customer)
    client.force_login(cast.manager)
    content = body(client.post("/customers/contacts/export/", {"format": "vcf"})).decode()
    (card,) = list(vobject.readComponents(content))
    assert (card.fn.value, card.title.value, card.note.value) == ("Ada", "CTO", "met\nonce")
    assert card.org.value == [customer.name]


def test_it_folds_long_lines_of_cards_between_letters(
    cast: Cast, client: Client, customer: Customer
) -> None:
    said = "很长的说明，; with \\ signs\nand 😀 lines " * 9
    told = {"note": said, "name": "甲; 乙有限公司", "kind": Customer.Kind.ORGANISATION}
    Customer.objects.filter(pk=customer.pk).update(**told)
    client.force_login(cast.manager)
    content = body(client.post(URL, {"format": "vcf", "filter": "lifecycle=active"}))
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (card,) = list(vobject.readComponents(content.decode()))
    assert card.note.value == said
    assert card.fn.value == card.org.value[0] == "甲; 乙有限公司"


def test_it_gives_representatives_their_own_rows_up_to_a_limit(
    cast: Cast, client: Client, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    CustomerFactory(name="colleague's", owner=cast.colleague, team=cast.team)
    client.force_login(cast.rep)
    names = {row["Customer"] for row in rows(client.post(URL, {"format": "csv"}))}
    assert names == {"'=cmd|'/c calc'!A1", "other"}
    monkeypatch.setattr("crm.records.services.exports.REP_MAX_ROWS", 1)
    refused = client.post(URL, {"format": "csv", "filter": "sort=name"}, follow=True)
    assert refused.redirect_chain == [("/customers/?sort=name", 302)]
    assert [str(said) for said in refused.context["messages"]] == [
        "These are 2 rows; a sales rep may take out 1 at a time."
    ]
    assert permissions.REP_MAX_ROWS == 5_000


def test_it_gives_agents_nothing(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.agent)
    assert client.post(URL, {"format": "csv"}).status_code == 404
    assert not Export.objects.exists()


def test_it_asks_administrators_who_they_are(
    cast: Cast, client: Client, customer: Customer
) -> None:
    cast.admin.set_password("a-password")
    cast.admin.save()
    client.force_login(cast.admin)
    asked = client.post(URL, {"format": "csv"})
    assert asked.status_code == 302
    assert "reauthenticate" in asked["Location"]
    assert not Export.objects.exists()
    form = {"password": "a-password", "next": URL}
    wrong = client.post(asked["Location"], {**form, "password": "another"})
    assert wrong.status_code == 200
    assert not Export.objects.exists()
    assert len(rows(client.post(asked["Location"], form))) == 2


def test_it_makes_large_files_by_a_job_for_their_maker_alone(
    cast: Cast, client: Client, customer: Customer, run_jobs: Any, settings: Any, tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(exports.AT_ONCE, Export.Format.XLSX, 1)
    client.force_login(cast.manager)
    response = client.post(URL, {"format": "xlsx"})
    log = Export.objects.get()
    assert response["Location"] == f"/lists/exports/{log.pk}/"
    run_jobs()
    download = client.get(f"/lists/exports/{log.pk}/file/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(download.streaming_content))).active
    assert sheet.max_row == 3
    for name, status in (("rep", 404), ("admin", 404), ("stranger", 404)):
        client.force_login(getattr(cast, name))
        assert client.get(f"/lists/exports/{log.pk}/file/").status_code == status


@pytest.mark.parametrize("kind", sorted(resources))
def test_it_writes_every_kind_of_list(cast: Cast, client: Client, kind: str) -> None:
    client.force_login(cast.manager)
    for language in ("en", "zh-hans"):
        cast.manager.language = language
        cast.manager.save()
        for form in ({"format": "csv", "columns": "all"}, {"format": "xlsx"}):
            assert body(client.post(resources[kind].url("export"), form))


def _naive(text: str) -> datetime:
    """As workbooks hold times: without a zone."""
    return datetime.fromisoformat(text)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
def test_it_tells_moments_by_the_readers_clock(zone: str) -> None:
    """Also where clocks change, before 1970, and a second before midnight."""
    starts = [datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 10, 11)]
    steps = [timedelta(minutes=47 * n, milliseconds=999) for n in range(300)]
    moments = [
        *(start + step for start in starts for step in steps),
        datetime(1950, 7, 1, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 1, 1, 15, 59, 59, 999999, tzinfo=UTC),
    ]
    Tag.objects.bulk_create(Tag(name=f"{n:05}") for n in range(len(moments)))
    given = Case(
        *(When(name=f"{n:05}", then=Value(moment)) for n, moment in enumerate(moments)),
        output_field=DateTimeField(),
    )
    columns = [Column("name", "Name"), Column("at", "At", export=given)]
    order = (Sort("name", "name"), False)
    here = ZoneInfo(zone)
    told = [f"{moment.astimezone(here):%Y-%m-%d %H:%M:%S}" for moment in moments]
    with timezone.override(here):
        as_text = Table(Tag.objects.all(), columns, order, clock_text)
        assert [at for _name, at in as_text] == told
        as_number = Table(Tag.objects.all(), columns, order, clock_serial)
        sheet = b"".join(xlsx_stream(as_number))
    found = openpyxl.load_workbook(io.BytesIO(sheet)).active
    assert [
        row[1].strftime("%Y-%m-%d %H:%M:%S") for row in found.iter_rows(2, values_only=True)
    ] == told


def test_it_keeps_the_types_of_cells() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=ZoneInfo("UTC"))
    cells = [" a<&\x0b ", Decimal("1.50"), 7, True, date(2026, 1, 2), moment, None, "=1+1"]
    content = b"".join(xlsx_chunks(["h"] * 8, [cells], ZoneInfo("Asia/Shanghai")))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    values = [cell.value for cell in sheet[2]]
    assert values[:5] == [" a<& ", 1.5, 7, True, _naive("2026-01-02")]
    assert values[5] == _naive("2026-01-02T11:04:05")
    assert values[6:] == [None, "=1+1"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("R&D <b>", "R&D <b>"),
        (" before", " before"),
        ("after ", "after "),
        ("a | b |", "a | b |"),
        ("two\nlines\n", "two\nlines\n"),
        ("a\x0bb", "ab"),
        ("", None),
        ("长" * 40_000, "长" * 32_767),
    ],
)
def test_it_keeps_text_that_needs_care_among_other_text(text: str, read: str | None) -> None:
    alone, among = [[text]], [[text], ["云海科技"], [text]]
    for rows in (alone, among):
        content = b"".join(xlsx_chunks(["h"], rows, ZoneInfo("UTC")))
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        values = [row[0].value for row in sheet.iter_rows(min_row=2, max_row=1 + len(rows))]
        assert values == [read if cell == text else cell for (cell,) in rows]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            written = archive.read("xl/worksheets/sheet1.xml").decode()
        edges = text != text.strip()  # Excel cuts them off where it is not told to keep them
        assert ('xml:space="preserve"' in written) == edges
