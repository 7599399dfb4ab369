"""What a communication or follow-up is about: records of apps above, named by kind and number.

Each app above fills ``about_kinds`` with a function that gives the record when the user may
see it, and None otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

# Filled by the apps above: what a communication with a customer may be about, as (key, label).
about_offers: list[Callable[[Any, int], list[tuple[str, str]]]] = []
about_kinds: dict[str, Callable[[Any, int], Model | None]] = {}


@dataclass(frozen=True)
class Subject:
    """The record that something is about, with its kind."""

    kind: str
    record: Any

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.record.pk}"

    @property
    def customer_id(self) -> int | None:
        return getattr(self.record, "customer_id", None)


def register_about(kind: str, queryset: Callable[[Any], QuerySet[Any]]) -> None:
    """``register_about("deal", Deal.objects.visible_to)``: kind → what the user may see of it."""
    about_kinds[kind] = lambda user, pk: queryset(user).filter(pk=pk).first()


def find_subject(user: Any, kind: str, pk: int | None) -> Subject | None:
    """The record of that kind and number, if the user may see it."""
    find = about_kinds.get(kind)
    record = find(user, pk) if find and pk is not None else None
    return Subject(kind, record) if record is not None else None


def read_subject(user: Any, text: str) -> Subject | None:
    """The record that ``deal:12`` names, if the user may see it."""
    kind, _, number = text.partition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return find_subject(user, kind, int(number))
