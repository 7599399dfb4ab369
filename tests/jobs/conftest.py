"""The cast: whoever started a job, an outsider, an administrator."""

from collections.abc import Callable
from uuid import uuid4

import pytest

import tests.jobs.handlers  # noqa: F401  # registers the kinds
from crm.accounts.models import User
from crm.common.roles import Role
from crm.jobs.models import Job
from crm.jobs.services import job_enqueue


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner", language="en")


@pytest.fixture
def outsider(db: None) -> User:
    return User.objects.create_user("outsider", language="en", role=Role.MANAGER)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("boss", language="en", role=Role.ADMIN)


@pytest.fixture
def prefix() -> str:
    return f"effect-{uuid4()}"


@pytest.fixture
def enqueue(owner: User, prefix: str) -> Callable[..., Job]:
    def make(kind: str = "test_steps", **params: object) -> Job:
        params = {"prefix": prefix, "steps": 4} | params
        return job_enqueue(kind=kind, params=params, actor=owner)

    return make
