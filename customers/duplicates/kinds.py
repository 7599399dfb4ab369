"""What is looked for twice, customers or contacts: the same pages serve both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from customers.duplicates.contact_merging import contact_merge, contact_merge_undo
from customers.duplicates.merging import customer_merge, merge_undo
from customers.duplicates.models import ContactMerge, ContactPair, DuplicatePair, Merge
from customers.models import Contact, Customer


@dataclass(frozen=True)
class Doubles:
    """``prefix`` stands before the names of its addresses."""

    model: type[Any]
    pairs: type[Any]
    merges: type[Any]
    merge: Callable[..., Any]
    undo: Callable[..., tuple[Any, list[str]]]
    prefix: str = ""

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"customers:{self.prefix}{page}", args=args)

    @property
    def of_contacts(self) -> bool:
        return self.model is Contact


CUSTOMERS = Doubles(Customer, DuplicatePair, Merge, customer_merge, merge_undo)
CONTACTS = Doubles(
    Contact, ContactPair, ContactMerge, contact_merge, contact_merge_undo, "contact_"
)
