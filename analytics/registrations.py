"""What analytics puts into the navigation, on the customer's page and into the list."""

from django.utils.translation import gettext_lazy as _

from analytics.customer_scores import COLUMNS, FILTERS, scores_panel, with_scores
from crm.common.registries import NavItem, Panel, customer_panels, nav_items
from crm.records.resources import list_extras
from customers.filters import CustomerFilterSet
from customers.resources import CUSTOMERS

nav_items += [
    NavItem(_("Dashboard"), "analytics:dashboard", "chart-bar", 80, prefix="/analytics/", key="a"),
]

customer_panels.append(Panel("scores", "analytics/panels/scores.html", 15, scores_panel))
CUSTOMERS.columns.extend(COLUMNS)
CustomerFilterSet.base_filters.update(FILTERS)  # type: ignore[attr-defined]  # stubs lack it
list_extras.setdefault(CUSTOMERS.kind, []).append(with_scores)
