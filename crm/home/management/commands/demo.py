"""``manage.py demo``: a believable company in an empty database."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.customer_duplicates import find_duplicates
from crm.home.demo import company, truth
from crm.home.demo.days import SHANGHAI

_MORNING = 10  # the hour at which a reproducible demo is written
_LOOKED_THROUGH = 20_000  # customers; a larger company is looked through at night


class Command(BaseCommand):
    help = "Write a demo company: the same numbers give the same company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=2000, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--truth",
            type=Path,
            default=settings.VAR_DIR / "demo-truth.json",
            metavar="FILE",
            help="where to write what was planted",
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="DATE",
            help="the day on which the history ends",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there are customers already"
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["customers"] < 1:
            raise CommandError(_("A company needs at least one customer."))
        if options["seed"] < 0:
            raise CommandError(_("The seed is a number from 0 on."))
        today, now = _when(options["today"])
        started = time.monotonic()
        try:
            planted = company.build(
                size=options["customers"], seed=options["seed"], today=today, now=now,
                progress=self._progress(options["customers"], options["verbosity"]),
            )  # fmt: skip
        except company.DemoExistsError as error:
            if options["if_empty"]:
                return
            raise CommandError(str(error)) from error
        except company.DemoImpossibleError as error:
            raise CommandError(str(error)) from error
        if options["customers"] <= _LOOKED_THROUGH:
            find_duplicates()
        truth.write(options["truth"], planted)
        if options["verbosity"]:
            seconds = time.monotonic() - started
            self.stdout.write(
                _("%(count)s customers in %(seconds).1f s. What was planted: %(file)s")
                % {"count": options["customers"], "seconds": seconds, "file": options["truth"]}
            )

    def _progress(self, size: int, verbosity: int) -> Any:
        def tell(done: int) -> None:
            if verbosity > 1 or (verbosity and size > 20_000 and done % 10_000 == 0):
                self.stdout.write(f"{done} / {size}")

        return tell


def _when(day: date | None) -> tuple[date, datetime]:
    if day:
        return day, datetime(day.year, day.month, day.day, _MORNING, tzinfo=SHANGHAI)
    now = timezone.now().astimezone(SHANGHAI)
    return now.date(), now
