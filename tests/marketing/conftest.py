"""A cast for marketing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crm.common.roles import Role
from marketing.models import Campaign
from tests.factories.customers import TeamFactory, UserFactory
from tests.factories.marketing import CampaignFactory


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


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def brand(client: Client, cast: dict[str, Any]) -> Campaign:
    """A campaign of the manager, who is signed in."""
    client.force_login(cast["manager"])
    return CampaignFactory(name="brand", owner=cast["manager"], team=cast["manager"].team)
