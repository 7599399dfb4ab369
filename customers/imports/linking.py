"""The customer that a row about something else names: a contact's company, a deal's customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.imports.customer_rows import customer_pool, new_customer
from customers.imports.ledger import Ledger
from customers.imports.mapped import Cleaned, MappedImporter
from customers.imports.registry import Setting
from customers.imports.targets import Target, length_of, words
from customers.models import Customer

LINK_REASONS = {
    "no_customer": _("The customer is not there."),
    "ambiguous_customer": _("Several customers have this name; give the customer's external id."),
}
THEIR_CUSTOMER = _("Their customer")


def link_targets(group: Any) -> list[Target]:
    """The fields by which a row names a customer."""
    return [
        Target("customer", _("Customer"), group, length_of(Customer, "name")),
        Target("customer_id", _("The customer's external id"), group, words),
    ]


class CustomerLink:
    """Finds the customer that each row names, by external id or else by name.

    One that is not there is made when the person wants that; ``extra`` are the customer's
    columns that a row may say for a new one.
    """

    def __init__(self, importer: MappedImporter, setting: Setting) -> None:
        self.pool = customer_pool(setting, ("lifecycle",))
        self._importer = importer
        self._setting = setting

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        said = [cleaned.values for cleaned in rows]
        self.pool.look_up(
            {
                "external_id": {_id(values) for values in said},
                "name": {values.get("customer", "") for values in said},
            }
        )

    def find(self, values: Mapping[str, Any]) -> Any:
        """The customer, or None when none is named or nobody has it yet.

        Raises RowRejectedError when it cannot be told, or is missing and not to be made.
        """
        external_id, name = _id(values), values.get("customer", "")
        named = self._visible(self.pool.find("external_id", external_id))
        if not named:
            named = self._visible(self.pool.find("name", name))
            named = [one for one in named if not _has_other_id(one, external_id)]
        if len(named) > 1:
            raise self._importer.reject("ambiguous_customer", "customer")
        if named:
            return named[0]
        if (name or external_id) and not (name and self._setting.adds_customers):
            raise self._importer.reject("no_customer", "customer" if name else "customer_id")
        return None

    def candidates(self, values: Mapping[str, Any]) -> list[Any]:
        """All customers that the row may mean."""
        by_id = self.pool.find("external_id", _id(values))
        return [*by_id, *self.pool.find("name", values.get("customer", ""))]

    def make(self, values: Mapping[str, Any], extra: Iterable[str] = ()) -> Any:
        """A new customer of the name that the row says; None when it says none."""
        if not values.get("customer"):
            return None
        told = {name: values[name] for name in extra if values.get(name)}
        told |= {"name": values["customer"], "external_id": _id(values)}
        if self.pool.find("external_id", told["external_id"]):
            raise self._importer.reject("no_customer", "customer_id")
        customer = new_customer(self._setting, told)
        self.pool.add(customer)
        return customer

    def write(self, ledger: Ledger) -> None:
        ledger.objects["customers"] += len(self.pool.new)
        self.pool.write(ledger.changes)

    def _visible(self, customers: Sequence[Any]) -> list[Any]:
        return [customer for customer in customers if self.pool.may_see(customer)]


def _id(values: Mapping[str, Any]) -> str:
    """The first of the external ids; exports name several companies of one person."""
    said = values.get("customer_id") or [""]
    return str(said[0])


def _has_other_id(customer: Customer, external_id: str) -> bool:
    known = customer.external_id
    return bool(external_id and known and known != external_id)
