"""What analytics puts into the navigation, on the pages of customers, deals and requests, and into
lists."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics import csat_risk, staffing_pages, win_columns, win_pages
from analytics.attribution import panels as attribution
from analytics.attribution.lists import CreditedFilter
from analytics.boards import mailing, printing  # noqa: F401  # mailing fills its registry
from analytics.customer_columns import COLUMNS, FILTERS, SORTS, with_found
from analytics.customer_scores import scores_panel
from analytics.models import CustomerScore, CustomerValue, NextProduct, RequestRisk, WinChance
from analytics.outlook import target_panel
from crm.common.registries import NavItem, Panel, customer_panels, nav_items, record_panels
from crm.records.lists import export_pages
from crm.records.resources import KEEPERS, list_extras
from customers.duplicates.relations import computed_models
from customers.filters import CustomerFilterSet
from customers.resources import CUSTOMERS
from sales.filters import DealFilterSet, OrderFilterSet
from sales.offers import LearnedChance, deal_tags, learned_chances
from sales.resources import DEALS, TARGETS
from service.filters import RequestFilterSet
from service.offers import desk_panels, request_badges, request_panels
from service.resources import REQUESTS

nav_items += [
    NavItem(_("Dashboard"), "analytics:dashboard", "chart-bar", 80, prefix="/analytics/", key="a"),
    NavItem(
        _("Attributed revenue"),
        "analytics:attribution",
        "receipt",
        63,
        KEEPERS,
        section="marketing",
    ),
]

customer_panels.append(Panel("scores", "analytics/panels/scores.html", 15, scores_panel))
CUSTOMERS.columns.extend(COLUMNS)
CUSTOMERS.sorts.extend(SORTS)
CustomerFilterSet.base_filters.update(FILTERS)

request_panels.append(Panel("risk", "analytics/panels/risk.html", 10, csat_risk.risk_panel))
request_badges.append(csat_risk.risk_badges)
REQUESTS.columns.extend(csat_risk.COLUMNS)
RequestFilterSet.base_filters["risk"] = csat_risk.RiskFilter()

record_panels.setdefault(DEALS.kind, []).append(
    Panel("win", "analytics/panels/win.html", 10, win_columns.win_panel)
)
record_panels.setdefault(TARGETS.kind, []).append(
    Panel("outlook", "analytics/panels/outlook.html", 10, target_panel)
)
record_panels.setdefault("marketing.campaign", []).append(
    Panel("credit", "analytics/panels/credit.html", 10, attribution.campaign_panel)
)
record_panels.setdefault("marketing.activity", []).append(
    Panel("credit", "analytics/panels/credit.html", 10, attribution.activity_panel)
)
OrderFilterSet.base_filters["credited"] = CreditedFilter()
deal_tags.append(win_columns.win_tags)
learned_chances.append(
    LearnedChance(win_columns.with_learned, {"columns": win_pages.COLUMNS, "sort": "-win"})
)
DEALS.columns.extend(win_columns.COLUMNS)
DEALS.sorts.extend(win_columns.SORTS)
DealFilterSet.base_filters.update(win_columns.FILTERS)
list_extras.setdefault(DEALS.kind, []).append(win_columns.with_chances)
list_extras.setdefault(REQUESTS.kind, []).append(csat_risk.with_risks)
list_extras.setdefault(CUSTOMERS.kind, []).append(with_found)
# What was computed of one record says nothing of another with which it is merged.
computed_models.update({CustomerScore, CustomerValue, NextProduct, RequestRisk, WinChance})
desk_panels.append(
    Panel("staffing", "analytics/panels/staffing.html", 10, staffing_pages.staffing_panel)
)

export_pages[printing.KIND] = (pgettext_lazy("composed", "Dashboards"), "analytics:boards")
