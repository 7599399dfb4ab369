"""The figures of customers that dashboards are composed of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.records.figures import Day, Figure, Group, Source, offer
from crm.records.resources import SELLERS
from customers.models import Customer, Segment

CREATED = Day("created_at", ("created_from", "created_until"))


def _as_they_are(keys: Any) -> Mapping[Any, str]:
    return {key: str(key) for key in keys}


def _choices(choices: Any) -> Any:
    return lambda keys: {value: str(label) for value, label in choices}


def _labelled(model: Any) -> Any:
    def labels(keys: Any) -> dict[Any, str]:
        found = model._default_manager.in_bulk(list(keys))
        return {pk: getattr(record, "label", str(record)) for pk, record in found.items()}

    return labels


CUSTOMERS = Source(
    Customer, "customers:list",
    {"team": "team", "owner": "owner", "region": "region"},
    {"team": "team", "owner": "owned_by", "region": "region"},
    {"customers": Count("pk")},
    (
        Group("lifecycle", _("Lifecycle"), "lifecycle", _choices(Customer.Lifecycle.choices),
              "lifecycle_is"),
        Group("segment", _("Segment"), "segment", _labelled(Segment), "segment_is"),
        Group("acquisition", _("Acquisition channel"), "acquisition",
              _choices(Customer.Acquisition.choices), "won_by"),
        Group("region", _("Region"), "region", _as_they_are, "region", text=True),
        Group("industry", _("Industry"), "industry", _as_they_are, "industry", text=True),
        Group("source", _("Source"), "source", _as_they_are, "source", text=True),
        Group("owner", _("Owner"), "owner", _labelled(User), "owned_by"),
        Group("team", _("Team"), "team", _labelled(Team), "team"),
    ),
)  # fmt: skip

offer(
    Figure("new_customers", _("New customers"), _("Customers added in the period, leads included."),
           "count", SELLERS, CUSTOMERS, ("customers",), CREATED, order=20),
    Figure("customers", _("Customers"), _("Customers now, leads included."), "count", SELLERS,
           CUSTOMERS, ("customers",), order=21),
)  # fmt: skip
