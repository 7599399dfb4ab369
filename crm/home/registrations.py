"""The first entries of the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.common.registries import NavItem, nav_items

nav_items += [NavItem(_("My day"), "home:my_day", "layout-dashboard", 10, prefix="/", key="h")]
