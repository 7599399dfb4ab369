"""``manage.py warehouse``: readers of the star, and its files."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.warehouse.export import export_write, warehouse_folder
from analytics.warehouse.schema import reader_drop, reader_set
from sales.measures import company_today


class Command(BaseCommand):
    help = "Make or drop a reader of the data warehouse, or write its files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        reader = what.add_parser(
            "reader",
            help="a role that reads the star and nothing else; its password is taken from"
            " WAREHOUSE_PASSWORD, or made and printed",
        )
        reader.add_argument("name")
        reader.add_argument("--drop", action="store_true", help="take the role away")
        export = what.add_parser("export", help="write the star as Parquet files")
        export.add_argument("--to", type=Path, help="the folder (WAREHOUSE_DIR)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "export":
            self._export(options["to"] or warehouse_folder())
        elif options["drop"]:
            if not reader_drop(name=options["name"]):
                raise CommandError(f"There is no reader {options['name']}.")
            self.stdout.write(f"{options['name']} is gone.")
        else:
            self._reader(options["name"])

    def _reader(self, name: str) -> None:
        given = os.environ.get("WAREHOUSE_PASSWORD", "")
        password = given or secrets.token_urlsafe(18)
        try:
            reader_set(name=name, password=password)
        except ValueError as error:
            raise CommandError(f"{name} is another role of this server; choose a name.") from error
        told = "the password given" if given else f"the password {password}"
        self.stdout.write(f"{name} may read the schema warehouse, with {told}.")

    def _export(self, folder: Path) -> None:
        try:
            rows = export_write(day=company_today(), folder=folder)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}") from error
        for name, count in rows.items():
            self.stdout.write(f"{name}: {count}")
