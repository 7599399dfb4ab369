"""``manage.py import_csv KIND FILE``: an import from the command line, in this process."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from crm.accounts.models import Team
from crm.common.errors import RefusedError
from crm.jobs.direct import DirectWork
from customers.imports.checking import import_check
from customers.imports.registry import importers
from customers.imports.running import import_run, reason_label
from customers.imports.services import batch_create
from customers.models import ImportBatch

REFUSED = 2


class Command(BaseCommand):
    help = "Import a CSV file and print what became of its rows; exit 2 when it is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(importers))
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", help="sign-in name of whom the rows are imported for")
        parser.add_argument("--team", help="name of the team that gets the records")
        parser.add_argument("--currency", default="", help="three letters, such as GBP")
        parser.add_argument(
            "--answer", action="append", default=[], metavar="NAME=VALUE",
            help="to a question of the kind, such as adds_campaigns=1 or channel=google",
        )  # fmt: skip
        parser.add_argument("--rejects", type=Path, help="where to write the rejected rows")

    def handle(self, *, kind: str, file: Path, currency: str, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"{file}: no such file", returncode=REFUSED)
        actor, team = _actor(options["user"]), _team(options["team"])
        answers = _answers(kind, options["answer"])
        try:
            with translation.override("en"):
                import_check(path=file, kind=kind, actor=actor)
        except RefusedError as refusal:
            self.stderr.write(f"{file.name}: {refusal.message}")
            sys.exit(REFUSED)
        began = monotonic()
        batch = batch_create(
            actor=actor, path=file, name=file.name, kind=kind,
            team_id=team.pk if team else None, currency=currency.upper(), answers=answers,
        )  # fmt: skip
        language = actor.language if actor else settings.LANGUAGE_CODE
        with translation.override(language), pghistory.context(user=actor and actor.pk):
            import_run(batch=batch, work=DirectWork())
        self._report(batch, monotonic() - began)
        if options["rejects"] and batch.rejects:
            shutil.copyfile(default_storage.path(batch.rejects.name), options["rejects"])

    def _report(self, batch: ImportBatch, seconds: float) -> None:
        sums = ("rows_in", "created", "updated", "skipped", "rejected")
        self.stdout.write(" ".join(f"{name}={getattr(batch, name)}" for name in sums))
        for name, count in sorted(batch.objects_made.items()):
            self.stdout.write(f"made: {count} {name}")
        with translation.override("en"):
            for code, group in sorted(batch.reasons.items()):
                reason = reason_label(importers.get(batch.kind), code)
                self.stdout.write(f"rejected: {group['count']} × {reason}")
            for code in batch.options.get("warnings", []):
                self.stdout.write(f"note: {reason_label(importers.get(batch.kind), code)}")
        rate = batch.rows_in / seconds if seconds else 0
        self.stdout.write(f"{seconds:.1f} s, {rate:,.0f} rows/s")


def _answers(kind: str, said: list[str]) -> dict[str, Any]:
    """By the name of the question; yes is 1, no is 0."""
    asks = {ask.name: dict(ask.choices) for ask in getattr(importers[kind], "asks", ())}
    answers: dict[str, Any] = {}
    for name, _is, value in (one.partition("=") for one in said):
        if name not in asks or value not in (asks[name] or {"0", "1"}):
            known = ", ".join(f"{ask}={'|'.join(of or '01')}" for ask, of in asks.items())
            raise CommandError(f"{name}={value} is no answer; these are: {known or 'none'}")
        answers[name] = value if asks[name] else value == "1"
    return answers


def _actor(name: str | None) -> Any:
    if not name:
        return None
    found = get_user_model()._default_manager.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"no active user “{name}”", returncode=REFUSED)
    return found


def _team(name: str | None) -> Team | None:
    if not name:
        return None
    found = Team.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"no team “{name}”", returncode=REFUSED)
    return found
