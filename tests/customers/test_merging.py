"""Two customers into one: everything moves, nothing is lost, and it can be undone exactly."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, models

from communications.models import Communication, FollowUp
from crm.common.errors import EditConflictError, RefusedError
from customers.duplicates.merging import customer_merge, merge_undo, survivor_of
from customers.duplicates.models import DuplicatePair, Merge
from customers.duplicates.relations import APART, computed_models, relations
from customers.models import Affiliation, Customer, Need, Tag
from marketing.models import Activity
from sales.models import Deal, Order
from service.models import ServiceRequest
from tests.factories.cast import Cast
from tests.factories.communications import CommunicationFactory, FollowUpFactory
from tests.factories.customers import ContactFactory, CustomerFactory, NeedFactory
from tests.factories.marketing import ActivityFactory, CampaignFactory
from tests.factories.sales import DealFactory, OrderFactory, make_stages
from tests.factories.service import ServiceRequestFactory

CHILDREN: list[type[models.Model]] = [
    Affiliation, Need, Communication, FollowUp, Deal, Order, ServiceRequest, Activity,
]  # fmt: skip


def fill(customer: Customer) -> None:
    """One of everything that hangs on a customer."""
    stage = make_stages()["new"]
    CommunicationFactory(customer=customer)
    FollowUpFactory(customer=customer)
    NeedFactory(customer=customer)
    DealFactory(customer=customer, stage=stage)
    OrderFactory(customer=customer, status="completed", lines=[(2, 50)])
    ServiceRequestFactory(customer=customer)
    ActivityFactory(customer=customer, campaign=CampaignFactory(owner=customer.owner))
    contact = ContactFactory(owner=customer.owner)
    Affiliation.objects.create(customer=customer, contact=contact, is_primary=True)
    customer.tags.add(Tag.objects.create(name=f"tag {customer.pk}"))


QUIET = {"updated_at", "version", "search", "pgh_id"}


def snapshot() -> dict[str, Any]:
    """Every row of every table about the two, without the counters of edits."""
    state: dict[str, Any] = {}
    for model in [Customer, *CHILDREN, Customer.tags.through]:
        names = [f.attname for f in model._meta.concrete_fields if f.name not in QUIET]
        state[model._meta.label] = list(model._base_manager.order_by("pk").values_list(*names))
    return state


@pytest.fixture
def both(cast: Cast) -> Iterator[tuple[Customer, Customer]]:
    keep = CustomerFactory(owner=cast.rep, name="云海科技", phone="+8613800138000", city="")
    gone = CustomerFactory(
        owner=cast.colleague, name="北京云海科技有限公司", phone="", email="info@yunhai.cn",
        city="北京", consent_email=True, external_id="E-1",
    )  # fmt: skip
    fill(keep)
    fill(gone)
    keep.refresh_from_db()
    gone.refresh_from_db()
    yield keep, gone
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # whatever is wrong shows here


def merge(cast: Cast, both: tuple[Customer, Customer], **more: Any) -> Merge:
    return customer_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.manager, **more)


def test_it_moves_everything(cast: Cast, both: tuple[Customer, Customer]) -> None:
    keep, gone = both
    merge(cast, both)
    for model in CHILDREN:
        owners = set(model._base_manager.values_list("customer", flat=True))
        assert owners == {keep.pk}, model
    keep.refresh_from_db()
    assert keep.tags.count() == 2
    assert (keep.order_count, keep.order_value, keep.open_deals, keep.open_requests) == (
        2, 200, 2, 2,
    )  # fmt: skip
    gone = Customer.objects.get(pk=gone.pk)
    assert (gone.order_count, gone.open_deals, gone.last_contact_at) == (0, 0, None)
    assert (gone.trashed_by, survivor_of(gone.pk)) == (cast.manager, keep.pk)


def test_it_takes_filled_values_and_the_ones_chosen(
    cast: Cast, both: tuple[Customer, Customer]
) -> None:
    keep, _gone = both
    merge(cast, both, choices={"name": "survivor"})
    keep.refresh_from_db()
    assert (keep.name, keep.phone) == ("云海科技", "+8613800138000")
    assert (keep.email, keep.city, keep.external_id) == ("info@yunhai.cn", "北京", "E-1")


def test_it_never_gains_consent_silently(cast: Cast, both: tuple[Customer, Customer]) -> None:
    keep, _gone = both
    Customer.objects.filter(pk=keep.pk).update(consent_phone=True)
    merge(cast, both)
    keep.refresh_from_db()
    assert (keep.consent_email, keep.consent_phone) == (False, False)


def test_it_undoes_exactly(cast: Cast, both: tuple[Customer, Customer]) -> None:
    before = snapshot()
    done = merge(cast, both)
    assert snapshot() != before
    _merge, kept = merge_undo(pk=done.pk, actor=cast.manager)
    assert kept == []
    assert snapshot() == before
    assert survivor_of(both[1].pk) is None


def test_it_keeps_later_edits_when_undone(cast: Cast, both: tuple[Customer, Customer]) -> None:
    keep, gone = both
    done = merge(cast, both)
    Customer.objects.filter(pk=keep.pk).update(city="上海")
    later = CommunicationFactory(customer=Customer.objects.get(pk=keep.pk))
    _merge, kept = merge_undo(pk=done.pk, actor=cast.manager)
    keep.refresh_from_db()
    assert (kept, keep.city) == (["city"], "上海")
    assert Communication.objects.get(pk=later.pk).customer_id == keep.pk
    assert Communication.objects.filter(customer=gone).count() == 1


@pytest.mark.parametrize("role", ["rep", "agent", "stranger"])
def test_it_merges_for_managers_only(
    cast: Cast, both: tuple[Customer, Customer], role: str
) -> None:
    before = snapshot()
    with pytest.raises(PermissionDenied):
        customer_merge(survivor=both[0].pk, other=both[1].pk, actor=cast.user(role))
    assert snapshot() == before


@pytest.mark.parametrize("turned", [False, True])
def test_it_needs_the_right_on_both(
    cast: Cast, both: tuple[Customer, Customer], turned: bool
) -> None:
    foreign = CustomerFactory(owner=cast.stranger)
    pair = (foreign.pk, both[0].pk) if turned else (both[0].pk, foreign.pk)
    before = snapshot()
    with pytest.raises(PermissionDenied):
        customer_merge(survivor=pair[0], other=pair[1], actor=cast.manager)
    assert snapshot() == before
    assert not Merge.objects.exists()


def test_it_merges_once_when_sent_twice(cast: Cast, both: tuple[Customer, Customer]) -> None:
    key = uuid.uuid4()
    assert merge(cast, both, submission=key) == merge(cast, both, submission=key)
    assert Merge.objects.count() == 1


def test_it_refuses_what_changed_since(cast: Cast, both: tuple[Customer, Customer]) -> None:
    with pytest.raises(EditConflictError):
        merge(cast, both, versions=(both[0].version, both[1].version + 1))


def test_it_does_not_merge_a_record_with_itself(
    cast: Cast, both: tuple[Customer, Customer]
) -> None:
    with pytest.raises(RefusedError):
        customer_merge(survivor=both[0].pk, other=both[0].pk, actor=cast.admin)


def test_it_folds_what_may_stand_once_only(cast: Cast, both: tuple[Customer, Customer]) -> None:
    """One primary contact, one activity in a campaign, one affiliation with a contact."""
    keep, gone = both
    shared = ContactFactory(owner=cast.rep)
    for customer in both:
        Affiliation.objects.create(customer=customer, contact=shared)
    campaign = CampaignFactory(owner=cast.rep)
    for customer in both:
        ActivityFactory(customer=customer, campaign=campaign)
    before = snapshot()
    done = merge(cast, both)
    assert Affiliation.objects.filter(customer=keep).count() == 3
    assert Affiliation.objects.filter(customer=keep, is_primary=True).count() == 1
    assert Activity.objects.filter(customer=keep, campaign=campaign).count() == 1
    merge_undo(pk=done.pk, actor=cast.manager)
    assert snapshot() == before
    assert gone.pk in Activity.objects.filter(campaign=campaign).values_list("customer", flat=True)


def test_it_merges_three_step_by_step(cast: Cast, both: tuple[Customer, Customer]) -> None:
    keep, gone = both
    third = CustomerFactory(owner=cast.rep)
    fill(third)
    before = snapshot()
    first = merge(cast, both)
    second = customer_merge(survivor=third.pk, other=keep.pk, actor=cast.manager)
    assert set(Deal.objects.values_list("customer", flat=True)) == {third.pk}
    assert survivor_of(gone.pk) == third.pk
    with pytest.raises(RefusedError):
        merge_undo(pk=first.pk, actor=cast.manager)
    merge_undo(pk=second.pk, actor=cast.manager)
    merge_undo(pk=first.pk, actor=cast.manager)
    assert snapshot() == before


def test_it_undoes_several_merges_into_one_record_in_any_order(
    cast: Cast, both: tuple[Customer, Customer]
) -> None:
    keep, gone = both
    others = [gone, *(
        CustomerFactory(owner=cast.rep, name=f"Third {n}", phone=f"+861380013900{n}",
                        external_id=f"E-{n}", custom={"size": n}, note=f"note {n}")
        for n in (2, 3)
    )]  # fmt: skip
    shared = Tag.objects.create(name="shared")
    for one in others:
        one.tags.add(shared)
    for first, second in combinations(sorted(one.pk for one in (keep, *others)), 2):
        DuplicatePair.objects.create(
            first_id=first, second_id=second, probability=0.9, found_at=keep.created_at
        )
    pairs = set(DuplicatePair.objects.values_list("pk", "first", "second", "state"))
    choices = dict.fromkeys(("name", "phone", "external_id", "email", "note"), "other")
    before = snapshot()
    for order in ((0, 2, 1), (1, 0, 2), (0, 1, 2)):
        merges = [
            customer_merge(survivor=keep.pk, other=one.pk, actor=cast.manager, choices=choices)
            for one in others
        ]
        kept = [merge_undo(pk=merges[place].pk, actor=cast.manager)[1] for place in order]
        assert kept == [[], [], []]
        assert snapshot() == before
        assert set(DuplicatePair.objects.values_list("pk", "first", "second", "state")) == pairs


def test_it_lets_what_resembled_the_other_resemble_the_survivor(
    cast: Cast, both: tuple[Customer, Customer], django_assert_max_num_queries: Any
) -> None:
    keep, gone = both
    third = CustomerFactory(owner=cast.rep)
    pairs = [
        DuplicatePair.objects.create(
            first_id=min(a, b), second_id=max(a, b), probability=0.9, found_at=keep.created_at
        )
        for a, b in ((keep.pk, gone.pk), (gone.pk, third.pk))
    ]
    done = merge(cast, both)
    states = dict(DuplicatePair.objects.values_list("pk", "state"))
    assert states == {pairs[0].pk: "merged", pairs[1].pk: "open"}
    moved = DuplicatePair.objects.get(pk=pairs[1].pk)
    assert {moved.first_id, moved.second_id} == {keep.pk, third.pk}
    merge_undo(pk=done.pk, actor=cast.manager)
    again = DuplicatePair.objects.get(pk=pairs[1].pk)
    assert {again.first_id, again.second_id} == {gone.pk, third.pk}
    assert set(DuplicatePair.objects.values_list("state", flat=True)) == {"open"}


def test_it_knows_every_relation_to_a_customer() -> None:
    """A new model that names a customer moves by itself, or must be listed on purpose."""
    known = {(one.model, one.field) for one in relations()}
    apart = APART | {Customer.tags.through} | computed_models
    for model in apps.get_models(include_auto_created=True):
        if "pgh_id" in {field.name for field in model._meta.fields} or model._meta.proxy:
            continue
        if model in apart:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is Customer:
                assert (model, field.name) in known, f"{model._meta.label}.{field.name}"
    assert {one.model for one in relations()} >= set(CHILDREN)
