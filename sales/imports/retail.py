"""Order lines of a web shop, in the shape of the UCI data set “Online Retail”.

A row is one line of an invoice: created when the order has no line at that place yet, updated
when the line is there with another product, quantity or price, skipped when it is the same.
Customers, orders and products that rows bring along count under “records made”. An order's
lines stand in the file in their order; the place within the invoice is a line's key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.years import is_known
from customers.imports.changes import make_new
from customers.imports.layout import Row
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.registry import Importer, Setting, importer, require
from customers.models import Customer
from sales.models import Channel, ExchangeRate, Order, OrderLine, Product

COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
)  # fmt: skip
AMERICAN = "%m/%d/%Y %H:%M"
MOST = Decimal(1_000_000_000)
NUMBER_LENGTH = 40
SKU_LENGTH = 60


@dataclass(slots=True)
class _Line:
    row: Row
    number: str
    position: int
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    ordered_at: datetime
    customer: str
    country: str


@importer
class OnlineRetail(Importer):
    kind = "online_retail"
    label = gettext_lazy("Orders of a web shop (Online Retail)")
    hint = gettext_lazy(
        "One row per order line. Customers, products and orders are made with it; invoices that "
        "start with C become refunds."
    )
    reasons = {
        "no_customer": gettext_lazy("The line names no customer."),
        "no_invoice": gettext_lazy("The invoice number is missing or too long."),
        "no_product": gettext_lazy("The stock code is missing or too long."),
        "bad_number": gettext_lazy("Quantity or price is not a number."),
        "bad_date": gettext_lazy("The date cannot be read."),
        "customer_foreign": gettext_lazy("The customer belongs to others or is in the trash."),
        "order_foreign": gettext_lazy("The order belongs to others or is in the trash."),
        "no_rate": gettext_lazy(
            "No exchange rate of the currency is known: amounts count one to one in the base "
            "currency. Add the rate before importing more."
        ),
    }
    default_currency = "GBP"
    uses_currency = True
    icon = "shopping-cart"
    chunk = 5_000
    parents = {"sales.orderline": "order"}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._places = [self.at[name] for name in COLUMNS]
        self._seen: dict[str, int] = {}  # invoice → lines so far
        self._began: dict[str, datetime] = {}  # invoice → date of its first line
        self._latest: dict[str, tuple[datetime, Decimal, str]] = {}  # sku → date, price, name
        self._rates: list[tuple[Any, Decimal]] | None = None

    @classmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        return require(header, COLUMNS)

    def survey(self, row: Row) -> None:
        """What each product is called and costs last in the file."""
        try:
            line = self._line(row, position=0)
        except RowRejectedError:
            return
        known = self._latest.get(line.sku)
        usable = line.unit_price > 0 or known is None
        if usable and (known is None or known[0] <= line.ordered_at):
            self._latest[line.sku] = (line.ordered_at, line.unit_price, line.description)

    def remember(self, row: Row) -> None:
        self._place(row)

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        lines = self._lines(rows, ledger)
        customers = self._customers(lines, ledger)
        lines = _keep(lines, ledger, "customer_foreign", lambda line: line.customer in customers)
        orders = self._orders(lines, customers, ledger)
        lines = _keep(lines, ledger, "order_foreign", lambda line: line.number in orders)
        self._write(lines, orders, self._products(lines, ledger), ledger)

    def _lines(self, rows: Sequence[Row], ledger: Ledger) -> list[_Line]:
        lines = []
        for row in rows:
            position = self._place(row)
            try:
                line = self._line(row, position)
            except RowRejectedError as reason:
                ledger.reject(row, str(reason))
                continue
            self._began.setdefault(line.number, line.ordered_at)
            lines.append(line)
        return lines

    def _place(self, row: Row) -> int:
        """The line's place within its invoice, from 1. Rejected lines take a place too."""
        number = row.cells[self._places[0]].strip()
        place = self._seen[number] = self._seen.get(number, 0) + 1
        if place == 1 and (began := _moment(row.cells[self._places[4]].strip())):
            self._began[number] = began
        return place

    def _line(self, row: Row, position: int) -> _Line:
        values = [row.cells[place].strip() for place in self._places]
        number, sku, description, quantity_text, date_text, price_text, customer, country = values
        if not number or len(number) > NUMBER_LENGTH:
            raise RowRejectedError("no_invoice")
        if not sku or len(sku) > SKU_LENGTH:
            raise RowRejectedError("no_product")
        if not (customer := customer.removesuffix(".0")):
            raise RowRejectedError("no_customer")
        quantity, price = _number(quantity_text), _number(price_text)
        if quantity is None or price is None or price < 0:
            raise RowRejectedError("bad_number")
        ordered_at = _moment(date_text)
        if ordered_at is None:
            raise RowRejectedError("bad_date")
        if _is_refund(number):
            quantity = -abs(quantity)
        return _Line(
            row, number, position, sku, description[:200], quantity, price, ordered_at,
            customer[:80], country[:80],
        )  # fmt: skip

    def _customers(self, lines: list[_Line], ledger: Ledger) -> dict[str, Customer]:
        """The customers of the lines that may be written, by external id; missing ones are made."""
        countries = {line.customer: line.country for line in reversed(lines)}
        named = Customer.objects.filter(external_id__in=countries)
        known = set(named.values_list("external_id", flat=True))
        missing = [self._customer(key, countries[key]) for key in countries if key not in known]
        make_new(missing, ledger.changes)
        ledger.objects["customers"] += len(missing)
        usable = _mine(Customer, self.setting.actor).filter(external_id__in=countries)
        return {customer.external_id: customer for customer in usable}

    def _customer(self, key: str, country: str) -> Customer:
        customer = Customer(
            name=_("Customer %(id)s") % {"id": key},
            external_id=key,
            country=country,
            lifecycle=Customer.Lifecycle.ACTIVE,
            acquisition=Customer.Acquisition.ECOMMERCE,
            source=self.setting.source,
            team_id=self.setting.team_id,
            owner_id=self.setting.owner_id,
            created_by=self.setting.actor,
        )
        customer.search = customer.search_texts()
        return customer

    def _products(self, lines: list[_Line], ledger: Ledger) -> dict[str, int]:
        """Ids by SKU. A product that is already in the catalogue stays as people keep it."""
        skus = {line.sku for line in lines}
        known = set(Product.objects.filter(sku__in=skus).values_list("sku", flat=True))
        missing = [self._product(sku) for sku in sorted(skus - known)]
        make_new(missing, ledger.changes)
        ledger.objects["products"] += len(missing)
        return dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))

    def _product(self, sku: str) -> Product:
        _when, price, name = self._latest[sku]
        product = Product(
            sku=sku, name=name or sku, price=round(price, 2), currency=self.setting.currency,
            team_id=self.setting.team_id, created_by=self.setting.actor,
        )  # fmt: skip
        product.search = product.search_texts()
        return product

    def _orders(
        self, lines: list[_Line], customers: dict[str, Customer], ledger: Ledger
    ) -> dict[str, int]:
        """Ids of the lines' orders by number, as far as they may be written."""
        heads = {line.number: line for line in reversed(lines)}
        known = set(Order.objects.filter(number__in=heads).values_list("number", flat=True))
        channel = _web_shop()
        missing = [
            self._order(line, customers[line.customer], channel, ledger)
            for line in heads.values()
            if line.number not in known
        ]
        make_new(missing, ledger.changes)
        ledger.objects["orders"] += len(missing)
        usable = _mine(Order, self.setting.actor).filter(number__in=heads)
        return dict(usable.values_list("number", "pk"))

    def _order(self, line: _Line, customer: Customer, channel: Channel, ledger: Ledger) -> Order:
        ordered_at = self._began[line.number]
        order = Order(
            number=line.number,
            kind=Order.Kind.REFUND if _is_refund(line.number) else Order.Kind.SALE,
            customer=customer,
            channel=channel,
            status=Order.Status.COMPLETED,
            ordered_at=ordered_at,
            currency=self.setting.currency,
            rate=self._rate(ordered_at, ledger),
            team_id=customer.team_id,
            owner_id=customer.owner_id,
            created_by=self.setting.actor,
        )
        order.search = order.search_texts()
        return order

    def _rate(self, at: datetime, ledger: Ledger) -> Decimal:
        """The currency's rate of that day; before the first known day the first one."""
        if self.setting.currency == settings.BASE_CURRENCY:
            return Decimal(1)
        if self._rates is None:
            found = ExchangeRate.objects.filter(currency=self.setting.currency)
            self._rates = list(found.order_by("from_date").values_list("from_date", "rate"))
        if not self._rates:
            ledger.warn("no_rate")
            return Decimal(1)
        day = timezone.localdate(at)
        valid = [rate for from_date, rate in self._rates if from_date <= day]
        return valid[-1] if valid else self._rates[0][1]

    def _write(
        self, lines: list[_Line], orders: dict[str, int], products: dict[str, int], ledger: Ledger
    ) -> None:
        there = {
            (line.order_id, line.position): line
            for line in OrderLine.objects.filter(order__in=set(orders.values()))
        }
        new, changed = [], []
        for line in lines:
            values = {
                "product_id": products[line.sku],
                "description": line.description,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
            }
            old = there.get((orders[line.number], line.position))
            if old is None:
                order_id = orders[line.number]
                new.append(OrderLine(order_id=order_id, position=line.position, **values))
            elif news := {n: v for n, v in values.items() if getattr(old, n) != v}:
                ledger.changes.changed(old, {n: getattr(old, n) for n in news}, news)
                for name, value in news.items():
                    setattr(old, name, value)
                changed.append(old)
        make_new(new, ledger.changes)
        OrderLine.objects.bulk_update(
            changed, ["product", "description", "quantity", "unit_price"], batch_size=500
        )
        ledger.take(len(lines), created=len(new), updated=len(changed))


def _keep(
    lines: list[_Line], ledger: Ledger, reason: str, usable: Callable[[_Line], bool]
) -> list[_Line]:
    kept = []
    for line in lines:
        if usable(line):
            kept.append(line)
        else:
            ledger.reject(line.row, reason)
    return kept


def _mine(model: Any, actor: Any) -> Any:
    """What the importing person may change; the system may change all that is not in the trash."""
    return model.objects.alive() if actor is None else model.objects.editable_by(actor)


def _web_shop() -> Channel:
    channel, _made = Channel.objects.get_or_create(
        code="ecommerce", defaults={"name": "电商", "name_en": "E-commerce"}
    )
    return channel


def _is_refund(number: str) -> bool:
    return number[:1] in {"C", "c"}


@lru_cache(maxsize=10_000)
def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < MOST else None


@lru_cache(maxsize=10_000)
def _moment(text: str) -> datetime | None:
    """A date of the file, in the company's time zone."""
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        try:
            naive = datetime.strptime(text, AMERICAN)  # noqa: DTZ007  # made aware below
        except ValueError:
            return None
    if not is_known(naive):
        return None
    return naive if naive.tzinfo else timezone.make_aware(naive, timezone.get_default_timezone())
