"""A cast for marketing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from crm.common.roles import Role
from tests.factories.customers import TeamFactory, UserFactory


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> dict[str, Any]:
    """One person per role in one team, and a manager of another team."""
    team = TeamFactory()
    people = {role.value: UserFactory(role=role, team=team) for role in Role}
    return {**people, "outsider": UserFactory(role=Role.MANAGER)}
