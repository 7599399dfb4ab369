"""Forms of products."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.records.forms import RecordForm
from sales.forms.currencies import CurrencyField
from sales.models import Product


class ProductForm(RecordForm):
    currency = CurrencyField()

    class Meta:
        model = Product
        fields = ["sku", "name", "category", "price", "currency", "active"]
        labels = {"active": _("On sale")}
