"""Asking for a person's data: who asks, who approves, who carries out."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.frames import Scope, customer_identities
from crm.accounts.models import User
from crm.common.errors import RefusedError
from crm.common.roles import Role
from crm.jobs.direct import DirectWork
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.records.models import Attachment
from customers.models import Affiliation, Contact, Customer, Erasure, PrivacyRequest
from customers.privacy.erasing import erasure_run
from customers.privacy.services import (
    bundles_expire,
    privacy_approve,
    privacy_decline,
    privacy_request,
    privacy_run,
    privacy_withdraw,
)
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import ContactFactory, CustomerFactory, NeedFactory

State = PrivacyRequest.State


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ERASURE_LEDGER = str(tmp_path / "erasures.jsonl")


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(
        owner=cast.rep, name="Zhang Sanfeng", phone="+8613800138000", email="sanfeng@wudang.cn"
    )


def asked(cast: Cast, customer: Customer, kind: str = "export", **values: Any) -> PrivacyRequest:
    return privacy_request(
        actor=cast.rep, kind=kind, customer_id=customer.pk, reason="By letter", **values
    )


def approved(cast: Cast, customer: Customer, kind: str = "export") -> PrivacyRequest:
    return privacy_approve(pk=asked(cast, customer, kind).pk, actor=cast.manager)


def carried_out(cast: Cast, customer: Customer, kind: str) -> PrivacyRequest:
    request = privacy_run(pk=approved(cast, customer, kind).pk, actor=cast.admin)
    assert request.job is not None
    job_run(request.job.pk)
    assert Job.objects.get(pk=request.job.pk).state == "succeeded"
    request.refresh_from_db()
    return request


def confirm_password(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": "secret"})


def test_it_walks_from_asking_to_erasing_through_the_pages(
    cast: Cast, customer: Customer, client: Client
) -> None:
    client.force_login(cast.rep)
    url = f"{reverse('customers:privacy_create')}?customer={customer.pk}"
    assert "Zhang Sanfeng" in client.get(url).content.decode()
    answer = client.post(url, {"kind": "erase", "reason": "By letter of May 3rd"})
    request = PrivacyRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, request.get_absolute_url())

    client.force_login(cast.manager)
    client.post(reverse("customers:privacy_approve", args=[request.pk]))
    client.force_login(cast.admin)
    run = reverse("customers:privacy_run", args=[request.pk])
    confirm_password(client)
    assert "Erase for good" in client.get(run).content.decode()
    client.post(run)
    request.refresh_from_db()
    assert (request.state, request.run_by) == (State.RUNNING, cast.admin)
    assert request.job is not None
    job_run(request.job.pk)
    page = client.get(request.get_absolute_url()).content.decode()
    assert "The person is erased" in page
    assert "May 3rd" not in page
    assert "Zhang" not in page


@pytest.mark.parametrize(
    ("role", "shown"), [("manager", True), ("rep", False), ("stranger", False)]
)
def test_it_stands_on_the_day_of_who_decides(
    cast: Cast, client: Client, customer: Customer, role: str, shown: bool
) -> None:
    address = asked(cast, customer).get_absolute_url()
    client.force_login(cast.user(role))
    assert (address in client.get("/").content.decode()) == shown


def test_it_keeps_what_was_typed_when_the_reason_is_missing(
    cast: Cast, customer: Customer, client: Client
) -> None:
    client.force_login(cast.rep)
    url = f"{reverse('customers:privacy_create')}?customer={customer.pk}"
    answer = client.post(url, {"kind": "erase", "reason": " "})
    assert answer.status_code == 422
    assert 'value="erase" ' in answer.content.decode().replace("checked", "")
    assert not PrivacyRequest.objects.exists()


@pytest.mark.parametrize("role", ["rep", "agent", "manager", "admin"])
def test_it_lets_everybody_ask_about_whom_they_see(
    cast: Cast, customer: Customer, role: str
) -> None:
    made = privacy_request(actor=cast.user(role), kind="export", customer_id=customer.pk)
    assert made.state == State.REQUESTED


def test_it_asks_nothing_about_whom_one_may_not_see(cast: Cast, customer: Customer) -> None:
    with pytest.raises(PermissionDenied):
        privacy_request(actor=cast.stranger, kind="export", customer_id=customer.pk)


def test_it_refuses_the_same_request_twice(cast: Cast, customer: Customer) -> None:
    asked(cast, customer)
    with pytest.raises(RefusedError):
        asked(cast, customer)
    assert asked(cast, customer, "erase").kind == "erase"


def test_it_makes_one_request_of_a_double_click(cast: Cast, customer: Customer) -> None:
    key = "6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b"
    assert asked(cast, customer, submission=key) == asked(cast, customer, submission=key)


def test_it_lets_nobody_approve_their_own_request(cast: Cast, customer: Customer) -> None:
    mine = privacy_request(actor=cast.manager, kind="erase", customer_id=customer.pk)
    with pytest.raises(RefusedError):
        privacy_approve(pk=mine.pk, actor=cast.manager)
    assert privacy_approve(pk=mine.pk, actor=cast.admin).state == State.APPROVED


def test_it_lets_the_only_one_in_charge_decide_alone(cast: Cast, customer: Customer) -> None:
    mine = privacy_request(actor=cast.admin, kind="erase", customer_id=customer.pk)
    User.objects.filter(role__in=[Role.MANAGER, Role.ADMIN]).exclude(pk=cast.admin.pk).update(
        is_active=False
    )
    assert privacy_approve(pk=mine.pk, actor=cast.admin).state == State.APPROVED


def test_it_runs_nothing_without_approval(cast: Cast, customer: Customer) -> None:
    request = asked(cast, customer, "erase")
    with pytest.raises(RefusedError):
        privacy_run(pk=request.pk, actor=cast.admin)
    privacy_approve(pk=request.pk, actor=cast.manager)
    with pytest.raises(PermissionDenied):
        privacy_run(pk=request.pk, actor=cast.manager)
    assert not Job.objects.exists()


def test_it_runs_a_request_once(cast: Cast, customer: Customer) -> None:
    request = approved(cast, customer)
    first = privacy_run(pk=request.pk, actor=cast.admin)
    assert privacy_run(pk=request.pk, actor=cast.admin).job_id == first.job_id
    assert Job.objects.count() == 1


def test_it_carries_out_nothing_that_was_turned_down_or_withdrawn(
    cast: Cast, customer: Customer
) -> None:
    declined = privacy_decline(pk=asked(cast, customer).pk, actor=cast.manager, note="Not them")
    withdrawn = privacy_withdraw(pk=asked(cast, customer).pk, actor=cast.rep)
    for request in (declined, withdrawn):
        with pytest.raises(RefusedError):
            privacy_run(pk=request.pk, actor=cast.admin)


def test_it_tells_everything_that_is_held(cast: Cast, customer: Customer) -> None:
    customer.phone = "+8613900139000"
    customer.save()
    person = ContactFactory(owner=cast.rep, name="Song Yuanqiao")
    Affiliation.objects.create(customer=customer, contact=person, role="Buyer")
    NeedFactory(customer=customer, title="Ten swords")
    CommunicationFactory(customer=customer, owner=cast.rep, content="Wants them by June")
    kept = Attachment(parent=customer, name="letter.txt", media_type="text/plain", size=5)
    kept.file.save("x", ContentFile(b"Dear!"), save=False)
    kept.save()
    stranger = CustomerFactory(owner=cast.rep, name="Somebody else")
    request = carried_out(cast, customer, "export")
    bundle = Path(request.bundle.path).read_bytes()
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        data = json.loads(archive.read("person.json"))
        assert archive.read(f"files/attachment-{kept.pk}/letter.txt") == b"Dear!"
    sections = {section["kind"]: section for section in data["sections"]}
    assert (data["format"], data["version"]) == ("crm-person", 1)
    assert sections["customers.customer"]["rows"][0]["email"] == "sanfeng@wudang.cn"
    assert sections["customers.customer"]["history"][0]["phone"] == "+8613800138000"
    assert sections["customers.contact"]["rows"][0]["name"] == "Song Yuanqiao"
    assert sections["customers.need"]["rows"][0]["title"] == "Ten swords"
    assert sections["communications.communication"]["rows"][0]["content"] == "Wants them by June"
    assert stranger.name not in json.dumps(data)
    assert cast.rep.username not in json.dumps(data)


def test_it_hands_the_file_to_those_who_decide_until_it_expires(
    cast: Cast, customer: Customer, client: Client
) -> None:
    request = carried_out(cast, customer, "export")
    url = reverse("customers:privacy_file", args=[request.pk])
    answers = {}
    for role in ("rep", "manager", "admin"):
        client.force_login(cast.user(role))
        response = client.get(url)
        answers[role] = response.status_code
        for close in response._resource_closers:
            close()
    assert answers == {"rep": 404, "manager": 200, "admin": 200}
    stored = Path(request.bundle.path)
    PrivacyRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url).status_code == 404
    assert stored.exists()


def test_it_removes_files_whose_time_is_over(
    cast: Cast, customer: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    request = carried_out(cast, customer, "export")
    stored = Path(request.bundle.path)
    PrivacyRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert bundles_expire() == 1
    assert not stored.exists()
    assert bundles_expire() == 0


def test_it_erases_the_person_and_keeps_the_rest(cast: Cast, customer: Customer) -> None:
    customer.name = "Zhang Junbao"
    customer.save()
    own, shared = ContactFactory(name="Own Contact"), ContactFactory(name="Shared Contact")
    other = CustomerFactory(owner=cast.rep, name="Another One", phone="+8613700137000")
    for contact, whom in ((own, customer), (shared, customer), (shared, other)):
        Affiliation.objects.create(customer=whom, contact=contact)
    talk = CommunicationFactory(customer=customer, owner=cast.rep, content="Secret words")
    request = carried_out(cast, customer, "erase")
    customer.refresh_from_db()
    own.refresh_from_db()
    assert (customer.phone, customer.email, customer.search) == ("", "", None)
    assert customer.name == f"已抹除的客户 / Erased customer #{customer.pk}"
    assert own.name != "Own Contact"
    assert own.trashed_at is not None
    assert Contact.objects.get(pk=shared.pk).name == "Shared Contact"
    assert Customer.objects.get(pk=other.pk).name == "Another One"
    talk.refresh_from_db()
    assert talk.content == ""
    assert not customer.events.filter(name__contains="Zhang").exists()  # type: ignore[attr-defined]  # of the history
    assert (request.state, request.reason) == (State.DONE, "")
    erasure = Erasure.objects.get()
    assert set(erasure.subjects["customers"]) == {str(customer.pk)}
    assert set(erasure.subjects["contacts"]) == {str(own.pk)}


def test_it_erases_a_contact_and_leaves_their_company(cast: Cast, customer: Customer) -> None:
    person = ContactFactory(owner=cast.rep, name="Yu Lianzhou", email="yu@wudang.cn")
    Affiliation.objects.create(customer=customer, contact=person)
    talk = CommunicationFactory(customer=customer, contact=person, content="With Yu")
    about = CommunicationFactory(customer=customer, content="Without them")
    made = privacy_request(actor=cast.rep, kind="erase", contact_id=person.pk, reason="Letter")
    privacy_approve(pk=made.pk, actor=cast.manager)
    job = privacy_run(pk=made.pk, actor=cast.admin).job
    assert job is not None
    job_run(job.pk)
    for record in (person, talk, about, customer):
        record.refresh_from_db()
    assert (person.email, talk.content, about.content) == ("", "", "Without them")
    assert customer.name == "Zhang Sanfeng"


def test_it_gives_a_conflict_to_whoever_has_the_form_open(
    cast: Cast, customer: Customer, client: Client
) -> None:
    version = customer.version
    carried_out(cast, customer, "erase")
    client.force_login(cast.rep)
    url = reverse("customers:edit", args=[customer.pk])
    sent = {"name": "Zhang Sanfeng", "kind": "person", "lifecycle": "active",
            "acquisition": "other", "expected_version": version}  # fmt: skip
    assert client.post(url, sent).status_code == 409


def test_it_erases_what_is_written_while_it_erases(cast: Cast, customer: Customer) -> None:
    class Interrupting(DirectWork):
        """A colleague logs a call and uploads a letter just before the person goes."""

        def progress(self, done: int, total: int = 0, note: str = "") -> None:
            if done == 30 and not customer.communications.exists():
                CommunicationFactory(customer=customer, content="Too late")
                late = Attachment(parent=customer, name="late.txt", media_type="x/y", size=5)
                late.file.save("x", ContentFile(b"late!"), save=False)
                late.save()

    request = approved(cast, customer, "erase")
    erasure_run(request=request, work=Interrupting())
    assert [talk.content for talk in customer.communications.all()] == [""]
    assert not Attachment.objects.exists()


def test_it_goes_on_after_an_interruption(cast: Cast, customer: Customer) -> None:
    class Breaking(DirectWork):
        """The power goes in the middle; the checkpoint is what is left."""

        def progress(self, done: int, total: int = 0, note: str = "") -> None:
            if done == 20:
                raise RuntimeError("power")

    CommunicationFactory(customer=customer, content="Words")
    request = approved(cast, customer, "erase")
    broken = Breaking()
    with pytest.raises(RuntimeError):
        erasure_run(request=request, work=broken)
    again = DirectWork()
    again.checkpoint = broken.checkpoint
    erasure = erasure_run(request=request, work=again)
    customer.refresh_from_db()
    assert customer.email == ""
    assert customer.communications.get().content == ""
    assert Erasure.objects.get() == erasure
    assert len(Path(settings.ERASURE_LEDGER).read_text().splitlines()) == 1


def test_it_leaves_a_record_alone_that_got_the_id_of_an_erased_one(
    cast: Cast, customer: Customer
) -> None:
    carried_out(cast, customer, "erase")
    Erasure.objects.all().delete()
    made = timezone.now() + timedelta(days=1)
    Customer.objects.filter(pk=customer.pk).update(created_at=made, name="Somebody new")
    call_command("replay_erasures")
    customer.refresh_from_db()
    assert customer.name == "Somebody new"
    assert Erasure.objects.count() == 1


def test_it_refuses_a_ledger_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "ledger"
    broken.write_text("{}\nnonsense\n")
    with pytest.raises(CommandError, match="Line 1"):
        call_command("replay_erasures", ledger=broken)


def test_it_compares_erased_customers_with_nobody(cast: Cast, customer: Customer) -> None:
    CustomerFactory(owner=cast.rep, name="Still here")
    carried_out(cast, customer, "erase")
    assert list(customer_identities(Scope())["raw"]) == ["Still here"]


def test_it_asks_the_same_number_of_queries_for_any_number_of_requests(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.manager)
    url = reverse("customers:privacy_list")
    counts = []
    for more in (2, 10):
        for _ in range(more):
            asked(cast, CustomerFactory(owner=cast.rep))
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts == [4, 4]
