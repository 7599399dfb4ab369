"""Files of records: what is taken, under which name, and who gets it."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.records.models import Attachment
from crm.records.uploads import harmless_name
from customers.models import Customer
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory
from tests.factories.service import ServiceRequestFactory

HTMX = {"HX-Request": "true"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)


def files_url(record: Any) -> str:
    return reverse("records:files", args=[record.pk, record._meta.label_lower])


def add(client: Client, record: Any, *files: tuple[str, bytes], **values: Any) -> Any:
    uploads = [SimpleUploadedFile("x", content) for _name, content in files]
    for upload, (name, _content) in zip(uploads, files, strict=True):
        upload._name = name  # past Django's own cleaning: what a hostile client could send
    return client.post(files_url(record), {"files": uploads, **values}, headers=HTMX)


def close_files(response: Any) -> None:
    """What the end of a download does; ``response.close()`` would close the database as well."""
    for close in response._resource_closers:
        close()


def fetch(client: Client, attachment: Attachment) -> int:
    """The status of a download, its file closed."""
    response = client.get(reverse("records:file", args=[attachment.pk]))
    close_files(response)
    return response.status_code


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", "word__document.xml": b"<w/>", **more}
    return archive(**parts)


GOOD = {
    "offer.pdf": PDF,
    "photo.PNG": PNG,
    "合同.docx": docx(),
    "prices.csv": "名称,价格\n茶,5\n".encode("gb18030"),
    "note.txt": b"plain words",
    "papers.zip": archive(**{"a.txt": b"a"}),
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
}


@pytest.mark.parametrize("name", GOOD)
def test_it_keeps_and_gives_back_what_was_sent(
    cast: Cast, client: Client, customer: Customer, name: str
) -> None:
    client.force_login(cast.rep)
    assert add(client, customer, (name, GOOD[name])).status_code == 200
    kept = Attachment.objects.get()
    response: Any = client.get(reverse("records:file", args=[kept.pk]))
    assert b"".join(response.streaming_content) == GOOD[name]
    close_files(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert kept.name == name
    assert name not in kept.file.name


HOSTILE = {
    "drawing.svg": SVG,
    "page.html": b"<html>" + SCRIPT,
    "run.js": b"alert(1)",
    "tool.exe": b"MZ\x90\x00" + b"\x00" * 64,
    "macro.docm": docx(),
    "no_ending": PDF,
    "page.pdf": b"<!doctype html><script>alert(1)</script>%PDF-1.4",
    "drawing.png": SVG,
    "drawing.txt": b"  \n<?xml version='1.0'?>" + SVG,
    "page.csv": b"<html>" + SCRIPT,
    "tool.jpg": b"MZ\x90\x00" + b"\x00" * 64,
    "binary.txt": b"\x00\xff\xfe\x01" * 64,
    "macro.docx": docx(**{"word__vbaProject.bin": b"x"}),
    "other.docx": archive(**{"a.txt": b"a"}),
    "broken.zip": b"PK\x03\x04broken",
    "bomb.zip": archive(zeros=b"\x00" * (12 * 1024 * 1024)),
    "empty.pdf": b"",
    "double.pdf.svg": SVG,
    "hidden.svg\u200b": SVG,
    "\u202egnp.svg": SVG,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_with_a_sentence(
    cast: Cast, client: Client, customer: Customer, media: Path, name: str
) -> None:
    client.force_login(cast.rep)
    response = add(client, customer, (name, HOSTILE[name]))
    assert response.status_code == 422
    assert "field-error" in response.content.decode()
    assert not Attachment.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_it_refuses_what_is_too_large(
    cast: Cast, client: Client, customer: Customer, settings: LazySettings
) -> None:
    settings.FILE_MAX_BYTES = 1024 * 1024
    client.force_login(cast.rep)
    response = add(client, customer, ("large.pdf", PDF + b"\x00" * 1024 * 1024))
    assert "“large.pdf” is larger than 1 MB." in response.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\offer.pdf", "offer.pdf"),
        ("inv\u202efdp.exe\x00.pdf", "invfdp.exe.pdf"),
        ("of\u200bfer\u2066.pdf", "offer.pdf"),
        ("合同\r\nX-Evil: 1.pdf", "合同X-Evil_ 1.pdf"),
        (".htaccess.txt", "htaccess.txt"),
        ("\u202e\u200b", "file"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_it_takes_the_tricks_out_of_names(given: str, kept: str) -> None:
    assert harmless_name(given) == kept


def test_it_keeps_the_good_ones_and_tells_of_the_others(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    response = add(client, customer, ("a.pdf", PDF), ("b.svg", SVG), ("c.png", PNG))
    assert response.status_code == 422
    assert "“b.svg”" in response.content.decode()
    assert "2 files kept." in response["HX-Trigger"]
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["a.pdf", "c.png"]


def test_it_keeps_a_form_sent_twice_once(
    cast: Cast, client: Client, customer: Customer, media: Path
) -> None:
    client.force_login(cast.rep)
    submission = uuid.uuid4()
    for _time in range(2):
        assert add(client, customer, ("a.pdf", PDF), submission=submission).status_code == 200
    assert Attachment.objects.count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("role", "sees", "adds"),
    [
        ("rep", 200, 200), ("colleague", 200, 403), ("manager", 200, 200), ("agent", 200, 200),
        ("admin", 200, 200), ("stranger", 404, 404),
    ],
)  # fmt: skip
def test_it_asks_the_record_who_may(
    cast: Cast, client: Client, customer: Customer, role: str, sees: int, adds: int
) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("secret.pdf", PDF))
    kept = Attachment.objects.get()
    client.force_login(cast.user(role))
    assert fetch(client, kept) == sees
    listed = client.get(files_url(customer), headers=HTMX)
    assert listed.status_code == sees
    assert ("secret.pdf" in listed.content.decode()) is (sees == 200)
    assert add(client, customer, ("more.pdf", PDF)).status_code == adds


def test_it_asks_strangers_to_sign_in(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("secret.pdf", PDF))
    url = reverse("records:file", args=[Attachment.objects.get().pk])
    client.logout()
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_it_hides_the_files_of_what_is_in_the_trash(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("secret.pdf", PDF))
    url = reverse("records:file", args=[Attachment.objects.get().pk])
    client.post(reverse("customers:trash", args=[customer.pk]))
    assert client.get(url).status_code == 404


def test_it_deletes_and_takes_it_back(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("offer.pdf", PDF))
    kept = Attachment.objects.get()
    response = client.post(reverse("records:file_trash", args=[kept.pk]), headers=HTMX)
    undo = json.loads(response["HX-Trigger"])["app:message"]["undo"]
    assert fetch(client, kept) == 404
    assert "offer.pdf" not in client.get(files_url(customer), headers=HTMX).content.decode()
    client.force_login(cast.manager)
    assert client.post(undo).status_code == 404
    client.force_login(cast.rep)
    assert client.post(undo)["Location"] == customer.get_absolute_url()
    assert fetch(client, kept) == 200


def test_it_lets_agents_delete_their_own_only(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("theirs.pdf", PDF))
    client.force_login(cast.agent)
    add(client, customer, ("own.pdf", PDF))
    own, theirs = Attachment.objects.order_by("-pk")
    assert client.post(reverse("records:file_trash", args=[theirs.pk])).status_code == 403
    assert client.post(reverse("records:file_trash", args=[own.pk])).status_code == 302


def test_it_takes_files_for_deals_and_requests(cast: Cast, client: Client) -> None:
    deal = DealFactory(customer__owner=cast.rep)
    request = ServiceRequestFactory(owner=cast.agent, team=cast.service_team)
    client.force_login(cast.rep)
    assert add(client, deal, ("a.pdf", PDF)).status_code == 200
    assert files_url(deal) in client.get(deal.get_absolute_url()).content.decode()
    client.force_login(cast.agent)
    assert add(client, request, ("b.pdf", PDF)).status_code == 200
    assert add(client, deal, ("c.pdf", PDF)).status_code == 404


@pytest.mark.parametrize("kind", ["sales.target", "accounts.user", "nothing", "auth.user__x"])
def test_it_knows_only_kinds_that_take_files(cast: Cast, client: Client, kind: str) -> None:
    client.force_login(cast.admin)
    url = reverse("records:files", args=[cast.admin.pk, kind])
    assert client.get(url, headers=HTMX).status_code == 404


def test_it_stands_on_the_timeline_and_in_a_tab(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.rep)
    add(client, customer, ("offer.pdf", PDF))
    page = client.get(customer.get_absolute_url())
    assert "offer.pdf" in page.content.decode()
    assert {tab["key"]: tab["count"] for tab in page.context["tabs"]}["files"] == 1
