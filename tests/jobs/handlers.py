"""Kinds of job for tests only: loaded through the setting JOB_EXTRA_MODULES or by an import.

Effects are teams named after the params, so that a doubled effect shows as a second row
(the unique constraint is dodged by numbering).
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm.accounts.models import Team
from crm.jobs.context import JobContext
from crm.jobs.errors import JobProblemError
from crm.jobs.registry import handler


def effect(prefix: str, step: int) -> None:
    """One row per call, never refused: ``<prefix>/<step>/<how many there were>``."""
    before = Team.objects.filter(name__startswith=f"{prefix}/{step}/").count()
    Team.objects.create(name=f"{prefix}/{step}/{before}")


@handler("test_steps", title="Steps")
def steps(context: JobContext) -> dict[str, Any]:
    """Does ``steps`` effects, one guarded block each, resuming at its checkpoint.

    ``wait_for`` is a file; after the first half the handler waits until it exists.
    """
    total = context.params["steps"]
    for step in range(context.checkpoint.get("next", 0), total):
        if step == total // 2:
            _wait(context, step, total)
        with context.guard():
            effect(context.params["prefix"], step)
            context.set_checkpoint({"next": step + 1})
            context.progress(step + 1, total)
    return {"message": f"{total} steps", "table": [["Steps", total]]}


def _wait(context: JobContext, step: int, total: int) -> None:
    marker = context.params.get("wait_for")
    if marker is None:
        return
    Path(f"{marker}.pid").write_text(str(os.getpid()))
    while not Path(marker).exists():
        context.progress(step, total, "waiting")
        time.sleep(0.02)


@handler("test_weary", title="Weary")
def weary(context: JobContext) -> None:
    """One effect per attempt, and then it falls; it never gets past the step ``stuck``."""
    step = context.checkpoint.get("next", 0)
    with context.guard():
        if step != context.params.get("stuck"):
            effect(context.params["prefix"], step)
            context.set_checkpoint({"next": step + 1})
        else:
            context.set_checkpoint({"next": step})
    if step + 1 < context.params["steps"]:
        raise TimeoutError


@handler("test_stubborn", title="Stubborn")
def stubborn(context: JobContext) -> None:
    """Sleeps without looking up, then wants to write: the worker that was given up for dead."""
    marker = context.params["wait_for"]
    if context.attempt == 1:
        Path(f"{marker}.pid").write_text(str(os.getpid()))
        while not Path(marker).exists():
            time.sleep(0.02)
    with context.guard():
        effect(context.params["prefix"], 0)
        context.set_checkpoint({"done": True})


@handler("test_atomic", title="Atomic", atomic=True)
def atomic(context: JobContext) -> dict[str, Any]:
    effect(context.params["prefix"], 0)
    if context.params.get("fail"):
        raise ValueError("SELECT secret FROM /etc/passwd")
    return {"message": "done", "url": "/jobs/"}


@handler("test_poison", title="Poison")
def poison(context: JobContext) -> None:
    """Ends its process, as running out of memory does."""
    os._exit(9)


@handler("test_problem", title="Problem")
def problem(context: JobContext) -> None:
    raise JobProblemError("The file is empty.", permanent=context.params["permanent"])


@handler("test_mirror", title="Mirror", queue="heavy", max_attempts=2)
def mirror(context: JobContext) -> dict[str, Any]:
    return {"params": context.params, "actor": context.actor.pk if context.actor else None}


@handler("test_whole", title="Whole")
def whole(context: JobContext) -> dict[str, Any]:
    """Has ``parts`` parts done by others, then writes one effect with the sum of their results."""
    keep = {"prefix": context.params["prefix"], "wait_for": context.params.get("wait_for")}
    parts = [(keep | {"number": n}, 2) for n in range(context.params["parts"])]
    results = context.in_parts("test_part", parts)
    with context.guard():
        effect(context.params["prefix"], 99)
        context.set_checkpoint({"done": True})
    return {"numbers": [result["number"] for result in results]}


@handler("test_part", title="Part", queue="heavy")
def part(context: JobContext) -> dict[str, Any]:
    """One effect; while the file ``<wait_for>.<number>.closed`` exists it waits."""
    number = context.params["number"]
    if marker := context.params.get("wait_for"):
        gate = Path(f"{marker}.{number}")
        gate.with_name(f"{gate.name}.pid").write_text(str(os.getpid()))
        while gate.with_name(f"{gate.name}.closed").exists():
            context.progress(1, 2, "waiting")
            time.sleep(0.02)
    if marker and Path(f"{marker}.{number}.fails").exists():
        raise JobProblemError(f"Part {number} is empty.", permanent=True)
    with context.guard():
        effect(context.params["prefix"], number)
        context.progress(2, 2)
    return {"number": number}


@handler("test_compute", title="Compute")
def compute(context: JobContext) -> None:
    """Computes for ever without looking up, as a library does that catches every exception."""
    Path(f"{context.params['wait_for']}.pid").write_text(str(os.getpid()))
    with context.interruptible():
        while True:
            with suppress(Exception):
                sum(range(10_000))
