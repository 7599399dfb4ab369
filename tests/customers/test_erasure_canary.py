"""A person is seeded through every door, erased by a real worker, and looked for everywhere.

Nothing of them is left in a dump of the database, the stored files, Valkey or the logs; and when
the dump of before is restored and the ledger read again, nothing is left there either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import Run
from communications.models import Mailbox, RawMessage
from communications.services import follow_up_create
from crm.common.logs import formatter
from crm.embedded import testing
from crm.jobs.models import Job
from crm.mail.models import Mail
from crm.records.models import Attachment, CustomField, Export, SavedView
from customers.duplicates.merging import customer_merge
from customers.models import (
    Contact,
    Customer,
    DuplicatePair,
    Erasure,
    ImportBatch,
    Merge,
    Need,
    PrivacyRequest,
    Tag,
)
from customers.services import need_create
from marketing.services import activity_create
from sales.models import Deal, Order, Quote
from sales.quote_documents import quote_pdf_request
from sales.services import (
    LineItem,
    deal_create,
    order_create,
    quote_create,
)
from service.models import ServiceRequest
from service.services import request_create, request_reply
from tests.customers.traces import (
    DIGITS,
    EMAIL,
    HAN,
    NAME,
    WORD,
    assert_gone,
    dump,
    files,
    keys_of_valkey,
    restore,
    traces,
)
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.marketing import CampaignFactory
from tests.factories.sales import make_stages


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Where this test's processes keep what they write, the log of the web among it."""
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    settings.ERASURE_LEDGER = str(tmp_path / "var" / "erasures.jsonl")
    log = tmp_path / "web.log"
    handler = logging.FileHandler(log)
    handler.setFormatter(formatter())
    logging.getLogger().addHandler(handler)
    yield {"var": tmp_path / "var", "media": settings.MEDIA_ROOT, "log": log, "tmp": tmp_path}
    logging.getLogger().removeHandler(handler)
    handler.close()


def test_it_leaves_no_trace_of_an_erased_person(
    places: dict[str, Path],
    start_worker: Callable[..., Any],
    wait_until: Callable[..., object],
    client: Client,
) -> None:
    cast = make_cast()
    worker = start_worker(CRM_VAR_DIR=str(places["var"]))

    def done(job: Job | None) -> None:
        assert job is not None
        wait_until(lambda: Job.objects.get(pk=job.pk).is_over, 60)
        assert Job.objects.get(pk=job.pk).state == "succeeded", Job.objects.get(pk=job.pk).error

    customer = seed(cast, client, done)
    before = dump(places["tmp"] / "before.dump")
    assert len(traces(before)) > 30, "the canary is not in the cage"
    assert any(traces(path.read_bytes()) for path in files(places["media"]))

    client.force_login(cast.manager)
    erase = PrivacyRequest.objects.get(kind="erase")
    client.post(reverse("customers:privacy_approve", args=[erase.pk]))
    client.force_login(cast.admin)
    client.post(reverse("account_reauthenticate"), {"password": "secret"})
    client.post(reverse("customers:privacy_run", args=[erase.pk]))
    erase.refresh_from_db()
    done(erase.job)
    client.get(reverse("customers:detail", args=[customer.pk]))
    client.get(reverse("customers:history", args=[customer.pk]))

    assert_gone(dump(places["tmp"] / "after.dump"))
    assert files(places["media"]) == [], "papers and workbooks are packed: none may be left"
    assert_gone(keys_of_valkey())
    for log in (places["log"], worker.log, testing.folder() / "postgres.log"):
        assert_gone(log.read_bytes())
    assert_gone(Path(django_settings.ERASURE_LEDGER).read_bytes())
    assert_sums_stay(customer)

    restore(places["tmp"] / "before.dump")
    assert Customer.objects.get(pk=customer.pk).name.startswith(HAN)
    call_command("replay_erasures")
    assert_gone(dump(places["tmp"] / "replayed.dump"))
    call_command("replay_erasures")
    assert Erasure.objects.count() == 1


