"""Fitted models that outlive their run: signed files, refused when anything about them is off.

``<method>-<team or company>-<run>.model`` below ``MODELS_DIR``, which nothing serves. First a line
that says what it is, then the signature (HMAC-SHA-256 with a key drawn from ``SECRET_KEY``) of all
the rest, then a line of JSON (format, run, library versions), then the pickled model. Nothing is
unpickled before its signature, run and versions are found right.
"""

from __future__ import annotations

import json
import os
import pickle
import platform
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from analytics.models import Run
from crm.common.errors import RefusedError

FORMAT = 2
MAGIC = b"yunmai model\n"
_SIGNATURE = 64  # characters of hexadecimal
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy")


def model_write(run: Run, model: Any) -> None:
    """Keep the model of a run, whole or not at all; earlier ones that nobody goes by are removed.

    Raises OSError when the folder cannot be written; what was there before stays.
    """
    head = {"format": FORMAT, **_facts(run), "versions": _versions()}
    body = json.dumps(head, sort_keys=True).encode() + b"\n" + pickle.dumps(model, protocol=5)
    folder = Path(settings.MODELS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
        try:
            file.write(MAGIC + _signed(body) + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(_path(run))
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    models_prune(run)


def model_read(run: Run) -> Any:
    """The model of a run.

    Raises
    ------
    RefusedError
        It is not there, was changed or cut after it was written, belongs to another run, or was
        written by other versions; the sentence says which.
    """
    return pickle.loads(_packed(run))  # noqa: S301  # signed by us: checked in _body


def model_usable(run: Run) -> bool:
    """Whether ``model_read`` would give the model."""
    try:
        _packed(run)
    except RefusedError:
        return False
    return True


def _packed(run: Run) -> bytes:
    """The pickled model, after everything about it was found right."""
    line, _newline, packed = _body(run).partition(b"\n")
    head = json.loads(line)
    if head.get("format") != FORMAT:
        raise RefusedError(_("The stored model has a form of another version of this program."))
    if {name: head.get(name) for name in _facts(run)} != _facts(run):
        raise RefusedError(_("The stored model is that of another run, and is not used."))
    _check_versions(head["versions"])
    return packed


def _body(run: Run) -> bytes:
    """What was signed, after the signature was found right."""
    try:
        raw = _path(run).read_bytes()
    except FileNotFoundError as error:
        raise RefusedError(
            _("No model of this run is stored; the next run will store one.")
        ) from error
    start = len(MAGIC)
    signature, body = raw[start : start + _SIGNATURE], raw[start + _SIGNATURE + 1 :]
    if raw[:start] != MAGIC or not constant_time_compare(signature, _signed(body)):
        raise RefusedError(
            _("The stored model was changed or cut after it was written, and is not used.")
        )
    return body


def _check_versions(written: dict[str, str]) -> None:
    now = _versions()
    others = [f"{name} {one} → {now.get(name)}" for name, one in written.items()
              if now.get(name) != one]  # fmt: skip
    if others:
        raise RefusedError(
            _("The stored model was written by other versions (%(names)s); the next run writes it.")
            % {"names": ", ".join(others)}
        )


def models_prune(run: Run) -> None:
    """Of the run's method and team, only its own model and that of the run shown stay."""
    shown = Run.objects.filter(method=run.method, team=run.team_id, live=True)
    kept = {_path(run), *(_path(one) for one in shown.only("pk", "method", "team_id"))}
    for path in Path(settings.MODELS_DIR).glob(f"{_family(run)}-*.model"):
        if path not in kept:
            with suppress(FileNotFoundError):
                path.unlink()


def _path(run: Run) -> Path:
    return Path(settings.MODELS_DIR) / f"{_family(run)}-{run.pk}.model"


def _family(run: Run) -> str:
    return f"{run.method}-{run.team_id or 'company'}"


def _facts(run: Run) -> dict[str, Any]:
    """By which a file is known to be a run's: a restored database may give a number again."""
    return {"method": run.method, "run": run.pk, "created": run.created_at.isoformat()}


def _versions() -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{name: version(name) for name in _LIBRARIES}}


def _signed(body: bytes) -> bytes:
    signature = salted_hmac("analytics.model_files", body, algorithm="sha256")
    return signature.hexdigest().encode()
