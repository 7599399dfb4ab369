"""What the pages about duplicates show."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.common.columns import phone
from crm.common.formats import day
from crm.common.names import name_key
from crm.common.phones import normalise_phone
from crm.records.keyset import Page, Sort, capped_count, paginate
from customers.duplicates.models import DuplicatePair, Merge
from customers.duplicates.values import FIELDS, JOINED, OTHER, SURVIVOR, default_choice
from customers.models import Customer

PAGE = 15
MOST_SIMILAR = 5
# Beginnings of names shorter than this say too little.
LEAST_CHINESE, LEAST_LATIN = 4, 6
LEVELS = {
    3: ("equal", pgettext_lazy("agreement", "same")),
    2: ("close", pgettext_lazy("agreement", "nearly the same")),
    1: ("akin", pgettext_lazy("agreement", "similar")),
    0: ("unlike", pgettext_lazy("agreement", "different")),
}
_BY_KEY = dict(LEVELS.values())
SHOWN = ("name", "phone", "email", "address", "city", "region")
BY_PROBABILITY = Sort("probability", "probability")


@dataclass(frozen=True)
class Similar:
    """A customer like the one being typed, and what is the same."""

    customer: Customer
    reasons: list[str]


def similar_customers(
    user: Any, *, name: str = "", phone: str = "", email: str = "", but: int | None = None
) -> list[Similar]:
    """Customers that the user sees with the same phone, e-mail or name, in one query.

    Three short look-ups by index: whatever the number of customers, the answer comes at once.
    """
    asked = _asked(name, phone, email)
    seen = Customer.objects.visible_to(user).exclude(pk=but)
    lookups = [seen.filter(LOOKUPS[key](value)) for key, value in asked.items()]
    branches = [found.order_by().values_list("pk", flat=True)[:MOST_SIMILAR] for found in lookups]
    if not branches:
        return []
    first, *others = branches
    ids = list(first.union(*others)) if others else list(first)
    found = Customer.objects.filter(pk__in=ids).select_related("owner") if ids else []
    similar = [Similar(customer, _reasons(customer, asked)) for customer in found]
    return sorted(similar, key=lambda one: (-len(one.reasons), one.customer.pk))[:MOST_SIMILAR]


# Each is served by a partial index; the planner does not see by itself that a text is not empty.
LOOKUPS: dict[str, Callable[[str], Q]] = {
    "phone": lambda value: Q(phone=value),
    "email": lambda value: Q(Exact(Lower("email"), value)) & ~Q(email=""),
    "name": lambda value: Q(name_key=value) & ~Q(name_key=""),
    "start": lambda value: Q(name_key__startswith=value) & ~Q(name_key=""),
}


def _asked(name: str, phone: str, email: str) -> dict[str, str]:
    """What was typed, as it is looked up; what is not typed to the end is left out."""
    asked = {}
    if phone.strip():
        with contextlib.suppress(ValidationError):
            asked["phone"] = normalise_phone(phone, settings.DEFAULT_PHONE_REGION)
    if "@" in email:
        asked["email"] = email.strip().lower()
    key = name_key(name)
    if len(key) >= 2:
        asked["name"] = key
        if len(key) >= (LEAST_CHINESE if key > "\u3000" else LEAST_LATIN):
            asked["start"] = key
    return asked


def _reasons(customer: Customer, asked: dict[str, str]) -> list[str]:
    reasons = []
    if customer.phone and customer.phone == asked.get("phone"):
        reasons.append(_("same phone"))
    if customer.email and customer.email.lower() == asked.get("email"):
        reasons.append(_("same e-mail"))
    if customer.name_key == asked.get("name"):
        reasons.append(_("same name"))
    elif "start" in asked and customer.name_key.startswith(asked["start"]):
        reasons.append(_("name begins alike"))
    return reasons


def pair_rows(user: Any, state: str, after: str, before: str) -> tuple[Page, int, bool]:
    """A page of pairs in ``state``, likeliest first, with both records; their number, capped."""
    pairs = DuplicatePair.objects.visible_to(user).filter(state=state)
    mergeable = Customer.objects.mergeable_by(user)
    decidable = DuplicatePair.objects.decidable_by(user).filter(pk=OuterRef("pk"))
    shown = pairs.select_related("first__owner", "second__owner", "decided_by").annotate(
        may_decide=Exists(decidable),
        may_merge=Exists(mergeable.filter(pk=OuterRef("first")))
        & Exists(mergeable.filter(pk=OuterRef("second"))),
    )
    page = paginate(shown, BY_PROBABILITY, descending=True, size=PAGE, after=after, before=before)
    count, exact = capped_count(pairs)
    for pair in page.rows:
        pair.name_line, *pair.lines = _lines(pair)
        pair.percent = int(100 * pair.probability)
    return page, count, exact


def merge_rows(user: Any, after: str, before: str) -> tuple[Page, int, bool]:
    """A page of merges, newest first."""
    merges = Merge.objects.visible_to(user).filter(undone_at=None)
    undoable = Merge.objects.undoable_by(user).filter(pk=OuterRef("pk"))
    shown = merges.select_related("winner", "loser", "made_by").annotate(may_undo=Exists(undoable))
    page = paginate(
        shown, Sort("made", "made_at"), descending=True, size=PAGE, after=after, before=before
    )
    count, exact = capped_count(merges)
    return page, count, exact


def _lines(pair: DuplicatePair) -> list[dict[str, Any]]:
    """Both values of each compared field with how far they agree."""
    agreed = {entry["field"]: entry for entry in pair.evidence}
    lines = []
    for name in SHOWN:
        first, second = getattr(pair.first, name), getattr(pair.second, name)
        if not first and not second:
            continue
        entry = agreed.get(name)
        level = entry["level"] if entry and first and second else ""
        render = phone_text if name == "phone" else str
        lines.append(
            {
                "label": Customer._meta.get_field(name).verbose_name,  # type: ignore[union-attr]  # a column
                "first": render(first), "second": render(second),
                "level": level, "agreement": _BY_KEY.get(level, ""),
            }
        )  # fmt: skip
    return lines


def phone_text(number: str) -> Any:
    return phone(number)


EXTRA = [
    ("owner", gettext_lazy("Owner")),
    ("order_count", gettext_lazy("Orders")),
    ("open_deals", gettext_lazy("Open deals")),
    ("open_requests", gettext_lazy("Open requests")),
]


def merge_lines(
    survivor: Customer, other: Customer, chosen: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """The fields in which both differ, with the proposed choice."""
    lines = []
    for name in FIELDS:
        mine, theirs = getattr(survivor, name), getattr(other, name)
        if mine == theirs:
            continue
        field: Any = Customer._meta.get_field(name)
        options = [(SURVIVOR, _shown(survivor, name)), (OTHER, _shown(other, name))]
        lines.append(
            {
                "name": name, "label": field.verbose_name, "options": options,
                "both": name in JOINED and mine and theirs,
                "chosen": (chosen or {}).get(name) or default_choice(name, survivor, other),
            }
        )  # fmt: skip
    return lines


def merge_facts(survivor: Customer, other: Customer) -> list[tuple[Any, Any, Any]]:
    """What is not chosen but helps to choose: (label, survivor's, other's)."""
    facts = [
        (label, getattr(survivor, name) or "–", getattr(other, name) or "–")
        for name, label in EXTRA
    ]
    created = (pgettext_lazy("date", "Created"), day(survivor.created_at), day(other.created_at))
    return [*facts, created]


def same_lines(survivor: Customer, other: Customer) -> Sequence[tuple[Any, str]]:
    """The filled fields in which both agree: (label, value)."""
    return [
        (Customer._meta.get_field(name).verbose_name, _shown(survivor, name))  # type: ignore[union-attr]  # a column
        for name in FIELDS
        if getattr(survivor, name) == getattr(other, name) and getattr(survivor, name)
    ]


def _shown(customer: Customer, name: str) -> Any:
    value = getattr(customer, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "phone":
        return phone_text(value)
    field: Any = Customer._meta.get_field(name)
    return getattr(customer, f"get_{name}_display")() if field.choices else value
