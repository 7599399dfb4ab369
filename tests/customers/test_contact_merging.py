"""Contacts entered twice: found, warned of while typing, merged into one, and two again."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from communications.models import Communication, FollowUp
from crm.common.errors import EditConflictError, RefusedError
from crm.records.models import Attachment
from customers.duplicates.contact_merging import contact_merge, contact_merge_undo
from customers.duplicates.contact_search import contact_pairs_find
from customers.duplicates.relations import relations
from customers.models import Affiliation, Contact, ContactMerge, ContactPair, Customer
from customers.privacy.scope import subject_of
from sales.models import Deal
from service.models import ServiceRequest
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.sales import DealFactory, make_stages

LIST = reverse("customers:contact_duplicates")
SIMILAR = reverse("customers:contact_similar")
QUIET = {"updated_at", "version", "search", "pgh_id"}


def link(customer: Customer, contact: Contact, **part: Any) -> Affiliation:
    return Affiliation.objects.create(customer=customer, contact=contact, **part)


def find() -> list[tuple[int, int, float]]:
    contact_pairs_find(found_at=timezone.now(), guard=nullcontext)
    pairs = ContactPair.objects.filter(state="open").order_by("first", "second")
    return list(pairs.values_list("first", "second", "probability"))


@pytest.fixture
def shared(cast: Cast) -> Customer:
    """Where both of ``both`` work."""
    return CustomerFactory(owner=cast.rep, name="云海科技有限公司")


@pytest.fixture
def both(cast: Cast, shared: Customer) -> tuple[Contact, Contact]:
    keep = ContactFactory(owner=cast.rep, name="张伟", phone="+8613800138000", email="", title="")
    gone = ContactFactory(
        owner=cast.rep, name="張　偉", phone="", email="zhang.wei@yunhai.example", title="采购经理",
        external_id="HS-7",
    )  # fmt: skip
    elsewhere = CustomerFactory(owner=cast.rep)
    link(shared, keep, role="")
    link(shared, gone, role="采购", is_primary=True)
    link(elsewhere, gone, role="顾问", is_primary=True)
    CommunicationFactory(customer=shared, contact=gone)
    DealFactory(customer=shared, contact=gone, stage=make_stages()["new"])
    return keep, gone


def snapshot() -> dict[str, Any]:
    """Every row about the two, without the counters of edits."""
    models = [Contact, *{one.model for one in relations(Contact)}]
    return {
        model._meta.label: list(
            model._base_manager.order_by("pk").values_list(
                *(f.attname for f in model._meta.concrete_fields if f.name not in QUIET)
            )
        )
        for model in models
    }


def test_it_knows_what_hangs_on_a_contact() -> None:
    found = {one.model for one in relations(Contact)}
    assert {Affiliation, Communication, FollowUp, Deal, ServiceRequest, Attachment} <= found


def test_it_moves_everything(cast: Cast, both: tuple[Contact, Contact], shared: Customer) -> None:
    keep, gone = both
    contact_merge(survivor=keep.pk, other=gone.pk, actor=cast.rep)
    keep.refresh_from_db()
    assert (keep.email, keep.title, keep.external_id) == (
        "zhang.wei@yunhai.example", "采购经理", "HS-7",
    )  # fmt: skip
    assert keep.phone == "+8613800138000"
    assert set(Communication.objects.values_list("contact", flat=True)) == {keep.pk}
    assert set(Deal.objects.values_list("contact", flat=True)) == {keep.pk}
    part = Affiliation.objects.get(customer=shared, contact=keep)
    assert (part.role, part.is_primary) == ("采购", True)
    assert Affiliation.objects.filter(contact=keep).count() == 2
    assert Contact.objects.get(pk=gone.pk).trashed_by == cast.rep


def test_it_undoes_exactly(cast: Cast, both: tuple[Contact, Contact]) -> None:
    before = snapshot()
    done = contact_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.rep)
    assert snapshot() != before
    assert contact_merge_undo(pk=done.pk, actor=cast.rep)[1] == []
    assert snapshot() == before
    assert contact_merge_undo(pk=done.pk, actor=cast.rep)[1] == []  # once is enough
    assert snapshot() == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_it_undoes_two_merges_into_one_contact_in_any_order(
    cast: Cast, both: tuple[Contact, Contact], shared: Customer, order: tuple[int, int]
) -> None:
    keep, gone = both
    third = ContactFactory(owner=cast.rep, title="总监", external_id="HS-8")
    Affiliation.objects.update(active=False)
    link(shared, third, role="决策")
    before = snapshot()
    chosen = {"title": "other", "external_id": "other"}
    merges = [
        contact_merge(survivor=keep.pk, other=one.pk, actor=cast.rep, choices=chosen)
        for one in (gone, third)
    ]
    part = Affiliation.objects.get(customer=shared, contact=keep)
    assert (part.role, part.active) == ("采购", True)
    assert [contact_merge_undo(pk=merges[n].pk, actor=cast.rep)[1] for n in order] == [[], []]
    assert snapshot() == before


def test_it_keeps_later_edits_when_undone(
    cast: Cast, both: tuple[Contact, Contact], shared: Customer
) -> None:
    keep, gone = both
    done = contact_merge(survivor=keep.pk, other=gone.pk, actor=cast.rep)
    Contact.objects.filter(pk=keep.pk).update(title="总经理")
    Affiliation.objects.filter(customer=shared, contact=keep).update(is_primary=False)
    third = link(shared, ContactFactory(owner=cast.rep), is_primary=True)
    kept = contact_merge_undo(pk=done.pk, actor=cast.rep)[1]
    keep.refresh_from_db()
    third.refresh_from_db()
    assert (kept, keep.title, third.is_primary) == (["title"], "总经理", True)
    assert not Affiliation.objects.get(customer=shared, contact=gone).is_primary


@pytest.mark.parametrize("role", ["agent", "stranger", "colleague"])
def test_it_refuses_who_may_not_delete_both(
    cast: Cast, both: tuple[Contact, Contact], role: str
) -> None:
    before = snapshot()
    with pytest.raises(PermissionDenied):
        contact_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.user(role))
    assert snapshot() == before


@pytest.mark.parametrize("turned", [False, True])
def test_it_needs_the_right_on_both(cast: Cast, turned: bool) -> None:
    mine = ContactFactory(owner=cast.rep)
    theirs = ContactFactory(owner=cast.stranger)
    one, other = (theirs, mine) if turned else (mine, theirs)
    with pytest.raises(PermissionDenied):
        contact_merge(survivor=one.pk, other=other.pk, actor=cast.manager)
    assert not ContactMerge.objects.exists()


def test_it_merges_once_and_never_with_itself(cast: Cast, both: tuple[Contact, Contact]) -> None:
    keep, gone = both
    with pytest.raises(RefusedError):
        contact_merge(survivor=keep.pk, other=keep.pk, actor=cast.rep)
    with pytest.raises(EditConflictError):
        contact_merge(survivor=keep.pk, other=gone.pk, actor=cast.rep, versions=(99, gone.version))
    contact_merge(survivor=keep.pk, other=gone.pk, actor=cast.rep)
    with pytest.raises(PermissionDenied):
        contact_merge(survivor=keep.pk, other=gone.pk, actor=cast.rep)


def test_it_finds_pairs_by_mail_phone_and_name_at_one_customer(
    cast: Cast, both: tuple[Contact, Contact]
) -> None:
    named = tuple(one.pk for one in both)
    mailed = [ContactFactory(name=name, email="a.b@x.example").pk for name in ("Ann B", "b, ANN")]
    called = [ContactFactory(name=name, phone="+861066668888").pk for name in ("李娜", "王芳")]
    for n in range(6):  # a department's address
        ContactFactory(name=f"Clerk {n}", email="info@x.example")
    ContactFactory(name="张伟")  # somebody else of that name
    assert find() == [(*named, 0.9), (*mailed, 0.98), (*called, 0.5)]


def test_it_forgets_pairs_that_are_gone_and_keeps_decisions(
    cast: Cast, both: tuple[Contact, Contact]
) -> None:
    find()
    ContactPair.objects.update(state="dismissed")
    assert find() == []
    ContactPair.objects.update(state="open")
    Contact.objects.filter(pk=both[1].pk).update(name="李四")
    assert find() == []
    assert not ContactPair.objects.exists()


def test_a_rep_looks_at_a_pair_merges_and_takes_it_back(
    cast: Cast, client: Client, both: tuple[Contact, Contact]
) -> None:
    keep, gone = both
    find()
    client.force_login(cast.rep)
    page = client.get(LIST).content.decode()
    assert "云海科技有限公司" in page
    merge_url = reverse("customers:contact_merge", args=[keep.pk])
    assert f"{merge_url}?with={gone.pk}" in page
    assert "zhang.wei@yunhai.example" in client.get(merge_url, {"with": gone.pk}).content.decode()
    versions = f"{keep.version}.{gone.version}"
    stale = client.post(merge_url, {"with": gone.pk, "versions": "98.99"})
    assert stale.status_code == 409
    done = client.post(merge_url, {"with": gone.pk, "versions": versions, "take_email": "survivor"})
    assert (done.status_code, done["Location"]) == (302, keep.get_absolute_url())
    keep.refresh_from_db()
    assert keep.email == ""
    assert client.get(gone.get_absolute_url())["Location"] == keep.get_absolute_url()
    merge = ContactMerge.objects.get()
    assert "張" in client.get(LIST, {"state": "merged"}).content.decode()
    client.post(reverse("customers:contact_merge_undo", args=[merge.pk]))
    assert client.get(gone.get_absolute_url()).status_code == 200
    assert [(pair[0], pair[1]) for pair in find()] == [(keep.pk, gone.pk)]


def test_it_gives_back_a_merged_contact_from_the_trash(
    cast: Cast, client: Client, both: tuple[Contact, Contact]
) -> None:
    contact_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.rep)
    client.force_login(cast.rep)
    client.post(reverse("customers:contact_restore", args=[both[1].pk]))
    assert Communication.objects.get().contact_id == both[1].pk


def test_it_shows_nobody_pairs_of_others(
    cast: Cast, client: Client, both: tuple[Contact, Contact]
) -> None:
    find()
    client.force_login(cast.stranger)
    assert "張" not in client.get(LIST).content.decode()
    pair = ContactPair.objects.get()
    answer = client.post(reverse("customers:contact_duplicate_dismiss", args=[pair.pk]))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"phone": "138 0013 8000"}, "same phone"),
        ({"email": "Zhang.Wei@yunhai.example"}, "same e-mail"),
        ({"name": "张　偉", "customer": "shared"}, "same name"),
        ({"name": "張　偉"}, "same name"),
    ],
)
def test_it_warns_while_one_types(
    cast: Cast, client: Client, both: tuple[Contact, Contact], shared: Customer,
    typed: dict[str, str], reason: str,
) -> None:  # fmt: skip
    if "customer" in typed:
        typed = {**typed, "customer": str(shared.pk)}
    client.force_login(cast.rep)
    assert reason in client.get(SIMILAR, typed).content.decode()
    client.force_login(cast.stranger)
    assert client.get(SIMILAR, typed).content.decode().strip() == ""


def test_it_does_not_warn_of_a_common_name(cast: Cast, client: Client) -> None:
    ContactFactory.create_batch(7, name="王伟", owner=cast.rep)
    client.force_login(cast.rep)
    assert client.get(SIMILAR, {"name": "王伟"}).content.decode().strip() == ""


def test_an_erased_person_takes_merged_contacts_along(
    cast: Cast, both: tuple[Contact, Contact]
) -> None:
    contact_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.rep)
    assert subject_of(contacts=[both[0].pk]).contacts == {one.pk for one in both}
