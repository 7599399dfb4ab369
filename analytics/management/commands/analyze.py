"""``manage.py analyze METHOD``: the analyses as a program among programs.

Prints one JSON object (``--json FILE``, ``-`` for standard output) or a readable summary.  Bad
input ends with exit code 2 and one line on standard error.  With ``--csv`` no database is used;
without it the method runs on the CRM's own records and is stored like a run started by a button.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.command_line import METHODS, analyse_table, summary
from analytics.methods.errors import DataProblem
from analytics.methods.serialise import to_json
from crm.common.errors import RefusedError


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 and ``message``."""
        self.exit(2, f"{self.prog}: {message}\n")


class Command(BaseCommand):
    """Run an analysis on a CSV file or on the CRM's records."""

    help = "Analyse a CSV file (--csv) or the CRM's own records."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare one sub-command per method."""
        parser.usage = argparse.SUPPRESS  # so that an error is one line
        chosen = parser.add_subparsers(
            dest="method",
            metavar="METHOD",
            required=True,
            prog="manage.py analyze",
            parser_class=OneLineParser,
        )
        for name, method in METHODS.items():
            one = chosen.add_parser(name, help=method.help, description=method.help)
            flags = dict.fromkeys([f"--{method.file}", "--csv"])
            one.add_argument(*flags, dest="csv", metavar="FILE", help="table to analyse")
            one.add_argument("--json", metavar="FILE", help="write the answer, - for stdout")
            method.add_arguments(one)

    def handle(self, *args: Any, **options: Any) -> None:
        """Analyse, and write the answer."""
        started = time.perf_counter()
        method = options["method"]
        parameters = {name: options[name] for name in METHODS[method].parameters}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the answer carries its own warnings
                answer = self._answer(method, options["csv"], parameters)
        except (DataProblem, RefusedError) as problem:
            raise CommandError(" ".join(str(problem).split()), returncode=2) from problem
        except MemoryError as error:
            message = "The data do not fit into the memory of this machine."
            raise CommandError(message, returncode=2) from error
        except Exception as error:  # a caller gets one line and an exit code, never a traceback
            if options["traceback"]:
                raise
            cause = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            message = f"The analysis failed; this is a fault of the program ({cause})."
            raise CommandError(message, returncode=1) from error
        answer = {"method": method, **answer, "seconds": round(time.perf_counter() - started, 3)}
        self._write(answer, options["json"])

    def _answer(self, method: str, file: str | None, parameters: dict[str, Any]) -> dict[str, Any]:
        if file is not None:
            return analyse_table(method, file, parameters)
        if method == "duplicates":  # writes pairs of customers instead of a run
            from analytics.customer_duplicates import stored_pairs

            return stored_pairs()
        from analytics import fits, runs

        if method not in fits.METHODS:
            option = f"--{METHODS[method].file}"
            params = {"name": option, "rule": "given for this method", "value": "nothing"}
            raise DataProblem("bad_parameter", params)
        given = {name: value for name, value in parameters.items() if value is not None}
        return runs.run_answer(runs.run_method(method=method, params=given))

    def _write(self, answer: dict[str, Any], target: str | None) -> None:
        if target is None:
            self.stdout.write(summary(answer))
            return
        text = to_json(answer)
        if target == "-":
            # UTF-8 whatever the locale: another program reads this.
            if self.stdout._out is sys.stdout and hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(encoding="utf-8")
            self.stdout.write(text.decode())
            return
        try:
            _replace(Path(target), text + b"\n")
        except OSError as error:
            message = f"Cannot write {target}: {error.strerror}"
            raise CommandError(message, returncode=2) from error


def _replace(target: Path, text: bytes) -> None:
    """Write beside ``target`` and rename, so that nobody reads half an answer."""
    if target.exists() and not target.is_file():  # /dev/stdout, a pipe
        target.write_bytes(text)
        return
    target = target.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
        written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
