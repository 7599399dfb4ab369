"""What a sub-command of ``analyze`` is made of."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Method:
    """One sub-command.

    Attributes
    ----------
    help : str
    add_arguments : callable
        Declares the method's own options on a parser.
    parameters : tuple of str
        Names of those options.
    needed : tuple of str
        Options that a CSV file cannot do without.
    run : callable
        From a frame and the options to the answer.
    summarise : callable
        From the answer to lines for a person.
    file : str
        Name of the option that names the table.
    """

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    parameters: tuple[str, ...]
    needed: tuple[str, ...]
    run: Callable[[pd.DataFrame, dict[str, Any]], dict[str, Any]]
    summarise: Callable[[dict[str, Any]], list[str]]
    file: str = "csv"


def names(text: str) -> list[str]:
    """Return the comma-separated names of ``text``."""
    return [name.strip() for name in text.split(",") if name.strip()]