def seed(cast: Cast, client: Client, done: Callable[[Job | None], None]) -> Customer:
    """The person, through every door that takes something about one."""
    client.force_login(cast.rep)
    CustomField.objects.create(kind="customers.customer", key="pet", name="Pet", type="text")
    customer = seed_customer(client)
    contact = seed_contact(client, customer)
    seed_work(cast, client, customer, contact, done)
    seed_files(client, customer)
    seed_lists(cast, client, customer, done)
    seed_imports(cast, client, done)
    seed_merge(cast, customer)
    seed_mail(cast, customer)
    seed_machines(cast, client, customer)
    ask = reverse("customers:privacy_create") + f"?customer={customer.pk}"
    client.force_login(cast.rep)
    for kind in ("export", "erase"):
        client.post(ask, {"kind": kind, "reason": f"{WORD} asked by letter"})
    bundle = PrivacyRequest.objects.get(kind="export")
    client.force_login(cast.manager)
    client.post(reverse("customers:privacy_approve", args=[bundle.pk]))
    client.force_login(cast.admin)
    client.post(reverse("account_reauthenticate"), {"password": "secret"})
    client.post(reverse("customers:privacy_run", args=[bundle.pk]))
    bundle.refresh_from_db()
    done(bundle.job)
    return customer


def seed_customer(client: Client) -> Customer:
    """The form, twice wrong, then right; then edits, so that the history knows other values."""
    values = {
        "name": f"{HAN} {WORD}oldname", "kind": "person", "lifecycle": "active",
        "acquisition": "other", "phone": f"+86{DIGITS}", "email": EMAIL, "city": f"{WORD}city",
        "address": f"{WORD}road 5", "source": f"{WORD}source", "note": f"{WORD}note",
        "industry": "Tea", "region": "Yunnan", "cf_pet": f"{WORD}dog",
    }  # fmt: skip
    client.post(reverse("customers:create"), {**values, "phone": f"{WORD}", "email": WORD})
    assert client.post(reverse("customers:create"), values).status_code == 302
    customer = Customer.objects.get(email=EMAIL)
    field = reverse("customers:field", args=[customer.pk, "note"])
    client.post(field, {"note": f"{WORD}second", "expected_version": customer.version})
    customer.refresh_from_db()
    customer.name, customer.external_id = NAME, f"{WORD}-id-1"
    customer.save()
    return customer


def seed_contact(client: Client, customer: Customer) -> Contact:
    values = {
        "name": f"{WORD}contact", "title": f"{WORD}boss", "phone": f"+86{DIGITS}",
        "email": f"{WORD}contact@canary.example", "wechat": f"{WORD}wechat",
        "note": f"{WORD}contactnote", "customer": customer.pk, "role": f"{WORD}role",
    }  # fmt: skip
    assert client.post(reverse("customers:contact_create"), values).status_code == 302
    return Contact.objects.get(wechat=f"{WORD}wechat")


