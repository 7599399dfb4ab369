"""What analytics puts into the navigation, on the pages of customers and requests, and into
lists."""

from django.utils.translation import gettext_lazy as _

from analytics import csat_risk
from analytics.customer_scores import COLUMNS, FILTERS, scores_panel, with_scores
from crm.common.registries import NavItem, Panel, customer_panels, nav_items
from crm.records.resources import list_extras
from customers.filters import CustomerFilterSet
from customers.resources import CUSTOMERS
from service.filters import RequestFilterSet
from service.offers import request_badges, request_panels
from service.resources import REQUESTS

nav_items += [
    NavItem(_("Dashboard"), "analytics:dashboard", "chart-bar", 80, prefix="/analytics/", key="a"),
]

customer_panels.append(Panel("scores", "analytics/panels/scores.html", 15, scores_panel))
CUSTOMERS.columns.extend(COLUMNS)
CustomerFilterSet.base_filters.update(FILTERS)  # type: ignore[attr-defined]  # stubs lack it
list_extras.setdefault(CUSTOMERS.kind, []).append(with_scores)

request_panels.append(Panel("risk", "analytics/panels/risk.html", 10, csat_risk.risk_panel))
request_badges.append(csat_risk.risk_badges)
REQUESTS.columns.extend(csat_risk.COLUMNS)
RequestFilterSet.base_filters["risk"] = csat_risk.RiskFilter()  # type: ignore[attr-defined]  # stubs lack it
list_extras.setdefault(REQUESTS.kind, []).append(csat_risk.with_risks)
