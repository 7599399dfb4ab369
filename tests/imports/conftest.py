"""A cast, and files as people send them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from crm.common.roles import Role
from crm.jobs.direct import DirectWork
from customers.imports.checking import import_check
from customers.imports.running import import_run
from customers.imports.services import batch_create
from customers.models import ImportBatch
from tests.factories.customers import TeamFactory, UserFactory

SHARED = Path(
    os.environ.get("CRM_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)


@pytest.fixture(autouse=True)
def _own_media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A file of the real data, or a skip."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.is_file():
            pytest.skip(f"{name} is not there; CRM_SHARED_DATA names the folder of real data")
        return path

    return find


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write("a,b\\n1,2\\n")`` gives the path of a file with this text."""

    def make(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def bring_in(db: None) -> Callable[..., ImportBatch]:
    """Import a file in this process, as the command line does."""

    def run(path: Path, kind: str = "", actor: Any = None, **options: Any) -> ImportBatch:
        values = {"team_id": None, "currency": "", **options}
        kind, _layout, _rows = import_check(path=path, kind=kind, actor=actor)
        batch = batch_create(actor=actor, path=path, name=path.name, kind=kind, **values)
        import_run(batch=batch, work=DirectWork())
        batch.refresh_from_db()
        return batch

    return run


@pytest.fixture
def cast(db: None) -> dict[str, Any]:
    """One person per role in one team, and a manager of another team."""
    team = TeamFactory()
    people = {role.value: UserFactory(role=role, team=team) for role in Role}
    return {**people, "outsider": UserFactory(role=Role.MANAGER)}


def sums(batch: ImportBatch) -> tuple[int, int, int, int, int]:
    """Rows in, created, updated, skipped, rejected."""
    return batch.rows_in, batch.created, batch.updated, batch.skipped, batch.rejected
