"""`manage.py up`: the whole CRM with one command."""

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.embedded.processes import die_with_parent
from crm.embedded.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, the web server, the worker and the clock; Ctrl-C stops all."
    requires_system_checks: list[str] = []  # the database does not run yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="0: any free")

    def handle(self, *_: Any, host: str, port: str, **__: Any) -> None:
        if not port.isdigit() or int(port) > 65535:
            raise CommandError(f"PORT must be a number from 0 to 65535, not {port!r}.")
        if os.environ.pop("CRM_END_WITH_PARENT", ""):  # a killed `make run` takes everything along
            die_with_parent(signal.SIGTERM)
        sys.exit(Supervisor(state=settings.VAR_DIR, host=host, port=int(port)).run())
