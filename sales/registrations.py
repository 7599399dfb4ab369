"""What sales put into the navigation, the search, the customer's page and my day."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from communications.about import about_offers, register_about
from communications.bulk import plan_action
from communications.models import About
from crm.common import rates
from crm.common.registries import (
    CustomerTab,
    HomeCard,
    NavItem,
    PageAction,
    Panel,
    QuickCreate,
    SearchProvider,
    customer_panels,
    customer_tabs,
    home_cards,
    nav_items,
    ownership_followers,
    page_actions,
    quick_creates,
    search_providers,
    timeline_sources,
)
from crm.common.searching import SearchQuery, search_values
from crm.records.bulk import bulk_actions
from crm.records.lists import export_pages
from crm.records.resources import SELLERS
from sales import bulk, part_history  # noqa: F401  # fill the registries
from sales.cards import deal_cards, target_card
from sales.currency import rate_table
from sales.customer_panels import customer_deals, customer_path, deals_of, orders_of
from sales.models import Deal, Order, Product, Quote
from sales.reports import delivery  # noqa: F401  # fills mailables
from sales.services import follow_customer
from sales.timeline import SOURCES

TEXT: CharField[str, str] = CharField()

nav_items += [
    NavItem(_("Deals"), "sales:deal_list", "target-arrow", 30, key="d"),
    NavItem(_("Sales board"), "sales:board", "layout-kanban", 31, SELLERS, key="b"),
    NavItem(_("Orders"), "sales:order_list", "shopping-cart", 33, key="o"),
    NavItem(_("Quotes"), "sales:quote_list", "file-invoice", 32, SELLERS, key="q"),
    NavItem(_("Price lists"), "sales:price_list_list", "tag", 35, section="upkeep"),
    NavItem(_("Products"), "sales:product_list", "package", 34, section="upkeep"),
    NavItem(
        _("Reports"), "sales:reports", "report-analytics", 81, SELLERS, section="insight", key="r"
    ),
    NavItem(_("Funnel"), "sales:funnel", "filter", 82, SELLERS, section="insight"),
    NavItem(_("Forecast"), "sales:forecast", "chart-line", 83, SELLERS, section="insight"),
    NavItem(_("Sales plan"), "sales:target_list", "target", 84, SELLERS, section="insight"),
]
rates.tables.append(rate_table)
quick_creates += [
    QuickCreate(_("Deal"), "sales:deal_create", "target-arrow", 40, SELLERS),
    QuickCreate(_("Order"), "sales:order_create", "shopping-cart", 50, SELLERS),
]


def _deals(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Deal.objects.visible_to(user), "deals", query,
        newest="updated_at", label="name", hint="customer__name",
    )  # fmt: skip


def _orders(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Order.objects.visible_to(user), "orders", query,
        newest="ordered_at", label="number", hint="customer__name",
    )  # fmt: skip


def _quotes(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Quote.objects.visible_to(user), "quotes", query,
        newest="updated_at", label=Concat("number", Value(" v"), "revision", output_field=TEXT),
        hint="customer__name",
    )  # fmt: skip


def _products(user: Any, query: SearchQuery) -> Any:
    return search_values(
        Product.objects.visible_to(user), "products", query,
        newest="updated_at", label="name", hint="sku",
    )  # fmt: skip


search_providers += [
    SearchProvider("deals", _("Deals"), "target-arrow", 40, "sales:deal_detail", _deals),
    SearchProvider("orders", _("Orders"), "shopping-cart", 50, "sales:order_detail", _orders),
    SearchProvider("quotes", _("Quotes"), "file-invoice", 55, "sales:quote_detail", _quotes),
    SearchProvider("products", _("Products"), "package", 60, "sales:product_detail", _products),
]
timeline_sources += SOURCES
customer_panels += [
    Panel("path", "sales/panels/path.html", 5, customer_path, column="above"),
    Panel("deals", "sales/panels/deals.html", 20, customer_deals),
]
customer_tabs += [
    CustomerTab(
        "deals",
        _("Deals"),
        "target-arrow",
        10,
        "sales/panels/deal_rows.html",
        deals_of,
        lambda rows: rows.select_related("stage").order_by(F("closed_at").desc(nulls_first=True)),
        all_url="sales:deal_list",
        add_url="sales:deal_create",
        adders=SELLERS,
    ),
    CustomerTab(
        "orders",
        _("Orders"),
        "shopping-cart",
        20,
        "sales/panels/order_rows.html",
        orders_of,
        lambda rows: rows.order_by("-ordered_at", "-pk"),
        all_url="sales:order_list",
        add_url="sales:order_create",
        adders=SELLERS,
    ),
]
home_cards += [
    HomeCard("deals", "sales/cards/deals.html", 30, SELLERS, deal_cards),
    HomeCard("targets", "sales/cards/targets.html", 32, SELLERS, target_card),
]
page_actions += [
    PageAction("customers.need", "sales/panels/need_action.html", SELLERS),
    PageAction("customers.customer", "sales/panels/lead_action.html", SELLERS),
]
ownership_followers.append(follow_customer)
export_pages["sales.report"] = (_("Reports"), "sales:reports")
bulk_actions.append(plan_action("sales.deal", About.DEAL))
register_about(About.DEAL, Deal.objects.visible_to)


def _deals_to_speak_of(user: Any, customer_id: int) -> list[tuple[str, str]]:
    found = deals_of(user, customer_id).open().order_by("-amount_base")[:20]
    return [(f"{About.DEAL}:{deal.pk}", deal.name) for deal in found]


about_offers.append(_deals_to_speak_of)
