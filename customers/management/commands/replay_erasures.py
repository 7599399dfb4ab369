"""After a backup was restored: erase again who was erased since it was made."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from customers.models import Erasure
from customers.privacy import ledger
from customers.privacy.erasing import erasures_replay


class Command(BaseCommand):
    help = "Erase again who was erased after the backup that was restored (docs/privacy.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ledger", type=Path, default=Path(settings.ERASURE_LEDGER))
        parser.add_argument(
            "--write", action="store_true",
            help="write the ledger file from the database instead (before a backup is restored)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["ledger"]
        if options["write"]:
            for erasure in Erasure.objects.order_by("erased_at"):
                ledger.append(erasure)
            self.stdout.write(f"{path} is complete.")
            return
        if not path.exists():
            raise CommandError(f"There is no ledger at {path}.")
        try:
            entries = ledger.read(path)
        except ValueError as broken:
            raise CommandError(str(broken)) from broken
        done, known = erasures_replay(entries=entries)
        self.stdout.write(f"Erased again: {done}. Erased already: {known}.")
