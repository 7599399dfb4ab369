from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.accounts.models import User
from crm.api.services import token_create
from tests.factories.cast import Cast, make_cast

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client) -> Callable[[User], Ask]:
    """``ask(user)(path, **parameters)``: a GET with a key of that colleague."""

    def asker(user: User, **bounds: Any) -> Ask:
        _token, secret = token_create(user=user, name="ERP", **bounds)

        def get(path: str, **params: Any) -> Any:
            headers = {"Authorization": f"Bearer {secret}"}
            return client.get(path, params, headers=headers)

        return get

    return asker


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
