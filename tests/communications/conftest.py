import pytest

from customers.models import Customer
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return CustomerFactory(owner=cast.rep)
