"""The demo company, written once, a copy for each module."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from crm.accounts.models import User
from tests.factories.cast import Cast, make_cast
from tests.factories.company import demo_template

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def truth(own_database: Callable[..., Any], django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The demo company and what was planted in it, in a database of the module's own."""
    with django_db_blocker.unblock():
        found = demo_template("company", customers=500, seed=3, today=TODAY)
        with own_database("company"):
            yield found


@pytest.fixture
def person(truth: dict[str, Any], db: None) -> Any:
    """``person("manager")``: one of the demo's sign-ins, speaking English."""

    def find(name: str) -> User:
        user = User.objects.get(username=name)
        user.language = "en"
        user.save()
        return user

    return find


@pytest.fixture
def cast(db: None) -> Cast:
    """Two teams with nothing else."""
    return make_cast()
