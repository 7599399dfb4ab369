"""The demo company as a database to copy."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import call_command
from django.db import connections

from crm.embedded import testing


def demo_template(name: str, **options: Any) -> dict[str, Any]:
    """Write a demo company into the template ``name``, once in a run; gives what was planted."""
    truth = testing.folder() / f"{name}.json"

    def write() -> None:
        call_command("demo", truth=truth, verbosity=0, **options)
        connections.close_all()

    connections.close_all()
    testing.template_once(name, write)
    found: dict[str, Any] = json.loads(truth.read_text(encoding="utf-8"))
    return found
