"""Every table says what it holds on a person; apps fill this in ``apps.ready``.

A column of text, JSON, bytes or a file is in one of four ways accounted for, and an architecture
test finds the one that is not:

- ``Holding.blank``: the person's rows get this value (their history too);
- ``Holding.kept``: says nothing about a person (a code, a category, a currency);
- ``Hunt``: may name anybody, no key says whom; texts that name the person are blanked;
- ``impersonal``: nothing in the whole table is about customers and their people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation

from crm.common.registries import Text
from crm.records.personal.identifiers import Identifiers

Model = type[models.Model]
# What a column becomes: a value, or what gives one for the column that holds the record's id.
Blank = Any


@dataclass(frozen=True)
class Subject:
    """The person: the customers and contacts that are them, and how texts name them."""

    customers: frozenset[int] = frozenset()
    contacts: frozenset[int] = frozenset()
    identifiers: Identifiers = field(default_factory=Identifiers)
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Holding:
    """What one table holds on a person.

    ``rows(subject)`` finds the rows; ``blank`` says what columns become, in the history too,
    ``also`` what changes in the rows alone; with ``gone`` the rows are deleted instead.
    ``order``: children (which are found through their parents) come first, the customers
    themselves (``ROOTS`` and after) last. ``files`` names file columns whose files go as well;
    ``told``: a part of the bundle that the person may ask for.
    """

    model: Model
    rows: Callable[[Subject], Q]
    blank: Mapping[str, Blank] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    also: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False
    order: int = 50
    files: tuple[str, ...] = ()
    told: bool = True

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def of(self, subject: Subject) -> Any:
        """The person's rows, trashed ones too."""
        return self.model._base_manager.filter(self.rows(subject))


@dataclass(frozen=True)
class Hunt:
    """Columns in which anybody may be named.

    ``read(row)`` gives the texts in which to look (the columns by default); ``heal(row,
    identifiers)`` changes a row that names the person (with ``every``: each row is asked) and says
    whether it did; without it each text that names them is blanked.
    """

    model: Model
    columns: tuple[str, ...]
    kept: frozenset[str] = frozenset()
    heal: Callable[[Any, Identifiers], bool] | None = None
    read: Callable[[Any], Any] | None = None
    every: bool = False


holdings: list[Holding] = []
hunts: list[Hunt] = []
# Tables about colleagues, settings and machines: why nothing in them is about customers.
impersonal: dict[Model, str] = {}


@dataclass(frozen=True)
class Cleaner:
    """What no table describes: files on disk, sessions. ``clean(subject, work)`` gives a number.

    ``last``: after the person's rows, when nothing can bring the text back. ``covers``: the
    columns that it answers for.
    """

    label: Text
    clean: Callable[[Subject, Any], int]
    last: bool = False
    covers: Mapping[Model, tuple[str, ...]] = field(default_factory=dict)


cleaners: dict[str, Cleaner] = {}
ROOTS = 90


def in_order() -> list[Holding]:
    return sorted(holdings, key=lambda holding: (holding.order, holding.label))


def rows_of_the_person(subject: Subject, name: Callable[[Holding], Q | None]) -> Q:
    """Rows that point to records by kind and id: ``name(holding)`` bounds them to its kind."""
    found = Q(pk__in=[])
    for holding in holdings:
        bound = name(holding)
        if bound is not None:
            found |= bound
    return found


def numbered(text: Text) -> Callable[[str], Any]:
    """A name that says nothing but which record it is: “已抹除的客户 / Erased customer #12”.

    In every language, for it outlasts whoever asked for it.
    """

    def name(key: str) -> Any:
        said = []
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                said.append(str(text))
        return Concat(Value(f"{' / '.join(dict.fromkeys(said))} #"), Cast(key, CharField()))

    return name


# The columns of every record (crm.common.models.Record).
RECORD_BLANK: dict[str, Blank] = {"search": None, "custom": {}}
