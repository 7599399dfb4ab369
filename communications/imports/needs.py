"""Needs: one row per need, with its customer and the communications in which it came up.

A need is found by its title at its customer. Communications are told by their CRM numbers and
must be the customer's; the others are left out with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communications.models import Communication
from crm.records.resources import SELLERS
from customers.imports import headers
from customers.imports.customer_rows import may_give
from customers.imports.ledger import Ledger
from customers.imports.linking import LINK_REASONS, CustomerLink, link_targets
from customers.imports.mapped import OWNER, Cleaned, MappedImporter
from customers.imports.owners import OwnerBook
from customers.imports.pool import Key, Pool
from customers.imports.registry import Setting, importer
from customers.imports.targets import Target, choice, length_of, words
from customers.models import Need

UNKNOWN = "unknown_communication"
OWN = ("title", "product", "priority", "status", "description")
AT_CUSTOMER = Key(
    "place", lambda need: f"{need.customer_id}:{need.title}",
    lambda said: Q(
        customer__in={int(one.partition(":")[0]) for one in said},
        title__in={one.partition(":")[2] for one in said},
    ),
)  # fmt: skip
NUMBER = Key("number", lambda one: str(one.pk), lambda said: Q(pk__in=map(int, said)))
_priority = choice(Need, "priority", headers.PRIORITY_CALLED)


@importer
class NeedRows(MappedImporter):
    kind = "needs"
    label = _("Needs")
    hint = _("What customers want: one row per need, with its customer.")
    icon = "bulb"
    roles = SELLERS
    model = Need
    names = headers.NEED
    needed = ("title",)
    may_add_customers = True
    targets = [
        Target("title", _("Need"), clean=length_of(Need, "title")),
        *link_targets(""),
        Target("product", _("Product"), "", length_of(Need, "product"), ""),
        Target("priority", _("Priority"), "", lambda said: int(_priority(said)), choices=True),
        Target("status", _("Status"), "", choice(Need, "status", headers.NEED_STATUS_CALLED),
               choices=True),
        Target("description", _("Description"), "", length_of(Need, "description"), "", joins="\n"),
        Target("communications", _("From communications"), "", words),
        Target("owner", OWNER.label, "", OWNER.clean),
    ]  # fmt: skip
    reasons = {
        "no_name": _("The name is missing."),
        "needs_customer": _("The row names no customer."),
        "foreign_need": _("The need belongs to others or is in the trash."),
        UNKNOWN: _(
            "Some communications in the file are not known here or belong to others; their needs "
            "came without them."
        ),
        "unknown_owner": _(
            "Some owners in the file are no colleagues here; their records went to the owner "
            "chosen for the import."
        ),
        **LINK_REASONS,
    }

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._link = CustomerLink(self, setting)
        self._owners = OwnerBook(setting)
        self._missed = False
        shared: dict[str, Any] = {"actor": setting.actor, "shelf": setting.shelf}
        kept = sorted({*self.kept(), "title", "customer_id"})
        self._needs = Pool(Need, [AT_CUSTOMER], kept=kept, **shared)
        self._said = Pool(Communication, [NUMBER], kept=["customer_id", "need_id"], **shared)

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        return [t for t in super().offered(actor) if t.key != "owner" or may_give(actor)]

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        self._link.look_up(rows)
        said = [row.values for row in rows]
        self._needs.look_up({"place": {
            f"{customer.pk}:{values.get('title', '')}"
            for values in said for customer in self._link.candidates(values)
        }})  # fmt: skip
        self._said.look_up({"number": {number for values in said for number in _numbers(values)}})

    def settle(self, values: dict[str, Any]) -> str:
        title = values.get("title", "")
        if not title:
            raise self.reject("no_name")
        customer = self._link.find(
            values, lambda one: self._needs.find("place", f"{one.pk}:{title}")
        )
        if customer is None and not values.get("customer"):
            raise self.reject("needs_customer", "customer")
        known = self._needs.find("place", f"{customer.pk}:{title}") if customer else []
        need = known[0] if known else None
        if need is not None and not self._needs.may_write(need):
            raise self.reject("foreign_need")
        told = {name: values[name] for name in OWN if name in values}
        if custom := self.custom_of(values):
            told["custom"] = custom
        if need is None:
            self._came_up(self._add(values, told, customer or self._link.make(values)), values)
            return "created"
        changed = self._needs.change(need, told)
        return "updated" if self._came_up(need, values) or changed else "skipped"

    def write(self, ledger: Ledger) -> None:
        self._link.write(ledger)
        ledger.objects["needs"] += len(self._needs.new)
        self._needs.write(ledger.changes)
        self._said.write(ledger.changes)
        self._owners.tell(ledger)
        if self._missed:
            ledger.warn(UNKNOWN)

    def _add(self, values: Mapping[str, Any], told: dict[str, Any], customer: Any) -> Need:
        custom = {key: said for key, said in told.get("custom", {}).items() if said is not None}
        need = Need(
            **{**told, "custom": custom}, customer_id=customer.pk, team_id=customer.team_id,
            owner_id=self.setting.owner_id or customer.owner_id, created_by=self.setting.actor,
        )  # fmt: skip
        if owner := self._owners.find(values.get("owner", "")):
            need.owner_id = owner.pk
        self._needs.add(need)
        return need

    def _came_up(self, need: Need, values: Mapping[str, Any]) -> bool:
        """Whether the need has a communication that it did not have."""
        new = False
        for number in values.get("communications", ()):
            found = self._said.find("number", number) if number.isdecimal() else []
            said = found[0] if found and found[0].customer_id == need.customer_id else None
            if said is not None and said.need_id == need.pk:
                continue
            if said is None or not self._said.may_write(said):
                self._missed = True
                continue
            new = self._said.change(said, {"need_id": need.pk}) or new
        return new


def _numbers(values: Mapping[str, Any]) -> list[str]:
    return [one for one in values.get("communications", ()) if one.isdecimal() and len(one) < 19]
