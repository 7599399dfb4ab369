"""What goes along when customers change hands, and how it comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone

from crm.common.registries import Moved, ownership_followers
from customers.models import Customer, Need
from customers.querysets import moved_rows


def hand_over(
    *,
    customer_ids: Collection[int],
    old_owner_id: int | None,
    new_owner_id: int | None,
    team_id: int | None,
) -> list[Moved]:
    """Let needs and the work of the apps above follow customers of one old owner.

    Gives what moved, as it was before.
    """
    needs = Need.objects.filter(customer__in=customer_ids).exclude(team=team_id)
    moved = moved_rows(needs)
    needs.update(team=team_id)
    for follow in ownership_followers:
        moved += follow(
            customer_ids=customer_ids, old_owner_id=old_owner_id, new_owner_id=new_owner_id,
            team_id=team_id,
        )  # fmt: skip
    return moved


def customers_give(
    customers: Iterable[Customer], *, owner_id: int | None, team_id: int | None
) -> dict[int, dict[str, Any]]:
    """Give locked customers to a new owner and team; what each was before, with what followed."""
    groups: dict[int | None, list[Customer]] = defaultdict(list)
    for customer in customers:
        if (customer.owner_id, customer.team_id) != (owner_id, team_id):
            groups[customer.owner_id].append(customer)
    before: dict[int, dict[str, Any]] = {}
    for old_owner_id, group in groups.items():
        for customer in group:
            before[customer.pk] = {
                "owner": old_owner_id, "team": customer.team_id, "given": [owner_id, team_id],
                "moved": [],
            }  # fmt: skip
        ids = [customer.pk for customer in group]
        Customer.objects.filter(pk__in=ids).update(owner=owner_id, team=team_id, **_stamp())
        moved = hand_over(
            customer_ids=ids, old_owner_id=old_owner_id, new_owner_id=owner_id, team_id=team_id
        )
        for customer_id, *rest in moved:
            before[customer_id]["moved"].append(rest)
    return before


def customers_give_back(customers: Iterable[Customer], before: dict[int, dict[str, Any]]) -> int:
    """Take ``customers_give`` back, exactly; customers and work that moved on since stay."""
    restored = 0
    work: dict[tuple[str, int | None, int | None, tuple[Any, Any]], list[int]] = defaultdict(list)
    for customer in customers:
        was = before[customer.pk]
        given = tuple(was["given"])
        if (customer.owner_id, customer.team_id) != given:
            continue
        Customer.objects.filter(pk=customer.pk).update(
            owner=was["owner"], team=was["team"], **_stamp()
        )
        restored += 1
        for kind, pk, owner, team in was["moved"]:
            work[(kind, owner, team, (given[0], given[1]))].append(pk)
    for (kind, owner, team, (new_owner, new_team)), pks in work.items():
        records: Any = apps.get_model(kind)._default_manager
        still = records.filter(Q(owner=new_owner) | Q(owner=owner), pk__in=pks, team=new_team)
        still.update(owner=owner, team=team)
    return restored


def _stamp() -> dict[str, Any]:
    return {"version": F("version") + 1, "updated_at": timezone.now()}
