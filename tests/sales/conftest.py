"""The shared cast and one pipeline."""

import pytest

from sales.models import Stage
from tests.factories.cast import Cast, make_cast
from tests.factories.sales import make_stages


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def stages(db: None) -> dict[str, Stage]:
    return make_stages()
