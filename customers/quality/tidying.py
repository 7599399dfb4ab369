"""Putting right what a machine can put right without a doubt: spaces, full width, notations, and
the region of a city of which the company's own records agree.

A change of many rows like the others: only what the actor may edit, each row kept as it was.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from crm.common.names import name_key
from crm.common.phones import normalise_phone
from crm.records.bulk import Before, Chunk
from customers.models import Customer
from customers.quality.issues import EMAIL

# Issues whose list may be put right at once.
TIDIED = frozenset({"untidy_name", "odd_phone", "odd_email", "no_region"})
# So many customers of a city must name a region, and such a share of them the same one.
LEAST, AGREED = 5, 0.95
_STORED_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]+")
_SPACES = re.compile(r"\s+")
_WRITTEN = [
    "name",
    "name_key",
    "phone",
    "email",
    "city",
    "region",
    "search",
    "version",
    "updated_at",
]


def tidied(customer: Customer, regions: Mapping[str, str]) -> dict[str, str]:
    """The values that can be put right, as they would be; nothing for a guess.

    ``regions``: city → its region.
    """
    city = tidy_text(customer.city)
    proposed = {
        "name": tidy_text(customer.name) or customer.name,
        "phone": tidy_phone(customer.phone),
        "email": tidy_email(customer.email),
        "city": city,
        "region": customer.region or regions.get(city, ""),
    }
    return {name: value for name, value in proposed.items() if value != getattr(customer, name)}


def regions_of_cities(user: Any) -> dict[str, str]:
    """The region of each city of which the customers that the user sees agree. One query."""
    told = Customer.objects.visible_to(user).exclude(city="").exclude(region="").order_by()
    counted: dict[str, dict[str, int]] = {}
    for city, region, n in told.values_list("city", "region").annotate(n=Count("pk")):
        counts = counted.setdefault(tidy_text(city), {})
        counts[region] = counts.get(region, 0) + n
    found = {}
    for city, counts in counted.items():
        region = max(counts, key=lambda name: counts[name])
        if counts[region] >= max(LEAST, AGREED * sum(counts.values())):
            found[city] = region
    return found


def tidy_text(text: str) -> str:
    """Half-width letters and digits, single spaces, none at the edges.

    >>> tidy_text(" ＡＢ　百川  科技 ")
    'AB 百川 科技'
    """
    narrow = _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return _SPACES.sub(" ", narrow).strip()


def tidy_phone(text: str) -> str:
    """A number as it is stored; one that no country knows stays as it was written."""
    if not text or _STORED_PHONE.fullmatch(text):
        return text
    with contextlib.suppress(ValidationError):
        plain = unicodedata.normalize("NFKC", text)
        return normalise_phone(plain, settings.DEFAULT_PHONE_REGION)
    return text


def tidy_email(text: str) -> str:
    """Small letters, half width, no spaces; what is no address even then stays."""
    plain = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return plain if re.fullmatch(EMAIL, plain) else text


def tidy(chunk: Chunk, ids: Sequence[int]) -> Before:
    """Put the values of a chunk right; what each was before and became."""
    before: Before = {}
    changed = []
    if "regions" not in chunk.kept:
        chunk.kept["regions"] = regions_of_cities(chunk.actor)
    for customer in chunk.locked(ids):
        values = tidied(customer, chunk.kept["regions"])
        if values:
            was = {name: getattr(customer, name) for name in values}
            before[customer.pk] = {"was": was, "now": values}
            changed.append(_with(customer, values))
    _write(changed)
    return before


def untidy(chunk: Chunk, before: Before) -> int:
    """Give back what each value was, unless somebody has changed it since."""
    changed = []
    for customer in chunk.locked(list(before)):
        known = before[customer.pk]
        values = {
            name: was
            for name, was in known["was"].items()
            if getattr(customer, name) == known["now"][name]
        }
        if values:
            changed.append(_with(customer, values))
    _write(changed)
    return len(changed)


def _with(customer: Customer, values: dict[str, Any]) -> Customer:
    for name, value in values.items():
        setattr(customer, name, value)
    customer.name_key = name_key(customer.name)
    customer.search = customer.search_texts()
    customer.version += 1
    customer.updated_at = timezone.now()
    return customer


def _write(customers: list[Customer]) -> None:
    Customer.objects.bulk_update(customers, _WRITTEN)
