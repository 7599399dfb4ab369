"""The house keeps its order: rooms, arrows, languages."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from crm.common import catalogues

BASE: Path = settings.BASE_DIR
APPS = ["customers", "communications", "sales", "service", "marketing", "analytics",
        "crm/accounts", "crm/jobs", "crm/mail", "crm/records", "crm/home"]  # fmt: skip
# Catalogues are merged line by line, which can leave an older line of a text beside the newer one.
TWICE = re.compile(r"(\S{40}).*\1")
# A room never looks into these rooms.
CLOSED = {
    "models": {"services", "views", "tasks", "forms", "selectors"},
    "querysets": {"services", "views", "tasks", "forms", "selectors"},
    "services": {"views", "forms", "tasks"},
    "selectors": {"views", "forms", "tasks"},
}


def imported_rooms(path: Path) -> set[str]:
    """The last parts of the modules of ours that a file imports at its top."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            top = node.module.split(".")[0]
            if top == "crm" or top in {app for app in APPS if "/" not in app}:
                found.add(node.module.split(".")[-1])
                found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("room", CLOSED)
def test_it_keeps_rooms_apart(app: str, room: str) -> None:
    folder = BASE / app
    files = [folder / f"{room}.py", *(folder / room).glob("*.py")]
    for path in filter(Path.exists, files):
        assert not imported_rooms(path) & CLOSED[room], path


def test_it_is_translated_completely() -> None:
    assert [f"{m.place}: {m.text}" for m in catalogues.untranslated()] == []


@pytest.mark.parametrize("part", catalogues.parts())
def test_it_keeps_placeholders_in_translations(part: str) -> None:
    for message in catalogues.load(part):
        if message.id:
            assert list(message.check()) == [], message.id
            said = message.string if isinstance(message.string, str) else "".join(message.string)
            assert not TWICE.search(said), message.id


def test_pages_that_are_a_form_begin_where_one_types() -> None:
    for path in (BASE / "templates").rglob("*.html"):
        page = path.read_text()
        if '<section class="card form-card">' in page and "components/form_fields.html" in page:
            assert "data-focus-first" in page, path


@pytest.mark.django_db
def test_it_has_no_model_change_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# Tens of megabytes and a second each: loaded by what computes, not by whatever starts.
HEAVY = {"numpy", "pandas", "scipy", "sklearn", "statsmodels", "pyarrow", "weasyprint", "openpyxl",
         "vobject"}  # fmt: skip
START = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_a_process_starts_without_what_computes() -> None:
    settings_name = {"DJANGO_SETTINGS_MODULE": "crm.settings.test"}
    loaded = subprocess.run(
        [sys.executable, "-c", START], cwd=BASE, env=os.environ | settings_name,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert HEAVY & set(loaded.stdout.split()) == set()
