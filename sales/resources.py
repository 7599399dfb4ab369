"""The lists and pages of deals, orders, products and targets."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common import tones
from crm.common.columns import (
    BadgeColumn,
    Column,
    DayColumn,
    DueColumn,
    LinkColumn,
    MomentColumn,
    MoneyColumn,
    PercentColumn,
    RelatedColumn,
    SinceColumn,
    YesColumn,
)
from crm.records.keyset import Sort
from crm.records.resources import KEEPERS, SELLERS, Fact, Resource
from sales import services
from sales.filters import (
    DealFilterSet,
    OrderFilterSet,
    PriceListFilterSet,
    ProductFilterSet,
    QuoteFilterSet,
    TargetFilterSet,
)
from sales.forms import DealForm, OrderForm, PriceListForm, ProductForm, QuoteForm, TargetForm
from sales.models import Deal, Order, PriceList, Product, Quote, Target
from sales.next_steps import with_next_step
from sales.selectors import (
    deal_page,
    order_page,
    price_list_page,
    quote_page,
    target_page,
    with_achieved,
)
from sales.stages import StageColumn
from sales.target_columns import AttainmentColumn, PeriodColumn, WhoseColumn

tones.register(
    "sales.order", "status",
    {"draft": "secondary", "confirmed": "blue", "shipped": "indigo", "completed": "green",
     "cancelled": "red"},
)  # fmt: skip
tones.register(
    "sales.quote", "status",
    {"draft": "secondary", "sent": "blue", "accepted": "green", "declined": "red",
     "expired": "orange", "replaced": "secondary"},
)  # fmt: skip
tones.register("sales.order", "kind", {"sale": "secondary", "refund": "orange"})


def _base(record: Any) -> str:
    return settings.BASE_CURRENCY


def _initial(*names: str) -> Any:
    """The values that a link to the form may bring along."""

    def read(request: Any) -> dict[str, Any]:
        return {name: request.GET[name] for name in names if request.GET.get(name)}

    return read


def _deal_tabs(user: Any) -> list[tuple[Any, str]]:
    tabs: list[tuple[Any, str]] = [
        (_("All deals"), ""),
        (pgettext_lazy("deal", "Open"), "status=open"),
    ]
    if user.is_manager:
        tabs.append((_("My open deals"), f"status=open&owner={user.pk}"))
    if not user.is_agent:
        tabs.append((_("Overdue"), "status=open&next_step=overdue"))
        tabs.append((_("No next step"), "status=open&next_step=none"))
        tabs.append((_("Longer than usual"), "status=open&slow=true"))
    return [
        *tabs,
        (pgettext_lazy("deal", "Won"), "status=won"),
        (pgettext_lazy("deal", "Lost"), "status=lost"),
    ]


DEALS = Resource(
    model=Deal,
    namespace="sales",
    prefix="deal_",
    api="deals",
    icon="target-arrow",
    columns=[
        LinkColumn("name", _("Deal")),
        RelatedColumn("customer", _("Customer")),
        StageColumn("stage", _("Stage")),
        MoneyColumn("amount", _("Amount"), sort="amount"),
        PercentColumn("probability", _("Probability")),
        DayColumn("expected_close", _("Expected close"), sort="close"),
        DueColumn("next_step_at", _("Next step")),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
        Column("currency", _("Currency"), default=False),
        Column("contact", _("Contact"), path="contact.name", default=False),
        Column("external_id", _("External id"), default=False),
        Column("pipeline", _("Pipeline"), path="pipeline.label", default=False),
        BadgeColumn("lost_reason", _("Reason for losing"), default=False),
        MomentColumn("closed_at", _("Closed on"), default=False),
        SinceColumn("created_at", pgettext_lazy("date", "Created"), sort="created", default=False),
        Column("note", _("Note"), css="cell-wide", default=False),
    ],
    sorts=[
        Sort("updated", "updated_at"),
        Sort("created", "created_at"),
        Sort("amount", "amount_base"),
        Sort("close", "expected_close", nullable=True),
    ],
    default_sort="-updated",
    prepared=True,
    filterset=DealFilterSet,
    form=DealForm,
    create=services.deal_create,
    update=services.deal_update,
    trash=services.deal_trash,
    restore=services.deal_restore,
    creators=SELLERS,
    select=["owner", "customer", "stage", "contact", "pipeline"],
    select_when_shown=["contact", "pipeline"],
    enrich=lambda deals, user: with_next_step(deals),
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("contact", _("Contact"))),
        Fact(RelatedColumn("need", _("Need"))),
        Fact(MoneyColumn("amount", _("Amount"), css=""), always=True),
        Fact(PercentColumn("probability", _("Probability"), css=""), always=True),
        Fact(MoneyColumn("weighted_base", _("Weighted"), css="", currency=_base)),
        Fact(DayColumn("expected_close", _("Expected close")), always=True),
        Fact(DayColumn("closed_at", _("Closed on"))),
        Fact(BadgeColumn("lost_reason", _("Reason for losing"))),
        Fact(Column("pipeline", _("Pipeline"), path="pipeline.label")),
        Fact(Column("owner", _("Owner"), path="owner.display_name")),
        Fact(Column("note", _("Note"))),
    ],
    inline_in_list=["expected_close", "owner"],
    inline=["name", "contact", "amount", "probability", "expected_close", "owner", "note"],
    list_template="sales/deal_list.html",
    detail_template="sales/deal_detail.html",
    files=True,
    detail_context=deal_page,
    tabs=_deal_tabs,
    initial=_initial("customer", "contact"),
    empty=_("No deals yet. Add the first one or make one from a customer's need."),
)

ORDERS = Resource(
    model=Order,
    namespace="sales",
    prefix="order_",
    api="orders",
    icon="shopping-cart",
    columns=[
        LinkColumn("number", _("Order")),
        RelatedColumn("customer", _("Customer")),
        BadgeColumn("kind", _("Kind")),
        BadgeColumn("status", _("Status")),
        Column("channel", _("Sales channel"), path="channel.label"),
        MoneyColumn("total", _("Total"), sort="total"),
        DayColumn("ordered_at", _("Ordered"), sort="ordered"),
        Column("owner", _("Owner"), path="owner.display_name"),
        Column("currency", _("Currency"), default=False),
        MoneyColumn("total_base", _("Total in base currency"), currency=_base, default=False),
        Column("deal", _("Deal"), path="deal.name", default=False),
        Column("note", _("Note"), css="cell-wide", default=False),
        SinceColumn("updated_at", _("Updated"), sort="updated", default=False),
    ],
    sorts=[
        Sort("ordered", "ordered_at"),
        Sort("total", "total_base"),
        Sort("updated", "updated_at"),
    ],
    default_sort="-ordered",
    prepared=True,
    filterset=OrderFilterSet,
    form=OrderForm,
    create=services.order_create,
    update=services.order_update,
    trash=services.order_trash,
    restore=services.order_restore,
    creators=SELLERS,
    select=["owner", "customer", "channel", "deal"],
    select_when_shown=["deal"],
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("deal", _("Deal"))),
        Fact(RelatedColumn("quote", _("Quote"))),
        Fact(RelatedColumn("refund_of", _("Refund of"))),
        Fact(Column("channel", _("Sales channel"), path="channel.label"), always=True),
        Fact(MomentColumn("ordered_at", _("Ordered")), always=True),
        Fact(Column("currency", _("Currency")), always=True),
        Fact(Column("note", _("Note"))),
    ],
    detail_template="sales/order_detail.html",
    form_template="sales/order_form.html",
    detail_context=order_page,
    initial=_initial("customer", "deal"),
    empty=_("No orders yet."),
)

PRODUCTS = Resource(
    model=Product,
    namespace="sales",
    prefix="product_",
    api="products",
    icon="package",
    columns=[
        LinkColumn("name", _("Product"), sort="name"),
        Column("sku", _("SKU")),
        Column("category", _("Category")),
        MoneyColumn("price", _("Price")),
        Column("currency", _("Currency"), default=False),
        YesColumn("active", _("On sale")),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
    ],
    sorts=[Sort("updated", "updated_at"), Sort("name", "name")],
    default_sort="-updated",
    filterset=ProductFilterSet,
    form=ProductForm,
    create=services.product_create,
    update=services.product_update,
    trash=services.product_trash,
    restore=services.product_restore,
    creators=KEEPERS,
    select=["owner"],
    facts=[
        Fact(Column("sku", _("SKU")), always=True),
        Fact(Column("category", _("Category")), always=True),
        Fact(MoneyColumn("price", _("Price"), css=""), always=True),
        Fact(YesColumn("active", _("On sale")), always=True),
    ],
    empty=_("No products yet."),
)

# ``Quote.label`` in files.
QUOTE_LABEL = Concat("number", Value(" v"), Cast("revision", CharField()))
QUOTES = Resource(
    model=Quote,
    namespace="sales",
    prefix="quote_",
    api="quotes",
    icon="file-invoice",
    columns=[
        LinkColumn("quote", _("Quote"), path="label", export=QUOTE_LABEL),
        RelatedColumn("customer", _("Customer")),
        BadgeColumn("status", _("Status")),
        MoneyColumn("total", _("Total"), sort="total"),
        DayColumn("quoted_on", _("Date"), sort="date"),
        DayColumn("valid_until", _("Valid until")),
        Column("owner", _("Owner"), path="owner.display_name"),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
    ],
    sorts=[Sort("updated", "updated_at"), Sort("date", "quoted_on"), Sort("total", "total")],
    default_sort="-updated",
    filterset=QuoteFilterSet,
    form=QuoteForm,
    create=services.quote_create,
    update=services.quote_update,
    trash=services.quote_trash,
    restore=services.quote_restore,
    creators=SELLERS,
    select=["owner", "customer"],
    facts=[
        Fact(RelatedColumn("customer", _("Customer")), always=True),
        Fact(RelatedColumn("contact", _("Contact"))),
        Fact(RelatedColumn("deal", _("Deal"))),
        Fact(DayColumn("quoted_on", _("Date")), always=True),
        Fact(DayColumn("valid_until", _("Valid until")), always=True),
        Fact(BadgeColumn("language", _("Language"))),
        Fact(MomentColumn("sent_at", pgettext_lazy("quote", "Sent"))),
        Fact(MomentColumn("decided_at", _("Decided"))),
        Fact(Column("terms", _("Terms"))),
    ],
    detail_template="sales/quote_detail.html",
    form_template="sales/quote_form.html",
    detail_context=quote_page,
    initial=_initial("customer", "deal", "contact"),
    editable=lambda user: Quote.objects.editable_by(user).filter(status=Quote.Status.DRAFT),
    closed=_("Only a draft can be changed; this version of the quote was sent or decided."),
    tabs=lambda user: [
        (_("All quotes"), ""),
        (pgettext_lazy("quote", "Draft"), "status=draft"),
        (pgettext_lazy("quote", "Sent"), "status=sent"),
        (pgettext_lazy("quote", "Accepted"), "status=accepted"),
    ],
    empty=_("No quotes yet. Make one from a deal."),
)

PRICE_LISTS = Resource(
    model=PriceList,
    namespace="sales",
    prefix="price_list_",
    api="price-lists",
    icon="tag",
    columns=[
        LinkColumn("name", _("Price list"), sort="name"),
        BadgeColumn("audience", _("For")),
        Column("segment", _("Segment"), path="segment.label"),
        Column("currency", _("Currency")),
        DayColumn("starts_on", _("From")),
        DayColumn("ends_on", _("Until (not included)")),
        YesColumn("active", pgettext_lazy("price list", "In use")),
        SinceColumn("updated_at", _("Updated"), sort="updated"),
    ],
    sorts=[Sort("updated", "updated_at"), Sort("name", "name")],
    default_sort="-updated",
    filterset=PriceListFilterSet,
    form=PriceListForm,
    create=services.price_list_create,
    update=services.price_list_update,
    trash=services.price_list_trash,
    restore=services.price_list_restore,
    creators=KEEPERS,
    select=["owner", "segment"],
    facts=[
        Fact(BadgeColumn("audience", _("For")), always=True),
        Fact(Column("segment", _("Segment"), path="segment.label")),
        Fact(Column("currency", _("Currency")), always=True),
        Fact(DayColumn("starts_on", _("From"))),
        Fact(DayColumn("ends_on", _("Until (not included)"))),
        Fact(YesColumn("active", pgettext_lazy("price list", "In use")), always=True),
    ],
    detail_template="sales/price_list_detail.html",
    form_template="sales/price_list_form.html",
    detail_context=price_list_page,
    empty=_("No price lists yet. The catalogue's prices apply."),
)

TARGETS = Resource(
    model=Target,
    namespace="sales",
    prefix="target_",
    api="targets",
    icon="target",
    columns=[
        PeriodColumn("starts_on", _("Period"), sort="period"),
        WhoseColumn("owner", pgettext_lazy("target", "Person"), path="owner.display_name"),
        Column("team", _("Team"), path="team.label"),
        MoneyColumn("amount", _("Target"), sort="amount"),
        MoneyColumn("achieved", _("Sold"), currency=_base),
        AttainmentColumn("attainment", _("Attainment"), export=False),
    ],
    sorts=[Sort("period", "starts_on"), Sort("amount", "amount")],
    default_sort="-period",
    filterset=TargetFilterSet,
    form=TargetForm,
    create=services.target_create,
    update=services.target_update,
    trash=services.target_trash,
    restore=services.target_restore,
    creators=KEEPERS,
    readers=SELLERS,
    select=["owner", "team"],
    enrich=lambda targets, user: with_achieved(targets, user),
    facts=[
        Fact(Column("owner", pgettext_lazy("target", "Person"), path="owner.display_name")),
        Fact(Column("team", _("Team"), path="team.label")),
        Fact(DayColumn("starts_on", _("From")), always=True),
        Fact(DayColumn("ends_on", _("Until (not included)")), always=True),
        Fact(MoneyColumn("amount", _("Target"), css=""), always=True),
    ],
    list_template="sales/target_list.html",
    detail_template="sales/target_detail.html",
    detail_context=target_page,
    empty=_("No targets yet. Plan the first period."),
)