def seed_work(
    cast: Cast, client: Client, customer: Customer, contact: Contact,
    done: Callable[[Job | None], None],
) -> None:  # fmt: skip
    """Needs, talks, steps, deals, orders, quotes with their paper, requests, campaigns."""
    need_create(
        actor=cast.rep, customer=customer, title=f"{WORD}need", product=f"{WORD}product",
        description=f"{WORD}described",
    )  # fmt: skip
    quick = {"channel": "phone", "content": f"{WORD}said", "subject": f"{WORD}subject"}
    client.post(reverse("communications:quick", args=[customer.pk]), quick)
    follow_up_create(
        actor=cast.rep, customer=customer, title=f"{WORD}step", note=f"{WORD}stepnote",
        due_at=timezone.now(),
    )  # fmt: skip
    deal = deal_create(
        actor=cast.rep, customer=customer, name=f"{WORD}deal", stage=make_stages()["new"],
        amount=Decimal(700), note=f"{WORD}dealnote",
    )  # fmt: skip
    lines = [LineItem(Decimal(2), Decimal(150), None, f"{WORD}line", Decimal(0), Decimal(13))]
    order_create(actor=cast.rep, customer=customer, lines=lines, note=f"{WORD}ordernote")
    quote = quote_create(
        actor=cast.rep, customer=customer, contact=contact, deal=deal, lines=lines,
        terms=f"{WORD}terms",
    )  # fmt: skip
    for _time in range(2):  # the second print leaves the first one behind
        done(quote_pdf_request(quote=quote, actor=cast.rep))
        quote.refresh_from_db()
    request = request_create(
        actor=cast.agent, customer=customer, subject=f"{WORD}request", requester=NAME,
        requester_email=EMAIL, description=f"{WORD}broken",
    )  # fmt: skip
    request_reply(pk=request.pk, actor=cast.agent, body=f"{WORD}reply", internal=True)
    request_create(
        actor=cast.agent, subject=f"{WORD}anonymous", requester=WORD, requester_email=EMAIL.upper()
    )
    campaign = CampaignFactory(owner=cast.rep, team=cast.team)
    activity_create(actor=cast.rep, campaign=campaign, customer=customer, note=f"{WORD}activity")


def seed_files(client: Client, customer: Customer) -> None:
    url = reverse("records:files", args=[customer.pk, "customers.customer"])
    for name in ("kept", "trashed"):
        upload = SimpleUploadedFile(f"{WORD}{name}.txt", f"{WORD}{name} letter".encode())
        client.post(url, {"files": [upload]})
    trashed = Attachment.objects.get(name__contains="trashed")
    client.post(reverse("records:file_trash", args=[trashed.pk]))


def seed_lists(
    cast: Cast, client: Client, customer: Customer, done: Callable[[Job | None], None]
) -> None:
    """Searches, saved views, changes of many rows, exports in a stream and by a job."""
    client.get(reverse("home:search"), {"q": NAME})
    client.get(reverse("customers:list"), {"q": WORD})
    view = {"kind": "customers.customer", "query": f"q={HAN}+{WORD}name&lifecycle=active",
            "name": f"All about {NAME}"[:80], "sharing": "private"}  # fmt: skip
    client.post(reverse("records:view_create"), view)
    tag = Tag.objects.create(name=f"Friends of {NAME}")
    client.post(
        reverse("customers:bulk"),
        {"action": "tag", "confirmed": "1", "ids": [customer.pk], "tag": tag.pk},
    )
    response = client.post(reverse("customers:export"), {"format": "csv", "filter": f"q={WORD}"})
    assert traces(b"".join(response.streaming_content))
    export = Export.objects.create(
        kind="customers.customer", format="vcf", query=f"q={WORD}name", rows=1,
        created_by=cast.rep,
    )  # fmt: skip
    from crm.jobs.services import job_enqueue

    job = job_enqueue(
        kind="export", params={"export": export.pk}, actor=cast.rep, title=f"Export of {NAME}"
    )
    Export.objects.filter(pk=export.pk).update(job=job)
    done(job)


def seed_imports(cast: Cast, client: Client, done: Callable[[Job | None], None]) -> None:
    """A file that changes the person and holds a row of theirs that is refused; and a draft."""
    text = (
        "name,email,phone,address,city\n"
        f"{NAME},{EMAIL},,{WORD}street 7,{WORD}town\n"
        f"{NAME},{WORD}broken,,{WORD}elsewhere,\n"
        "Somebody else,else@example.com,,Road 1,Dali\n"
    )
    for begin in (True, False):
        upload = SimpleUploadedFile(f"{NAME}.csv", text.encode())
        place = client.post(reverse("customers:import"), {"file": upload, "kind": "customers"})
        pk = int(place["Location"].split("/")[-3])
        client.get(place["Location"])
        client.post(reverse("customers:import_try", args=[pk]))
        done(ImportBatch.objects.get(pk=pk).job)
        if begin:
            client.post(reverse("customers:import_begin", args=[pk]))
            done(ImportBatch.objects.get(pk=pk).job)
            batch = ImportBatch.objects.get(pk=pk)
            assert (batch.rejected, batch.rows_in) == (1, 3)
            client.get(reverse("customers:import_detail", args=[pk]))


