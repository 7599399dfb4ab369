"""Model formulas from people we do not know: read strictly, never evaluated as Python.

A formula is cut into tokens; each must be a column, a number in its place, one of a few operators,
or one of a few functions.  Columns are then renamed to names of our own before a formula library
sees the text, so nothing typed by a person reaches an evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from analytics.methods.errors import DataProblem

FUNCTIONS = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "sqrt": np.sqrt,
}
SPECIAL = ("C", "I")
ALLOWED = ", ".join(("+", "-", ":", "*", "( )", *SPECIAL, *FUNCTIONS))
MAX_LENGTH = 4000
MAX_STARS = 5
MAX_POWER = 6

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>Q\(\s*(?:"[^"]*"|'[^']*')\s*\)|`[^`]*`)
    | (?P<name>(?:np\.)?[^\W\d]\w*)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<operator>\*\*|[-+*/:~(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Formula:
    """A formula that is safe to hand on.

    Attributes
    ----------
    text : str
        With columns renamed ``col_0_``, ``col_1_``, …
    columns : dict of str to str
        New name to column.
    outcome : tuple of str
        Columns left of the ``~``.
    categorical : frozenset of str
        Columns inside ``C(…)``.
    prefixed : frozenset of str
        Functions that were written with ``np.`` before them, and are named so in the answer.
    spelled : dict of str to str
        Columns written as ``Q('…')``, and how.
    """

    text: str
    columns: dict[str, str]
    outcome: tuple[str, ...]
    categorical: frozenset[str]
    prefixed: frozenset[str] = frozenset()
    spelled: Mapping[str, str] = field(default_factory=dict)

    def original(self, term: str) -> str:
        """Return ``term`` with the columns' own names, those that are no identifier in Q("…")."""

        def back(match: re.Match[str]) -> str:
            column = self.columns[match.group()]
            plain = re.fullmatch(r"[^\W\d]\w*", column)
            return self.spelled.get(column) or (column if plain else f'Q("{column}")')

        for name in self.prefixed:
            term = re.sub(rf"(?<![\w.]){name}\(", f"np.{name}(", term)
        return re.sub(r"col_\d+_", back, term)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse_formula(text: str, columns: Sequence[str]) -> Formula:
    """Read ``outcome ~ terms``.

    Parameters
    ----------
    text : str
        Allowed on the right: columns, ``+ - : * ( )``, ``0`` and ``1`` for the intercept,
        ``C(column)``, ``I(arithmetic of columns)`` and the functions of ``FUNCTIONS`` (also with
        ``np.`` before them).  Columns that are no identifier: ``Q("ad spend")`` or backticks.
    columns : sequence of str
        The columns there are.

    Returns
    -------
    Formula

    Raises
    ------
    DataProblem
        Naming the place and the rule that is broken, or the column that does not exist.
    """
    if len(text) > MAX_LENGTH:
        _refuse(text[:20], f"it is longer than {MAX_LENGTH} characters")
    if text.count("~") != 1:
        _refuse(text[:40], "it must have one “~” between outcome and terms")
    tokens = _tokens(text)
    reader = _Reader(tokens, [str(column) for column in columns])
    written = reader.read()
    names = {f"col_{k}_": column for k, column in enumerate(reader.used)}
    split = written.index("~")
    outcome = tuple(names[name] for name in re.findall(r"col_\d+_", " ".join(written[:split])))
    if not outcome:
        _refuse("~", "the outcome on its left is missing")
    if not written[split + 1 :]:
        _refuse("~", "the terms on its right are missing")
    explained = set(re.findall(r"col_\d+_", " ".join(written[split:])))
    if any(name in explained and names[name] in outcome for name in names):
        _refuse(outcome[0], "the outcome cannot also explain itself")
    return Formula(
        text="".join(written),
        columns=names,
        outcome=outcome,
        categorical=frozenset(reader.categorical),
        prefixed=frozenset(reader.prefixed),
        spelled=reader.spelled,
    )


