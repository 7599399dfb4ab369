"""Customers from a spreadsheet: one row per customer, columns named in English or Chinese.

A row is created when no customer has its external id, e-mail or phone (asked in this order),
updated when it changes one, skipped when it says nothing new. A blank cell never overwrites.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm.common.phones import normalise_phone
from crm.records.resources import SELLERS
from customers.imports.copying import copy_new
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.reading import Row
from customers.imports.registry import Importer, importer, missing_column
from customers.models import Customer

# What a column may be called, in lower case; the first name is ours.
NAMES: dict[str, tuple[str, ...]] = {
    "name": (
        "name", "customer", "customer name", "company", "company name", "account name",
        "full name", "名称", "姓名", "客户", "客户名称", "客户姓名", "公司", "公司名称",
    ),
    "external_id": (
        "external_id", "external id", "id", "customer id", "customerid", "record id",
        "account id", "客户编号", "编号", "外部编号", "客户id",
    ),
    "phone": (
        "phone", "phone number", "telephone", "tel", "mobile", "mobile phone", "mobile number",
        "电话", "手机", "手机号", "联系电话", "电话号码",
    ),
    "email": ("email", "e-mail", "email address", "mail", "邮箱", "电子邮件", "电子邮箱"),
    "kind": ("kind", "type", "customer type", "类型", "客户类型"),
    "lifecycle": ("lifecycle", "lifecycle stage", "status", "阶段", "状态", "生命周期", "客户状态"),
    "industry": ("industry", "行业", "所属行业"),
    "country": ("country", "billing country", "国家", "国家/地区"),
    "region": ("region", "state", "province", "state/region", "billing state", "地区", "省份"),
    "city": ("city", "billing city", "城市", "市", "所在城市"),
    "address": ("address", "street", "street address", "billing street", "地址", "详细地址"),
    "acquisition": ("acquisition", "acquisition channel", "channel", "获客渠道", "渠道"),
    "source": ("source", "lead source", "original source", "来源", "客户来源"),
    "note": ("note", "notes", "description", "remark", "备注", "说明"),
}  # fmt: skip
PLACES = {alias: field for field, aliases in NAMES.items() for alias in aliases}
# What a choice may be called, in lower case.
CALLED: dict[str, dict[str, tuple[str, ...]]] = {
    "kind": {
        "organisation": ("organization", "company", "组织", "企业", "公司", "单位"),
        "person": ("individual", "个人"),
    },
    "lifecycle": {
        "lead": ("潜在", "潜在客户"),
        "active": ("customer", "现有", "现有客户"),
        "lapsed": ("沉睡", "沉睡客户"),
        "lost": ("流失", "已流失", "流失客户"),
    },
    "acquisition": {
        "direct": ("direct sales", "直销"),
        "dealer": ("经销商", "经销"),
        "ecommerce": ("e-commerce", "电商"),
        "referral": ("转介绍", "推荐"),
        "exhibition": ("展会",),
        "website": ("网站", "官网"),
        "other": ("其他", "其它"),
    },
}
CHOICES = {
    field: {name: value for value, names in choices.items() for name in (value, *names)}
    for field, choices in CALLED.items()
}
LENGTHS = {field: getattr(Customer._meta.get_field(field), "max_length", None) for field in NAMES}
KEYS = ("external_id", "email", "phone")
WRITTEN = [*NAMES, "search", "version", "updated_at"]


@importer
class CustomerRows(Importer):
    kind = "customers"
    label = gettext_lazy("Customers")
    hint = gettext_lazy(
        "One row per customer. The first row names the columns: name, phone, e-mail, city… "
        "Known customers are found by external id, e-mail or phone; empty cells change nothing."
    )
    roles = SELLERS
    reasons = {
        "no_name": gettext_lazy("The name is missing."),
        "bad_phone": gettext_lazy("The phone number cannot be read."),
        "bad_email": gettext_lazy("The e-mail address is not valid."),
        "bad_choice": gettext_lazy("Kind, lifecycle or acquisition channel is unknown."),
        "too_long": gettext_lazy("A cell is too long for its field."),
        "foreign": gettext_lazy("The customer belongs to others or is in the trash."),
    }

    @classmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for place, title in enumerate(header):
            field = PLACES.get(title.casefold().replace("_", " "), PLACES.get(title.casefold()))
            if field is not None:
                found.setdefault(field, place)
        if "name" not in found:
            raise missing_column("name")
        return found

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        good = []
        for row in rows:
            try:
                good.append((row, self._values(row)))
            except RowRejectedError as reason:
                ledger.reject(row, str(reason))
        known = _Known(self.setting.actor, [values for _row, values in good])
        for row, values in good:
            self._settle(row, values, known, ledger)
        copy_new(known.made)
        Customer.objects.bulk_create(
            known.changed.values(), batch_size=500, update_conflicts=True,
            unique_fields=["id"], update_fields=WRITTEN,
        )  # fmt: skip
        ledger.objects["customers"] += len(known.made)

    def _settle(self, row: Row, values: dict[str, str], known: _Known, ledger: Ledger) -> None:
        customer = known.find(values)
        if customer is None:
            if not values.get("name"):
                ledger.reject(row, "no_name")
                return
            known.add(self._new(values))
            ledger.take(1, created=1)
        elif not known.may_write(customer):
            ledger.reject(row, "foreign")
        else:
            ledger.take(1, updated=int(known.change(customer, values)))

    def _new(self, values: dict[str, str]) -> Customer:
        customer = Customer(
            **{"source": self.setting.source, **values},
            team_id=self.setting.team_id,
            owner_id=self.setting.owner_id,
            created_by=self.setting.actor,
        )
        customer.search = customer.search_texts()
        return customer

    def _values(self, row: Row) -> dict[str, str]:
        """The cells that say something, ready to be stored."""
        values = {}
        for field, place in self.at.items():
            text = row.cells[place].strip()
            if not text:
                continue
            values[field] = _CLEAN.get(field, str)(text)
            limit = LENGTHS[field]
            if limit is not None and len(values[field]) > limit:
                raise RowRejectedError("too_long")
        return values


class _Known:
    """The customers that a chunk may mean, by each of their keys."""

    def __init__(self, actor: Any, rows: Sequence[dict[str, str]]) -> None:
        self.made: list[Customer] = []
        self.changed: dict[int, Customer] = {}
        self._by: dict[tuple[str, str], Customer] = {}
        self._writable: set[int] = set()
        asked = {key: {values[key] for values in rows if key in values} for key in KEYS}
        # External ids are unique over all teams; e-mail and phone name somebody in one's reach.
        by_id = asked["external_id"]
        found = list(Customer.objects.filter(external_id__in=by_id)) if by_id else []
        alive = Customer.objects.alive() if actor is None else Customer.objects.visible_to(actor)
        for key in ("phone", "email"):
            found += alive.filter(**{f"{key}__in": asked[key]}).order_by("-pk")
        everything = Customer.objects
        editable = everything.alive() if actor is None else everything.editable_by(actor)
        pks = {customer.pk for customer in found}
        self._writable = set(editable.filter(pk__in=pks).values_list("pk", flat=True))
        same: dict[int, Customer] = {}
        for customer in found:
            self._remember(same.setdefault(customer.pk, customer))

    def find(self, values: dict[str, str]) -> Customer | None:
        for key in KEYS:
            customer = self._by.get((key, values.get(key, "")))
            if customer is not None and not _another(customer, values):
                return customer
        return None

    def may_write(self, customer: Customer) -> bool:
        return customer.pk is None or customer.pk in self._writable

    def add(self, customer: Customer) -> None:
        self.made.append(customer)
        self._remember(customer)

    def change(self, customer: Customer, values: dict[str, str]) -> bool:
        """Whether the values said anything new."""
        news = {name: text for name, text in values.items() if getattr(customer, name) != text}
        for name, text in news.items():
            setattr(customer, name, text)
        if not news:
            return False
        customer.search = customer.search_texts()
        self._remember(customer)
        if customer.pk is not None and customer.pk not in self.changed:
            customer.version += 1
            customer.updated_at = timezone.now()
            self.changed[customer.pk] = customer
        return True

    def _remember(self, customer: Customer) -> None:
        for key in KEYS:
            text = getattr(customer, key)
            if text:
                self._by[(key, text)] = customer


def _another(customer: Customer, values: dict[str, str]) -> bool:
    """Whether both have an external id, and not the same."""
    asked = values.get("external_id")
    return bool(asked and customer.external_id and customer.external_id != asked)


def _phone(text: str) -> str:
    try:
        return normalise_phone(text, settings.DEFAULT_PHONE_REGION)
    except ValidationError:
        raise RowRejectedError("bad_phone") from None


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise RowRejectedError("bad_email") from None
    return text


def _choice(field: str) -> Callable[[str], str]:
    def clean(text: str) -> str:
        chosen = CHOICES[field].get(text.casefold())
        if chosen is None:
            raise RowRejectedError("bad_choice")
        return chosen

    return clean


_CLEAN: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "email": _email,
    **{field: _choice(field) for field in CHOICES},
}
