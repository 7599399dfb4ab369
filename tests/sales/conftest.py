"""The shared cast and one pipeline."""

import pytest

from sales.models import Deal, Stage
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, make_stages


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def stages(db: None) -> dict[str, Stage]:
    return make_stages()


@pytest.fixture
def deal(cast: Cast, stages: dict[str, Stage]) -> Deal:
    return DealFactory(
        customer=CustomerFactory(owner=cast.rep, team=cast.team), stage=stages["new"],
        name="Marked deal",
    )  # fmt: skip