def seed_merge(cast: Cast, customer: Customer) -> None:
    twin = CustomerFactory(
        owner=cast.rep, team=cast.team, name=f"{HAN} {WORD}twin", email=f"{WORD}twin@canary.example"
    )
    DuplicatePair.objects.create(
        first_id=min(twin.pk, customer.pk), second_id=max(twin.pk, customer.pk), probability=0.9,
        evidence=[{"field": "name", "level": "equal", "weight": 3}], found_at=timezone.now(),
    )  # fmt: skip
    customer_merge(survivor=customer.pk, other=twin.pk, actor=cast.admin)


def seed_mail(cast: Cast, customer: Customer) -> None:
    box = Mailbox.objects.create(name="Box", address="box@example.com", host="mail.example.com")
    encoded = f"From: {NAME} <{EMAIL}>\r\nSubject: Hello\r\n\r\n{WORD}written".encode()
    quoted = (
        b"From: =?utf-8?b?6bip572556+Y?= <other@example.com>\r\nContent-Type: text/plain; "
        b"charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    import base64

    quoted += base64.b64encode(f"call {NAME}".encode())
    for number, raw in enumerate((encoded, quoted)):
        RawMessage.objects.create(
            mailbox=box, message_id=f"<{number}@{WORD}mail>", raw=raw, received_at=timezone.now(),
            communication=customer.communications.first() if number == 0 else None,
        )  # fmt: skip
    Mail.objects.create(
        kind="test", message_id="<out@example.com>", to=EMAIL, subject=f"Dear {WORD}",
        text=f"{WORD}text", state=Mail.State.SENT,
    )  # fmt: skip
    Mail.objects.create(
        kind="test", message_id="<in@example.com>", to="boss@example.com", state=Mail.State.SENT,
        subject="Report", text=f"{NAME} bought", html=f"<p>{NAME}</p>",
    )  # fmt: skip


def seed_machines(cast: Cast, client: Client, customer: Customer) -> None:
    """What programs keep: results, errors, the administration's log, failing requests."""
    Run.objects.create(
        method="cluster", state="finished", team=cast.team, result={"top": [{"name": NAME}]}
    )
    client.force_login(cast.admin)
    client.get(f"/nowhere/{customer.pk}/", {"q": NAME})
    client.get(reverse("customers:list"), {"sort": f"{WORD}\x00"})
    twice = Customer(name=NAME, email=EMAIL, external_id=customer.external_id, team=cast.team)
    with pytest.raises(IntegrityError) as clash, transaction.atomic():
        twice.save()  # PostgreSQL quotes the row in its error
    assert WORD in str(clash.value)
    logging.getLogger("crm").error("could not be saved", exc_info=clash.value)
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    page = client.get(url)
    assert page.status_code == 200
    from django.contrib.admin.models import CHANGE, LogEntry

    LogEntry.objects.log_actions(cast.admin.pk, [customer], CHANGE, "Changed")


def assert_sums_stay(customer: Customer) -> None:
    customer.refresh_from_db()
    assert (customer.region, customer.industry, customer.order_value) == ("Yunnan", "Tea", 300)
    assert Deal.objects.get().amount == 700
    assert Order.objects.get().total == 300
    assert Quote.objects.get().total == 339
    assert Customer.objects.filter(name="Somebody else").exists()
    assert ServiceRequest.objects.count() == 2
    assert Need.objects.count() == 1
    assert not Merge.objects.exists()
    assert SavedView.objects.get().query == "lifecycle=active"
