"""Calls, mails, notes and tasks of other systems, as their exports write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from communications.models import Communication, FollowUp
from crm.jobs.runner import job_run
from customers.imports.services import import_undo
from customers.models import Contact, Customer, ImportBatch
from tests.factories.customers import ContactFactory, CustomerFactory, UserFactory
from tests.imports.conftest import *  # noqa: F403  # the cast and the ways to bring a file in
from tests.imports.conftest import sums

pytestmark = pytest.mark.django_db
BringIn = Callable[..., ImportBatch]
Write = Callable[..., Path]

HUBSPOT_CALLS = (
    "Record ID,Activity date,Call Title,Call notes,Call outcome,Call direction,"
    "Call duration (HH:mm:ss),Activity assigned to,Associated Contact IDs,Associated Company IDs\n"
    "10,2026-01-02 10:00,Intro,Asked for a price,Connected,Outbound,00:03:10,Sam,51,9001\n"
    "11,2026-01-03 10:00,Again,Nobody there,Left voicemail,Inbound,,,51,404\n"
    "12,2026-01-04 10:00,Odd,Something,Gatekeeper,Outbound,,,,9001\n"
    "13,2026-01-04 10:00,Lost,Something,,,,,,404\n"
    "14,2999-01-04 10:00,Later,Something,,,,,,9001\n"
)


@pytest.fixture
def acme(cast: dict[str, Any]) -> Customer:
    return CustomerFactory(name="Acme", external_id="9001", owner=cast["rep"],
                           team=cast["rep"].team)  # fmt: skip


@pytest.fixture
def ada(cast: dict[str, Any], acme: Customer) -> Contact:
    found = ContactFactory(name="Ada", external_id="51", email="ada@x.com", owner=cast["rep"],
                           team=cast["rep"].team)  # fmt: skip
    acme.contacts.add(found)
    return found


def test_it_brings_in_calls_of_hubspot_once_and_takes_them_back(
    bring_in: BringIn, write: Write, cast: dict[str, Any], acme: Customer, ada: Contact
) -> None:
    sam = UserFactory(full_name="Sam", team=acme.team)
    path = write(HUBSPOT_CALLS)
    batch = bring_in(path, actor=cast["manager"])
    assert (batch.kind, sums(batch)) == ("communications", (5, 3, 0, 0, 2))
    assert set(batch.reasons) == {"no_customer", "in_future"}
    first, again, odd = Communication.objects.order_by("happened_at")
    assert (first.channel, first.direction, first.outcome) == ("phone", "out", "neutral")
    assert (first.duration_seconds, first.owner, first.contact) == (190, sam, ada)
    # Whose company is unknown is found by the person who works for one.
    assert (again.customer, again.direction, again.outcome) == (acme, "in", "no_answer")
    assert (odd.outcome, odd.content) == ("", "Something\n[Gatekeeper]")
    acme.refresh_from_db()
    assert acme.last_contact_at == odd.happened_at
    assert sums(bring_in(path, actor=cast["manager"])) == (5, 0, 0, 3, 2)
    undone = import_undo(pk=batch.pk, actor=cast["manager"])
    job_run(undone.job_id or 0)
    acme.refresh_from_db()
    assert (Communication.objects.count(), acme.last_contact_at) == (0, None)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("Record ID,Activity date,Note body,Associated Company IDs\n9,2026-01-02,Said,9001\n",
         "note"),
        ("Record Id,Note Owner,Note Title,Note Content,Parent Id.id,Parent Id,Created Time\n"
         "z1,Sam,,Said,9001,Acme,2026-01-02 10:00:00\n", "note"),
        ("Record Id,Subject,Call Type,Call Start Time,Call Duration,Related To,Description\n"
         "z2,Said,Outbound,2026-01-02 10:00:00,03:10,Acme,\n", "phone"),
        ("客户名称,跟进时间,跟进方式,跟进内容\nAcme,2026/1/2,企业微信,Said\n", "wechat"),
    ],
    ids=["HubSpot notes", "Zoho notes", "Zoho calls", "Chinese sheet"],
)  # fmt: skip
def test_it_tells_the_channel_by_the_columns(
    bring_in: BringIn, write: Write, cast: dict[str, Any], acme: Customer, text: str, channel: str
) -> None:
    batch = bring_in(write(text), actor=cast["manager"])
    assert (batch.kind, sums(batch)) == ("communications", (1, 1, 0, 0, 0)), batch.reasons
    made = Communication.objects.get()
    assert (made.channel, made.subject or made.content) == (channel, "Said")


@pytest.mark.parametrize(
    "text",
    [
        "Record ID,Task Title,Task notes,Due date,Task Status,Task Type,Associated Company IDs\n"
        "1,Call back,,2026-12-02 10:00,NOT_STARTED,CALL,9001\n"
        "2,Was done,,2026-01-02 10:00,COMPLETED,TODO,9001\n",
        "Subject,Due Date,Priority,Status,Company / Account,Contact,Comments,Activity ID\n"
        "Call back,12/2/2026,Normal,Not Started,Acme,,,00T1\n"
        "Was done,1/2/2026,High,Completed,Acme,,,00T2\n",
        "Record Id,Task Owner,Subject,Due Date,Status,Priority,Related To,Closed Time\n"
        "1,,Call back,2026-12-02,Not Started,High,Acme,\n"
        "2,,Was done,2026-01-02,Completed,High,Acme,2026-01-03 10:00:00\n",
    ],
    ids=["HubSpot", "Salesforce", "Zoho"],
)
def test_it_brings_in_tasks(
    bring_in: BringIn, write: Write, cast: dict[str, Any], acme: Customer, text: str
) -> None:
    path = write(text)
    batch = bring_in(path, actor=cast["manager"])
    assert (batch.kind, sums(batch)) == ("follow_ups", (2, 2, 0, 0, 0)), batch.reasons
    assert FollowUp.objects.get(done_at=None).title == "Call back"
    FollowUp.objects.filter(done_at=None).update(done_at="2026-11-01T00:00Z")
    assert sums(bring_in(path, actor=cast["manager"])) == (2, 0, 0, 2, 0)


def test_it_keeps_a_reps_calls_to_customers_who_are_seen(
    bring_in: BringIn, write: Write, cast: dict[str, Any], acme: Customer
) -> None:
    CustomerFactory(name="Hidden", external_id="9002", owner=cast["outsider"],
                    team=cast["outsider"].team)  # fmt: skip
    path = write(
        "Activity date,Note body,Associated Company IDs,Owner\n"
        "2026-01-02,Mine,9001,manager\n2026-01-02,Theirs,9002,\n"
    )
    rep = cast["rep"]
    batch = bring_in(path, actor=rep)
    assert (sums(batch), list(batch.reasons)) == ((2, 1, 0, 0, 1), ["no_customer"])
    assert Communication.objects.get().owner == rep


def test_the_preview_tells_the_hour(client: Client, cast: dict[str, Any], acme: Customer) -> None:
    client.force_login(cast["manager"])
    text = b"Activity date,Note body,Associated Company IDs\n2026-01-02 10:05,Said,9001\n"
    client.post("/customers/import/", {"file": SimpleUploadedFile("notes.csv", text)})
    page = client.get(f"/customers/import/{ImportBatch.objects.get().pk}/preview/")
    assert "10:05" in page.content.decode()
