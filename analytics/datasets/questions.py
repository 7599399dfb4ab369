"""What can be asked of a dataset: the methods of the command line, their options as questions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from crm.common.registries import Text

Kind = Literal["column", "columns", "number", "whole", "choice", "text"]


@dataclass(frozen=True)
class Ask:
    """One option; ``holds`` narrows the columns offered to numbers or dates."""

    name: str
    label: Text
    kind: Kind
    needed: bool = False
    holds: str = ""
    initial: Any = None
    choices: Sequence[tuple[str, Text]] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Question:
    """A method as people ask for it; ``options`` turns the answers into the method's options,
    ``check`` tells by the name of an ask what is wrong with them taken together."""

    title: Text
    hint: Text
    asks: tuple[Ask, ...]
    options: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]] = lambda given, kinds: (
        given
    )
    check: Callable[[Mapping[str, Any]], dict[str, Text]] = lambda given: {}


def _columns_of_layout(given: Mapping[str, Any]) -> dict[str, Text]:
    """The columns that a layout of orders cannot do without."""
    needed = {"rows": ("basket", "item"), "cells": ("item",)}.get(given.get("layout") or "rows", ())
    wrong = _("Choose the column; if a cell or the columns hold the items, say so above.")
    return {name: wrong for name in needed if not given.get(name)}


def _formula(given: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """“outcome ~ factors”; text counts as classes."""
    terms = [
        f"`{name}`" if kinds.get(name) in {"number", "boolean"} else f"C(`{name}`)"
        for name in given.pop("factors")
    ]
    formula = f"`{given.pop('outcome')}` ~ {' + '.join(terms)}"
    return {**given, "formula": formula}


def _in_order(given: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Steps as a list, whichever comma stands between them."""
    from analytics.command_line.method import names

    order = given.pop("order", "")
    steps = names(order.translate(dict.fromkeys(map(ord, "，、；;"), ",")))
    return {**given, "order": steps} if steps else given


_BY = Ask("by", _("For each"), "columns")