def _refuse(near: str, rule: str) -> NoReturn:
    raise DataProblem("formula_syntax", {"near": near.strip() or "~", "rule": rule})


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            _refuse(stripped[position : position + 20], f"allowed are columns and {ALLOWED}")
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match.group(kind)))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens; each method writes what it has accepted."""

    def __init__(self, tokens: list[_Token], columns: list[str]) -> None:
        self.tokens, self.columns = tokens, columns
        self.at = 0
        self.depth = 0
        self.stars = 0
        self.used: list[str] = []
        self.categorical: set[str] = set()
        self.prefixed: set[str] = set()
        self.spelled: dict[str, str] = {}
        self.out: list[str] = []

    def read(self) -> list[str]:
        self._outcome()
        self._take("~")
        self._sum()
        if self.at < len(self.tokens):
            _refuse(self._peek(), "an operator is missing or a bracket is not open")
        return self.out

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def _take(self, text: str) -> None:
        if self._peek() != text:
            _refuse(self._peek() or "the end", f"“{text}” is expected here")
        self._write()

    def _write(self) -> None:
        self.out.append(self.tokens[self.at].text)
        self.at += 1

    def _outcome(self) -> None:
        if self._peek() == "~":
            _refuse("~", "the outcome on its left is missing")
        self._factor(inside_term=False)

    def _sum(self) -> None:
        """sum := [-] product (("+" | "-") product)*"""
        if self._peek() in "+-" and self._peek():
            self._write()
        self._product()
        while self._peek() in ("+", "-"):
            self._write()
            self._product()

    def _product(self) -> None:
        """product := factor ((":" | "*") factor)*"""
        self._factor()
        while self._peek() in (":", "*"):
            self.stars += self._peek() == "*"
            if self.stars > MAX_STARS:
                _refuse("*", f"at most {MAX_STARS} “*” are allowed")
            self._write()
            self._factor()

    def _factor(self, *, inside_term: bool = True) -> None:
        """factor := column | 0 | 1 | call | "(" sum ")" """
        kind, text = self._kind(), self._peek()
        if kind == "number" and inside_term:
            if text not in ("0", "1"):
                _refuse(text, "only 0 and 1 may stand alone, for the intercept")
            self._write()
        elif text == "(" and inside_term:
            self._bracket(self._sum)
        elif kind == "name" and self._is_call():
            self._call(inside_term=inside_term)
        elif kind in ("name", "quoted"):
            self._column()
        else:
            _refuse(text or "the end", "a column is expected here")

    def _bracket(self, inner: object) -> None:
        self.depth += 1
        if self.depth > 20:
            _refuse("(", "brackets are nested too deeply")
        self._take("(")
        inner()  # type: ignore[operator]  # one of this class's own methods
        self._take(")")
        self.depth -= 1

    def _is_call(self) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].text == "("

    def _call(self, *, inside_term: bool) -> None:
        name = self._peek().removeprefix("np.")
        if name == "C" and inside_term:
            self._write()
            self._take("(")
            self.categorical.add(self._column())
            self._take(")")
        elif name == "I" or name in FUNCTIONS:
            if self._peek() != name:
                self.prefixed.add(name)
            self.out.append(name)
            self.at += 1
            self._bracket(self._arithmetic)
        else:
            raise DataProblem("formula_function", {"name": self._peek(), "allowed": ALLOWED})

    def _arithmetic(self) -> None:
        """Arithmetic of columns and numbers inside I(…) and functions."""
        if self._peek() == "-":
            self._write()
        self._operand()
        while self._peek() in ("+", "-", "*", "/"):
            self._write()
            self._operand()

    def _operand(self) -> None:
        kind, text = self._kind(), self._peek()
        if kind == "number":
            # As a float: integer powers of typed digits could grow without end.
            self.out.append(repr(float(text)))
            self.at += 1
        elif text == "(":
            self._bracket(self._arithmetic)
        elif kind == "name" and self._is_call():
            if text.removeprefix("np.") == "C":
                _refuse(text, "categories cannot be calculated with")
            self._call(inside_term=False)
        elif kind in ("name", "quoted"):
            self._column()
        else:
            _refuse(text or "the end", "a column or number is expected here")
        if self._peek() == "**":
            self._power()

    def _power(self) -> None:
        self._write()
        text = self._peek()
        if self._kind() != "number" or not 0 < float(text) <= MAX_POWER:
            _refuse(text or "**", f"a power must be a number up to {MAX_POWER}")
        self._write()

    def _column(self) -> str:
        if self._kind() not in ("name", "quoted"):
            _refuse(self._peek() or "the end", "a column is expected here")
        text = self._peek()
        name = text
        if self._kind() == "quoted":
            name = text[1:-1] if text.startswith("`") else text[2:-1].strip()[1:-1]
            if text.startswith("Q"):
                self.spelled.setdefault(name, text)
        if name not in self.columns:
            shown = ", ".join(self.columns[:20]) + (", …" if len(self.columns) > 20 else "")
            raise DataProblem("column_missing", {"column": name, "columns": shown})
        if name not in self.used:
            self.used.append(name)
        self.out.append(f"col_{self.used.index(name)}_")
        self.at += 1
        return name
