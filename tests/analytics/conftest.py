"""The demo company, once per module, taken back at its end."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from crm.accounts.models import User
from tests.factories.cast import Cast, make_cast

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def truth(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Load the demo company and give what was planted in it."""
    file: Path = tmp_path_factory.mktemp("demo") / "truth.json"
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", customers=500, seed=3, today=TODAY, truth=file, verbosity=0)
        yield json.loads(file.read_text())
        transaction.set_rollback(True)


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
