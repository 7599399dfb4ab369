"""The company of the measurements, which is the demo company copied under new names."""

from __future__ import annotations

from typing import Any

from benchmarks import scale
from communications.models import Communication
from customers.models import Customer
from sales.models import Deal, Order


def test_it_grows_to_the_size_that_is_asked_for(truth: dict[str, Any], db: None) -> None:
    kinds = {"customers": Customer, "communications": Communication, "deals": Deal, "orders": Order}
    sizes = {name: 2 * model._default_manager.count() for name, model in kinds.items()}
    assert Order.objects.filter(quote__isnull=False).exists()  # what only one order may name

    scale.main(sizes)

    grown = {name: model._default_manager.count() for name, model in kinds.items()}
    assert grown["customers"] == sizes["customers"]
    assert all(0.9 < grown[name] / size < 1.1 for name, size in sizes.items()), (grown, sizes)