QUESTIONS: dict[str, Question] = {
    "describe": Question(
        _("Describe"), _("Counts, mean, median, spread and quantiles of every column."), (_BY,)
    ),
    "compare": Question(
        _("Compare groups"), _("Do groups differ beyond chance, and by how much?"),
        (Ask("value", _("Column to compare"), "column", needed=True),
         Ask("by", _("Groups"), "column", needed=True)),
    ),
    "correlate": Question(
        _("Correlate"), _("Which columns go together?"), (Ask("columns", _("Columns"), "columns"),)
    ),
    "cluster": Question(
        _("Find groups"), _("Which rows resemble each other?"),
        (Ask("columns", _("Columns"), "columns", holds="number"),
         Ask("algorithm", _("Procedure"), "choice", initial="kmeans",
             choices=(("kmeans", "K-means"), ("dbscan", "DBSCAN"))),
         Ask("k", _("Number of groups (empty: found out)"), "whole", least=2, most=50)),
    ),
    "forecast": Question(
        _("Forecast"), _("How does a series go on?"),
        (Ask("value", _("Column to forecast"), "column", needed=True, holds="number"),
         Ask("date", _("Date"), "column", holds="date"),
         Ask("group", _("For each"), "column"),
         Ask("horizon", _("Periods ahead"), "whole", needed=True, initial=12, least=1, most=400),
         Ask("frequency", _("Sum the rows by"), "choice",
             choices=(("", _("as they are")), ("D", _("day")), ("W", _("week")), ("M", _("month")),
                      ("Q", _("quarter")), ("Y", _("year")))),
         Ask("fill", _("Periods without rows"), "choice",
             choices=(("", _("as the table tells")), ("zero", _("nothing came: 0")),
                      ("interpolate", _("not measured: between their neighbours"))))),
    ),
    "series": Question(
        _("Describe a series"), _("Trend, seasons, days of the week and hours."),
        (Ask("date", _("Date"), "column", needed=True, holds="date"),
         Ask("value", _("Column (empty: rows are counted)"), "column", holds="number"),
         Ask("horizon", _("Periods ahead"), "whole", least=1, most=500)),
    ),
    "regress": Question(
        _("Explain"), _("What does a figure depend on?"),
        (Ask("outcome", _("Figure to explain"), "column", needed=True, holds="number"),
         Ask("factors", _("By"), "columns", needed=True),
         Ask("date", _("Date, for trend and season"), "column", holds="date"),
         Ask("controls", _("Held fixed"), "columns"),
         Ask("robust", _("Standard errors"), "choice",
             choices=(("", _("classical")), ("HC3", "HC3"), ("HAC", "HAC")))),
        _formula,
    ),
    "score": Question(
        _("Predict yes or no"), _("Who buys, who leaves, who answers?"),
        (Ask("target", _("Column to predict"), "column", needed=True),
         Ask("positive", _("Value that counts as yes"), "text"),
         Ask("time", _("Time, to judge on later rows"), "column"),
         Ask("exclude", _("Leave out"), "columns")),
    ),
    "rules": Question(
        _("What goes together"), _("Which items stand in the same orders?"),
        (Ask("layout", _("The table has"), "choice", initial="rows",
             choices=(("rows", _("a row for each item of an order")),
                      ("cells", _("several items in one cell (milk, bread)")),
                      ("columns", _("a column for each item (yes, no; 1, 0)")))),
         Ask("basket", _("Order (empty: every row is one)"), "column"),
         Ask("item", _("Item, or the cell with the items"), "column"),
         Ask("items", _("Columns of the items (empty: all that hold yes and no)"), "columns"),
         Ask("separator", _("Sign between the items of a cell (empty: found out)"), "text"),
         Ask("support", _("Least share of orders"), "number", needed=True, initial=0.01,
             least=0.00001, most=1),
         Ask("confidence", _("Least confidence"), "number", needed=True, initial=0.5, least=0,
             most=1)),
        check=_columns_of_layout,
    ),
    "value": Question(
        _("Customer value"), _("How much will each customer still buy?"),
        (Ask("customer", _("Customer"), "column", needed=True),
         Ask("date", _("Day of the purchase"), "column", needed=True, holds="date"),
         Ask("amount", _("Amount"), "column", holds="number"),
         Ask("calibration_end", _("Last day the model may know"), "text"),
         Ask("period", _("Unit of time"), "choice", initial="weeks",
             choices=(("days", _("days")), ("weeks", _("weeks")), ("months", _("months"))))),
    ),
    "budget": Question(
        _("Split a budget"), _("Where would the same money bring more?"),
        (Ask("sales", _("What it is to raise"), "column", needed=True, holds="number"),
         Ask("channels", _("Spend per channel"), "columns", needed=True, holds="number"),
         Ask("date", _("Date, for trend and season"), "column", holds="date"),
         Ask("controls", _("Held fixed"), "columns"),
         Ask("total", _("Money to split (empty: as now)"), "number", least=0)),
    ),
    "experiment": Question(
        _("Experiment"), _("Did a treatment make a difference?"),
        (Ask("arm", _("Arm"), "column", needed=True),
         Ask("control", _("Value of the control arm"), "text", needed=True),
         Ask("outcome", _("Outcome"), "column", needed=True),
         Ask("success", _("Value that counts as success"), "text")),
    ),
    "text": Question(
        _("Sort texts"), _("Which kind of request is this? Learned from texts that have a label."),
        (Ask("text", _("Column with the texts"), "column", needed=True, holds="text"),
         Ask("label", _("Column with the labels; the empty ones are proposed"), "column",
             needed=True, holds="text"),
         Ask("time", _("Time, to judge on later rows"), "column", holds="date"),
         Ask("threshold", _("Least confidence of a proposal (empty: 95 of 100 are right)"),
             "number", least=0, most=1)),
    ),
    "duplicates": Question(
        _("Find duplicates"), _("Which rows are about one and the same?"),
        (Ask("record", _("Column that names the rows"), "column"),
         Ask("identity", _("Column with a known identity, to judge by"), "column"),
         Ask("ignore", _("Do not compare"), "columns"),
         Ask("threshold", _("Least probability of a pair"), "number", initial=0.5, least=0.01,
             most=1)),
        lambda given, kinds: {**given, "explain": True},
    ),
    "ordinal": Question(
        _("Explain steps"), _("What raises a mark, a grade, or another outcome in steps?"),
        (Ask("target", _("Column with the steps"), "column", needed=True),
         Ask("order", _("Steps that are words, lowest first, with commas"), "text"),
         Ask("time", _("Time, to judge on later rows"), "column", holds="date"),
         Ask("exclude", _("Leave out"), "columns")),
        _in_order,
    ),
    "staffing": Question(
        _("Staff by the hour"), _("How many people does it take at which hour of the week?"),
        (Ask("date", _("When each request came in, with the time"), "column", needed=True,
             holds="date"),
         Ask("duration", _("Column with the work of each request"), "column", holds="number"),
         Ask("handling", _("Or the mean work per request"), "number", least=0.01, most=86_400),
         Ask("unit", _("Unit of the work"), "choice", initial="minutes",
             choices=(("seconds", _("seconds")), ("minutes", _("minutes")),
                      ("hours", _("hours")))),
         Ask("target", _("Share to be answered in time"), "number", initial=0.8, least=0.01,
             most=0.999),
         Ask("within", _("In time means within so many seconds"), "number", initial=20, least=0,
             most=86_400),
         Ask("zone", _("Zone of the clock, for times that name theirs (Asia/Shanghai)"), "text")),
    ),
}  # fmt: skip


def defaults(method: str) -> dict[str, Any]:
    """The options of a method as the command line has them when none is given."""
    from analytics.command_line import METHODS

    parser = argparse.ArgumentParser(add_help=False)
    METHODS[method].add_arguments(parser)
    given = vars(parser.parse_args([]))
    return {name: given[name] for name in METHODS[method].parameters}
