import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.architecture.records import World, make_world
from tests.factories.cast import Cast, make_cast


@pytest.fixture(scope="module")
def common_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for the hundreds of tests of a module, in a transaction around all of theirs."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world(make_cast())
        transaction.set_rollback(True)


@pytest.fixture
def world(common_world: World, db: None) -> World:
    """The rows are common, what one test does to them is taken back; the objects are its own."""
    return copy.deepcopy(common_world)


@pytest.fixture
def cast(world: World) -> Cast:
    return world.cast
