"""The customer that a row about something else names: a contact's company, a deal's customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports.customer_rows import customer_pool, new_customer
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.mapped import Cleaned, MappedImporter
from customers.imports.merged import Merges
from customers.imports.problems import CellError
from customers.imports.registry import Setting
from customers.imports.targets import Target, ids
from customers.models import Customer

LINK_REASONS = {
    "no_customer": _(
        "The customer is not there. Import the customers first, then this file again."
    ),
    "ambiguous_customer": _("Several customers have this name; give the customer's external id."),
}
THEIR_CUSTOMER = _("Their customer")
LONGEST = 200  # characters of a customer's name
# A name between semicolons; in quotes it may hold some itself.
_PART = re.compile(r'\s*"[^"\n]*[;；][^"\n]*"\s*(?=[;；\n]|$)|[^;；\n]+')
MOST_JOINED = 4  # parts between semicolons that may be one name


def link_targets(group: Any) -> list[Target]:
    """The fields by which a row names its customer, or several: “Acme; Bluebay”."""
    return [
        Target("customer", _("Customer"), group, _names),
        Target("customer_id", _("The customer's external id"), group, ids),
    ]


@dataclass
class Named:
    """A customer as a row names it; ``customer`` is None while nobody has it."""

    external_id: str
    name: str
    customer: Any = None


class CustomerLink:
    """Finds the customer that each row names, by external id or else by name.

    One that is not there is made when the person wants that; ``extra`` are the customer's
    columns that a row may say for a new one.
    """

    def __init__(self, importer: MappedImporter, setting: Setting) -> None:
        self.pool = customer_pool(setting, ("lifecycle",))
        self._importer = importer
        self._setting = setting
        self._merges = Merges(Customer, setting.actor)
        self._stand_for: dict[str, tuple[int, str]] = {}

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        said = [cleaned.values for cleaned in rows]
        ids = {one for values in said for one in values.get("customer_id") or ()}
        self._stand_for = self._merges.survivors("external_id", ids)
        self.pool.look_up(
            {
                "external_id": {one for values in said for one in self._ids(values)},
                "name": {name for values in said for name in _all_names(values)},
            }
        )

    def find(self, values: Mapping[str, Any], has: Callable[[Any], Any] | None = None) -> Any:
        """The first customer that is named; None when none is, or nobody has it yet.

        ``has`` says whether a customer has the record that the row is about: of several customers
        of one name it is the only one who does. Raises RowRejectedError when it cannot be told,
        or is missing and not to be made.
        """
        pairs = self._pairs(values)[:1]
        return self._told(*pairs[0], has).customer if pairs else None

    def find_all(
        self, values: Mapping[str, Any], has: Callable[[Any], Any] | None = None
    ) -> list[Named]:
        """Every customer that is named; ``has`` and errors as ``find``.

        Further external ids without a name that nobody has are left out.
        """
        pairs = self._pairs(values)
        return [
            self._told(external_id, name, has)
            for place, (external_id, name) in enumerate(pairs)
            if name or not place or self.pool.find("external_id", external_id)
        ]

    def _told(self, external_id: str, name: str, has: Callable[[Any], Any] | None) -> Named:
        try:
            return self._found(external_id, name)
        except RowRejectedError:
            named = self._visible(self.pool.find("name", name))
            named = [one for one in named if not _has_other_id(one, external_id)]
            theirs = [one for one in named if has and has(one)]
            if len(theirs) != 1:
                raise
            return Named(external_id, name, theirs[0])

    def _pairs(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """External ids and names as they belong together."""
        ids, said = self._ids(values), values.get("customer", "")
        names = self._divided(said)
        if len(ids) == 1 and len(said) <= LONGEST:
            names = [_bare(said)] if said else []
        if len(ids) > 1 and len(names) > 1 and len(ids) != len(names):
            names = []  # some name holds what divides them
        return list(zip_longest(ids, names, fillvalue=""))

    def _divided(self, said: str) -> list[str]:
        """The names in a cell; a known name that holds a semicolon is one name."""
        names: list[str] = []
        ends = _ends(said)
        while ends:
            start, _first = ends[0]
            known = (
                place
                for place in range(len(ends) - 1, 0, -1)
                if self.pool.find("name", said[start : ends[place][1]].strip())
            )
            last = next(known, 0)
            names.append(_bare(said[start : ends[last][1]]))
            ends = ends[last + 1 :]
        return list(dict.fromkeys(names))

    def _found(self, external_id: str, name: str) -> Named:
        """One customer, looked for by external id or else by name."""
        named = self._visible(self.pool.find("external_id", external_id))
        if not named:
            named = self._visible(self.pool.find("name", name))
            named = [one for one in named if not _has_other_id(one, external_id)]
        if len(named) > 1:
            raise self._importer.reject("ambiguous_customer", "customer")
        if named:
            return Named(external_id, name, named[0])
        if not (name and self._setting.adds_customers):
            raise self._importer.reject("no_customer", "customer" if name else "customer_id")
        return Named(external_id, name)

    def candidates(self, values: Mapping[str, Any]) -> list[Any]:
        """All customers that the row may mean."""
        by_id = (one for said in self._ids(values) for one in self.pool.find("external_id", said))
        by_name = (one for name in _all_names(values) for one in self.pool.find("name", name))
        return [*by_id, *by_name]

    def make(self, values: Mapping[str, Any], extra: Iterable[str] = ()) -> Any:
        """A new customer of the first name that the row says; None when it says none."""
        pairs = self._pairs(values)[:1]
        return self.make_named(Named(*pairs[0]), values, extra) if pairs else None

    def make_named(self, one: Named, values: Mapping[str, Any], extra: Iterable[str] = ()) -> Any:
        """A new customer; RowRejectedError when its external id belongs to one out of reach."""
        if not one.name:
            return None
        told = {name: values[name] for name in extra if values.get(name)}
        told |= {"name": one.name, "external_id": one.external_id}
        if self.pool.find("external_id", one.external_id):
            raise self._importer.reject("no_customer", "customer_id")
        customer = new_customer(self._setting, told)
        self.pool.add(customer)
        return customer

    def write(self, ledger: Ledger) -> None:
        ledger.objects["customers"] += len(self.pool.new)
        self.pool.write(ledger.changes)

    def _ids(self, values: Mapping[str, Any]) -> list[str]:
        """The external ids that a row names; of a customer that was merged, the survivor's."""
        said = list(values.get("customer_id") or ())
        return [self._stand_for.get(one, (0, ""))[1] or one for one in said]

    def _visible(self, customers: Sequence[Any]) -> list[Any]:
        return [customer for customer in customers if self.pool.may_see(customer)]


def _bare(said: str) -> str:
    """A name without the quotes that hold it together."""
    name = said.strip()
    whole = _PART.fullmatch(name)
    return name[1:-1].strip() if whole and name[0] == '"' and re.search("[;；]", name) else name


def _ends(said: str) -> list[tuple[int, int]]:
    """Where each part of a cell that is no blank begins and ends."""
    return [found.span() for found in _PART.finditer(said) if found[0].strip()]


def _all_names(values: Mapping[str, Any]) -> list[str]:
    """Everything that may be a name: the cell as it is, its parts, and neighbouring parts."""
    said = values.get("customer", "")
    ends = _ends(said)
    spans = [
        _bare(said[start:end])
        for place, (start, _end) in enumerate(ends)
        for _start, end in ends[place : place + MOST_JOINED]
    ]
    return list(dict.fromkeys([said, *spans])) if said else []


def _names(said: str) -> str:
    if any(end - start > LONGEST for start, end in _ends(said)):
        raise CellError("too_long")
    return said


def _has_other_id(customer: Customer, external_id: str) -> bool:
    known = customer.external_id
    return bool(external_id and known and known != external_id)
