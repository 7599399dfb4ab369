"""What analytics puts into the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.common.registries import NavItem, nav_items

nav_items += [
    NavItem(_("Dashboard"), "analytics:dashboard", "chart-bar", 80, prefix="/analytics/"),
]
