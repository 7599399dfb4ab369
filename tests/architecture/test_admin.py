"""Every model stands in the administration, and its list asks a fixed number of queries."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.architecture.access_table import KINDS
from tests.architecture.records import World, make_record
from tests.factories.cast import Cast

APPS = ["accounts", "jobs", "mail", "customers", "communications", "sales", "service", "marketing",
        "analytics"]  # fmt: skip
# Shown on the page of what they belong to, or kept by the database alone.
INLINE = {
    "analytics.BoardCard",
    "communications.ContactDay",
    "customers.Affiliation",
    "customers.CustomerTag",
    "mail.MailFile",
    "sales.DealSum",
    "sales.ReportRecipient",
    "sales.SalesDay",
    "sales.ForecastSnapshot",
    "sales.FunnelOutcome",
    "sales.FunnelStay",
    "sales.Stage",
    "sales.OrderLine",
    "sales.PriceItem",
    "sales.PriceListCustomer",
    "sales.QuoteLine",
    "sales.StageChange",
    "service.StatusChange",
}
MODELS = [
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    if not model.__name__.endswith("Event") and model._meta.label not in INLINE
]
MOST_QUERIES = 8


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_it_is_in_the_administration(model: type[models.Model], cast: Cast, client: Client) -> None:
    assert model in admin.site._registry
    client.force_login(cast.admin)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert client.get(url).status_code == 200


def test_its_columns_are_named_in_chinese() -> None:
    ours = {model: shown for model, shown in admin.site._registry.items() if model in MODELS}
    with translation.override("zh-hans"):
        for model, shown in ours.items():
            names = set(shown.list_display) - {"__str__"}
            named = {str(label_for_field(name, model, shown)) for name in names}
            assert {one for one in named if one.isascii()} <= {"ID", "Pk", "SKU", "SLA"}, model


def test_its_fields_are_named_in_chinese(rf: RequestFactory, cast: Cast) -> None:
    request = rf.get("/admin/")
    request.user = cast.admin
    pages = [admin.site._registry[model] for model in MODELS]
    inlines = [one for page in pages for one in page.get_inline_instances(request)]
    with translation.override("zh-hans"):
        for page in [*pages, *inlines]:
            names = flatten_fieldsets(page.get_fieldsets(request, page.model()))
            named = {str(label_for_field(name, page.model, page)) for name in names}
            assert {one for one in named if one.isascii()} <= {"id", "ID", "PDF", "SKU", "SLA"}, (
                page
            )


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_no_more_for_more_rows(kind: str, world: World, client: Client) -> None:
    client.force_login(world.cast.admin)
    client.get("/admin/")
    for scope in ("own", "team", "other"):
        record = make_record(world, kind, scope, f"row{scope}")
    options = record._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    assert len(captured) <= MOST_QUERIES
