"""What a sub-command of ``analyze`` is made of."""

from __future__ import annotations

import argparse
import csv
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
    """Return the comma-separated names of ``text``; a name with a comma stands in quotes."""
    row = next(csv.reader([text], skipinitialspace=True), [])
    return [name.strip() for name in row if name.strip()]


def seed(text: str) -> int:
    """Return the seed of random numbers, 0 to 4294967295."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number < 2**32:
        message = f"must be a whole number from 0 to {2**32 - 1}, not {text}"
        raise argparse.ArgumentTypeError(message)
    return number
