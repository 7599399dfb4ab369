"""Deals: one row per deal, with its customer and its stage.

A deal is found by external id, else by its name at its customer. Stages are known by their names
in either language, by what HubSpot, Salesforce and Zoho call theirs, or by the probability.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.records.resources import SELLERS
from customers.imports import headers
from customers.imports.changes import make_new
from customers.imports.customer_rows import may_give
from customers.imports.days import day, moment
from customers.imports.headers import plain
from customers.imports.layout import Row
from customers.imports.ledger import Ledger
from customers.imports.linking import LINK_REASONS, CustomerLink, link_targets
from customers.imports.mapped import OWNER, Cleaned, MappedImporter
from customers.imports.owners import OwnerBook
from customers.imports.people import CONTACT_REASONS, ContactBook, contact_targets
from customers.imports.pool import Key, Pool, by_column
from customers.imports.registry import Setting, importer
from customers.imports.targets import Target, external_id, length_of, text
from sales.currency import MissingRateError, converted, rate_on
from sales.imports.deal_cells import (
    amount,
    currency,
    currency_beside,
    currency_in,
    lost,
    probability,
)
from sales.imports.deal_namesakes import Namesakes
from sales.imports.deal_stages import StageBook, per_cent_of
from sales.models import Deal, Stage, StageChange
from sales.services.deals import enter_stage

ENTERED = ("stage_id", "pipeline_id", "stage_since", "closed_at", "lost_reason", "probability")
WORTH = ("amount", "currency", "amount_base")
OUR_STEP = frozenset({"nextstep", "下一步"})
OVER = {0, 100}

AT_CUSTOMER = Key(
    "place", lambda deal: f"{deal.customer_id}:{deal.name}",
    lambda said: Q(
        customer__in={int(one.partition(":")[0]) for one in said},
        name__in={one.partition(":")[2] for one in said},
    ),
)  # fmt: skip


@importer
class DealRows(MappedImporter):
    kind = "deals"
    label = _("Deals")
    hint = _("Opportunities: one row per deal, with its customer, stage and amount.")
    icon = "target-arrow"
    roles = SELLERS
    model = Deal
    names = headers.DEAL
    keys = [("external_id", _("External id"))]
    may_add_customers = True
    uses_currency = True
    targets = [
        Target("name", _("Name"), clean=length_of(Deal, "name")),
        *link_targets(""),
        *contact_targets(),
        Target("stage", _("Stage"), clean=str.strip),
        Target("outcome", _("Won or lost"), clean=str.strip),
        Target("pipeline", _("Pipeline"), clean=str.strip),
        Target("amount", _("Amount"), clean=amount, figures=True),
        Target("currency", _("Currency"), clean=currency),
        Target("probability", _("Probability (%)"), clean=probability, figures=True),
        Target("expected_close", _("Expected close"), "", day(False), None, needs_order=True),
        Target("closed_on", _("Closed on"), "", moment(False), needs_order=True, timed=True),
        Target("created_on", _("Created on"), "", day(False), needs_order=True),
        Target("lost_reason", _("Reason for losing"), clean=text(200)),
        Target("external_id", _("External id"), clean=external_id(Deal)),
        Target("owner", OWNER.label, "", OWNER.clean),
        Target("note", _("Note"), "", length_of(Deal, "note"), "", joins="\n"),
    ]
    reasons = {
        "no_name": _("The name is missing."),
        "needs_customer": _("The row names no customer."),
        "foreign_deal": _("The deal belongs to others or is in the trash."),
        "no_key": _("The cell by which records are found is blank."),
        "unknown_stage": _("No stage has this name."),
        "no_stages": _("There is no pipeline yet. An administrator sets it up."),
        "bad_currency": _("The currency is not three letters, such as CNY or GBP."),
        "missing_rate": _("No exchange rate of the currency is known."),
        "unknown_owner": _(
            "Some owners in the file are no colleagues here; their records went to the owner "
            "chosen for the import."
        ),
        **LINK_REASONS,
        **CONTACT_REASONS,
    }
    parents = {"sales.stagechange": "deal"}
    unknown = frozenset({"bad_choice", "unknown_stage"})
    together = {"sales.deal": (ENTERED, WORTH, ("customer_id", "team_id"))}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._link = CustomerLink(self, setting)
        self._owners = OwnerBook(setting)
        self._people = ContactBook(setting.actor)
        self._stages = StageBook()
        self._namesakes = Namesakes(self._stages.by_id)
        self._rates: dict[str, Decimal] = {}
        self._moves: list[StageChange] = []
        self._deals = Pool(
            Deal, [by_column("external_id", everywhere=True), AT_CUSTOMER],
            actor=setting.actor, shelf=setting.shelf,
            kept=sorted({*self.kept(), *ENTERED, *WORTH, "external_id", "customer_id", "team_id",
                         "contact_id"}),
        )  # fmt: skip

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        return [t for t in super().offered(actor) if t.key != "owner" or may_give(actor)]

    @classmethod
    def choices_of(cls, key: str) -> list[str]:
        if key != "stage":
            return super().choices_of(key)
        stages = Stage.objects.order_by("-pipeline__is_default", "pipeline", "order")
        return [str(stage) for stage in stages]

    @classmethod
    def guess(
        cls, header: Sequence[str], actor: Any, sample: Sequence[Sequence[str]] = ()
    ) -> dict[int, str]:
        """The only date of closing is the expected one: so others call it for all deals."""
        mapping = super().guess(header, actor, sample)
        if {"updated", "更新"} & {plain(title) for title in header}:
            # Our own files: “Next step” is a time there, a text in those of others.
            mapping = {p: k for p, k in mapping.items() if plain(header[p]) not in OUR_STEP}
        if "expected_close" in mapping.values():
            return mapping
        return {p: "expected_close" if k == "closed_on" else k for p, k in mapping.items()}

    @classmethod
    def stays(cls, label: str, found: Mapping[int, Any]) -> set[int]:
        """A move after which the deal went on is part of its history now."""
        if label != "sales.stagechange":
            return set()
        deals = {change.deal_id for change in found.values()}
        last: dict[int, int] = {}
        every = StageChange.objects.filter(deal__in=deals).order_by("at", "pk")
        last.update(every.values_list("deal_id", "pk"))
        return {pk for pk, change in found.items() if last.get(change.deal_id) != pk}

    def complete(self, cleaned: Cleaned) -> None:
        """A status may say that it is over; an amount its currency: USD 60,000.00."""
        outcome = cleaned.values.pop("outcome", "")
        if per_cent_of(outcome) in OVER:
            cleaned.values["stage"] = outcome
        if "amount" not in cleaned.values or "currency" in cleaned.values:
            return
        place = self.at["amount"]
        said = currency_beside(cleaned.row.cells[place])
        if code := said or currency_in(self.header[place]):
            cleaned.values["currency"] = code

    def remember(self, row: Row) -> None:
        values = self.clean(row).values
        if not values.get("external_id"):
            self._namesakes.count(values)

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        self._moves = []
        self._link.look_up(rows)
        ids, places = set(), set()
        for cleaned in rows:
            values = cleaned.values
            ids.add(values.get("external_id", ""))
            for customer in self._link.candidates(values):
                places.add(f"{customer.pk}:{values.get('name', '')}")
        self._deals.look_up({"external_id": ids, "place": places})
        houses = {deal.customer_id for deal in self._deals.known.values()}
        self._people.look_up(rows, houses | self._link.pool.known.keys())

    def settle(self, values: dict[str, Any]) -> str:
        customer = self._link.find(values, lambda one: self._named(one, values))
        deal = self._find(values, customer)
        if deal is not None and not self._deals.may_write(deal):
            raise self.reject("foreign_deal")
        stage = self._stages.find(self, values, deal)
        if deal is not None:
            return self._change(deal, values, customer, stage)
        if not values.get("name"):
            raise self.reject("no_name")
        if customer is None and not values.get("customer"):
            raise self.reject("needs_customer", "customer")
        worth = self._worth(values, Decimal(0), self.setting.currency)
        self._add(values, customer or self._link.make(values), stage, worth)
        return "created"

    def write(self, ledger: Ledger) -> None:
        self._link.write(ledger)
        ledger.objects["deals"] += len(self._deals.new)
        self._deals.write(ledger.changes)
        if self.setting.shelf is None:
            make_new(self._moves, ledger.changes)
        self._owners.tell(ledger)
        self._people.tell(ledger)

    def _find(self, values: Mapping[str, Any], customer: Any) -> Any:
        asked = values.get("external_id", "")
        if self.setting.key and not asked:
            raise self.reject("no_key", "external_id")
        if found := self._deals.find("external_id", asked):
            return found[0]
        row = 1 if asked else self._namesakes.count(values)
        if customer is None or self.setting.key:
            return None
        same = [deal for deal in self._named(customer, values) if not (asked and deal.external_id)]
        return self._namesakes.pick(same, values, row)

    def _named(self, customer: Any, values: Mapping[str, Any]) -> list[Deal]:
        """The customer's deals of the row's name."""
        return self._deals.find("place", f"{customer.pk}:{values.get('name', '')}")

    def _add(
        self, values: Mapping[str, Any], customer: Any, stage: Stage, worth: dict[str, Any]
    ) -> None:
        custom = {k: v for k, v in self.custom_of(values).items() if v is not None}
        own = ("name", "external_id", "expected_close")
        deal = Deal(
            contact_id=self._people.find(values, customer.pk),
            **{name: values[name] for name in own if name in values}, **worth,
            custom=custom, customer_id=customer.pk, team_id=customer.team_id,
            owner_id=self.setting.owner_id or customer.owner_id,
            created_by=self.setting.actor,
        )  # fmt: skip
        if owner := self._owners.find(values.get("owner", "")):
            deal.owner_id = owner.pk
        deal.note = _note(values)
        reason = lost(values)[0]
        began = _moment(values.get("created_on"))
        at = _closing(values) if stage.kind != Stage.Kind.OPEN else began
        enter_stage(deal, stage, at, lost_reason=reason, probability=values.get("probability"))
        self._deals.add(deal)
        first = self._stages.first_of(stage)
        if stage.kind != Stage.Kind.OPEN and "created_on" in values and began < at and first:
            self._move(deal, None, first, began)
            self._move(deal, first, stage, at)
        else:
            self._move(deal, None, stage, at)

    def _change(self, deal: Deal, values: Mapping[str, Any], customer: Any, stage: Stage) -> str:
        own = ("name", "external_id", "expected_close")
        told: dict[str, Any] = {name: values[name] for name in own if name in values}
        if "note" in values:
            told["note"] = _note(values)
        told |= self._worth(values, deal.amount, deal.currency, deal.amount_base)
        if custom := self.custom_of(values):
            told["custom"] = custom
        if customer is not None and customer.pk != deal.customer_id:
            told |= {"customer_id": customer.pk, "team_id": customer.team_id}
        told |= self._contact(values, told.get("customer_id", deal.customer_id))
        left = deal.stage_id
        if stage.pk != left:
            entered = copy.copy(deal)
            at = timezone.now() if stage.kind == Stage.Kind.OPEN else _closing(values)
            reason = lost(values)[0]
            enter_stage(
                entered, stage, at, lost_reason=reason, probability=values.get("probability")
            )
            told |= {name: getattr(entered, name) for name in ENTERED}
        elif "probability" in values and stage.kind == Stage.Kind.OPEN:
            told["probability"] = values["probability"]
        if not self._deals.change(deal, told):
            return "skipped"
        if stage.pk != left:
            self._move(deal, self._stages.by_id[left], stage, told["stage_since"])
        return "updated"

    def _contact(self, values: Mapping[str, Any], customer_id: int) -> dict[str, Any]:
        """Nobody who is known: the contact stays; a blank cell empties it when that is wanted."""
        if values.get("contact") == "" and not values.get("contact_external_id"):
            return {"contact_id": None}
        found = self._people.find(values, customer_id)
        return {"contact_id": found} if found else {}

    def _move(self, deal: Deal, left: Stage | None, stage: Stage, at: datetime) -> None:
        move = StageChange(
            deal_id=deal.pk, from_stage=left, to_stage=stage, at=at, by=self.setting.actor
        )
        self._moves.append(move)

    def _worth(
        self,
        values: Mapping[str, Any],
        amount: Decimal,
        code: str,
        base: Decimal | None = None,
    ) -> dict[str, Any]:
        """Amount, currency and the amount in the base currency, by today's rate."""
        told = values.get("amount", amount), values.get("currency", code)
        if base is not None and told == (amount, code):
            return {}
        try:
            rate = self._rate(told[1])
        except MissingRateError:
            named = "currency" if "currency" in self.at else "amount"
            raise self.reject("missing_rate", named) from None
        return dict(zip(WORTH, (*told, converted(told[0], rate)), strict=True))

    def _rate(self, code: str) -> Decimal:
        if code not in self._rates:
            self._rates[code] = rate_on(code, timezone.localdate())
        return self._rates[code]


def _note(values: Mapping[str, Any]) -> str:
    """The note, with a reason for losing that is none of ours."""
    note = str(values.get("note", ""))
    if said := lost(values)[1]:
        line = gettext("Reason for losing: %(reason)s") % {"reason": said}
        return f"{note}\n{line}".strip()
    return note


def _closing(values: Mapping[str, Any]) -> datetime:
    """When a deal that is over was closed, if need be as was expected; never in the future."""
    return _moment(values.get("closed_on") or values.get("expected_close"))


def _moment(on: date | None) -> datetime:
    """Noon of a day in the company's zone, a time as it is, now for none and for days to come."""
    now = timezone.now()
    if on is None:
        return now
    if isinstance(on, datetime):
        return min(now, on)
    zone = timezone.get_default_timezone()
    return min(now, timezone.make_aware(datetime.combine(on, time(12)), zone))
