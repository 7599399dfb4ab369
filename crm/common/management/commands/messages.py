"""``manage.py messages``: name what lacks a translation, or ``--update`` the catalogues."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.common import catalogues


class Command(BaseCommand):
    help = "Check that every message is translated, or add the missing ones to the catalogues."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--update", action="store_true", help="add missing messages")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            self.stdout.write(f"{catalogues.update()} messages added")
        missing = catalogues.untranslated()
        for message in missing:
            self.stdout.write(f"{message.place}: {message.text!r}")
        if missing:
            raise CommandError(f"{len(missing)} messages lack a translation.", returncode=1)
        self.stdout.write("Every message is translated.")
