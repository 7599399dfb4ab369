"""``analyze text``."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from analytics.command_line.method import Method, seed


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--test", metavar="FILE", help="table to judge on; else a part of the first"
    )
    parser.add_argument(
        "--time", metavar="COL", help="judge one table's latest rows by this column"
    )
    parser.add_argument("--text", metavar="COL", help="column with the texts")
    parser.add_argument("--label", metavar="COL", help="column with the classes")
    parser.add_argument(
        "--threshold", type=float, metavar="P", help="least confidence of an answer"
    )
    parser.add_argument("--seed", type=seed, default=0)


def _run(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    from analytics.methods.text import classify_texts
    from analytics.tables import read_table

    test = read_table(options["test"]) if options["test"] else None
    found = classify_texts(
        frame, test, options["text"], options["label"],
        time=options["time"], threshold=options["threshold"], seed=options["seed"],
    )  # fmt: skip
    return found.to_dict()


def _summary(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"accuracy {answer['accuracy']:.3f} (most frequent class: {answer['base_rate']:.3f}), "
        f"macro F1 {answer['macro_f1']:.3f} on {answer['rows_judged']} unseen texts in "
        f"{len(answer['classes'])} classes"
    ]
    if answer["accuracy_answered"] is not None:
        lines.append(
            f"below confidence {answer['threshold']:.2f}: {answer['abstained']} left to a person; "
            f"the others right in {100 * answer['accuracy_answered']:.1f}%"
        )
    if answer["proposals"]:
        lines.append(
            f"{len(answer['proposals'])} texts without a class: one proposed for "
            f"{answer['proposed']}, the others left to a person"
        )
    return lines + [
        f"  {one['label']} taken for {one['taken_for']}: {one['rows']}"
        for one in answer["confusions"]
    ]


METHOD = Method(
    help="Sort texts into classes, or leave them to a person.",
    add_arguments=_arguments,
    parameters=("test", "time", "text", "label", "threshold", "seed"),
    needed=("text", "label"),
    run=_run,
    summarise=_summary,
    file="train",
)
