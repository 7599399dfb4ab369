"""Grow the demo company to any size by copying it under new names: minutes instead of an hour.

    python -m benchmarks.scale CUSTOMERS COMMUNICATIONS DEALS ORDERS

Every copied customer has a name, phone and e-mail of its own; of the copied customers' talks,
deals and orders as many are kept as the sizes ask for. Triggers keep the sums.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from typing import Any

SYLLABLES = "华安东方盛泰远博恒信联创新达兴隆嘉禾锦程瑞丰宏图启明卓越天合汇智中科云海金石百川"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰萍红娟玲辉建国志文博宇轩子涵欣怡"


@dataclass(frozen=True)
class Child:
    """A table that hangs on customers, and what its copies must not repeat."""

    table: str
    changed: dict[str, str]
    where: str = "true"


CHILDREN = {
    "communications": Child(
        "communications_communication", {"contact_id": "NULL", "need_id": "NULL"}
    ),
    "deals": Child("sales_deal", {"contact_id": "NULL", "need_id": "NULL"}),
    "orders": Child(
        "sales_order", {"number": "number || '-' || {copy}", "deal_id": "NULL", "quote_id": "NULL"},
        "kind = 'sale' AND refund_of_id IS NULL",
    ),
}  # fmt: skip


def main(sizes: dict[str, int]) -> None:
    import django

    django.setup()
    from django.db import connection

    from customers.models import Customer

    base = list(Customer.objects.order_by("pk"))
    first = base[0].pk
    if base[-1].pk - first + 1 != len(base):
        raise SystemExit("The customers that are there are not numbered without gaps.")
    copies = max(round(sizes["customers"] / len(base)) - 1, 0)
    shares = {name: _share(connection, child, sizes[name], copies)
              for name, child in CHILDREN.items()}  # fmt: skip
    chance = random.Random(1)
    for copy in range(1, copies + 1):
        shift = _copy_customers(connection, base, chance) - first
        for name, child in CHILDREN.items():
            _copy(connection, child, copy, end=first + len(base), shift=shift, share=shares[name])
        _copy_lines(connection, copy)
        print(f"copy {copy} of {copies}", flush=True)


def _share(connection: Any, child: Child, wanted: int, copies: int) -> float:
    """The part of each copy's rows that gives ``wanted`` rows in all."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE {child.where}) FROM {child.table}")
        there, copied = cursor.fetchone()
    return max(wanted - there, 0) / (copies * copied) if copies and copied else 0.0


def _copy_customers(connection: Any, base: list[Any], chance: random.Random) -> int:
    """The base's customers again under other names; gives the first new id."""
    from customers.imports.copying import copy_new
    from customers.models import Customer

    new = []
    for customer in base:
        values = {f.attname: getattr(customer, f.attname) for f in customer._meta.concrete_fields}
        for name in ("id", "submission", "search"):
            values.pop(name)
        made = Customer(**values)
        made.name = _name(made.name, chance)
        made.phone = made.phone and f"+861{chance.choice('3578')}{chance.randrange(10**9):09d}"
        made.email = made.email and f"{chance.randrange(10**9)}{made.email}"
        made.external_id = ""
        made.search = made.search_texts()
        new.append(made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM customers_customer")
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), %s)",
                       [first - 1])  # fmt: skip
    for start in range(0, len(new), 2_000):
        copy_new(new[start : start + 2_000])
    return first


def _name(name: str, chance: random.Random) -> str:
    if not "\u4e00" <= name[:1] <= "\u9fff":
        return f"{name} {chance.choice(SYLLABLES)}{chance.randrange(1000)}"
    if len(name) <= 4:
        return name[0] + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))
    return name[:2] + "".join(chance.choices(SYLLABLES, k=2)) + name[4:]


def _copy(connection: Any, child: Child, copy: int, *, end: int, shift: int, share: float) -> None:
    """Rows of the customers below ``end`` again, for the customers ``shift`` above them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER' AND column_name <> 'id'",
            [child.table],
        )
        columns = [row[0] for row in cursor.fetchall()]
        changed = {
            "customer_id": f"customer_id + {shift}", "submission": "NULL",
            **{name: text.format(copy=copy) for name, text in child.changed.items()},
        }  # fmt: skip
        values = ", ".join(changed.get(name, name) for name in columns)
        cursor.execute(
            f"INSERT INTO {child.table} ({', '.join(columns)}) SELECT {values} FROM {child.table}"
            f" WHERE {child.where} AND customer_id < {end}"
            f" AND abs(hashint8(id * 31 + {copy})) % 10000 < {round(share * 10_000)}"
        )


def _copy_lines(connection: Any, copy: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sales_orderline"
            " (order_id, position, product_id, description, quantity, unit_price)"
            " SELECT new.id, l.position, l.product_id, l.description, l.quantity, l.unit_price"
            " FROM sales_order new"
            " JOIN sales_order old ON new.number = old.number || '-' || %s::text"
            " JOIN sales_orderline l ON l.order_id = old.id",
            [str(copy)],
        )


if __name__ == "__main__":
    names = ("customers", "communications", "deals", "orders")
    main(dict(zip(names, map(int, sys.argv[1:5]), strict=True)))
