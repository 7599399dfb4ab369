from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from crm.accounts.models import User
from crm.common.roles import Role
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import UserFactory


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def second_agent(cast: Cast) -> User:
    """Of the same service team as ``cast.agent``."""
    return UserFactory(team=cast.service_team, role=Role.AGENT)


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], Any]:
    """``at_time(moment)``: from now on it is that moment."""

    def move(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move
