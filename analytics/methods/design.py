"""From a formula and a frame to a design matrix without missing values or exact collinearity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.columns import as_numbers, numeric_column
from analytics.methods.errors import DataProblem, InsufficientData
from analytics.methods.formula import FUNCTIONS, Formula

FloatArray = NDArray[np.float64]
MAX_LEVELS = 100
MAX_COEFFICIENTS = 500
# Largest share of a (centred, normed) column that may be explained by the others.
COLLINEAR = 1e-9


@dataclass(frozen=True)
class Design:
    """Outcome and terms of a regression.

    Attributes
    ----------
    y : ndarray, shape (n,)
    X : ndarray, shape (n, p)
    names : tuple of str, length p
        As statsmodels writes them: ``Intercept``, ``TV``, ``C(channel)[T.shop]``.
    outcome : str
    rows : ndarray of int, shape (n,)
        Positions in the frame of the rows used.
    dropped : int
        Rows left out for missing or infinite values.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    outcome: str
    rows: NDArray[np.intp]
    dropped: int

    @property
    def intercept(self) -> int | None:
        """Return the index of the intercept column, None without one."""
        return self.names.index("Intercept") if "Intercept" in self.names else None


def build_design(frame: pd.DataFrame, formula: Formula, rows_per_coefficient: int) -> Design:
    """Return the design of ``formula`` on ``frame``.

    Raises
    ------
    InsufficientData
        Fewer than ``rows_per_coefficient`` rows for each coefficient.
    DataProblem
        Constant outcome, a category with one value or too many, values that the formula's
        functions cannot take, exactly collinear terms (named).
    """
    if len(frame) == 0:
        raise DataProblem("no_rows")
    data = pd.DataFrame({new: _column(frame, old, formula) for new, old in formula.columns.items()})
    complete = data.notna().all(axis=1).to_numpy()
    data = data[complete].reset_index(drop=True)
    if len(data) == 0:
        raise DataProblem("no_usable_rows")
    _check_columns(data, formula)
    y, X, names, outcome = _matrices(data, formula)
    if len(y) < max(rows_per_coefficient * X.shape[1], X.shape[1] + 1):
        needed = max(rows_per_coefficient * X.shape[1], X.shape[1] + 1)
        raise InsufficientData(
            "ten_rows_per_coefficient",
            {"coefficients": X.shape[1], "needed": needed, "rows": len(y)},
        )
    if float(np.ptp(y)) == 0.0:
        raise DataProblem("constant_outcome", {"column": outcome})
    guilty = collinear_terms(X, names)
    if guilty:
        raise DataProblem("collinear", {"terms": ", ".join(guilty)})
    rows = np.flatnonzero(complete)
    return Design(y, X, tuple(names), outcome, rows, int((~complete).sum()))


def _column(frame: pd.DataFrame, name: str, formula: Formula) -> pd.Series:
    column = frame[name]
    text = column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype)
    if name in formula.categorical or (text and name not in formula.outcome and _words(column)):
        as_text = column.map(_category, na_action="ignore").astype(object)
        return as_text.replace({"": np.nan})
    return numeric_column(frame, name)


def _words(column: pd.Series) -> bool:
    _, wrong = as_numbers(column)
    return bool(wrong.any())


def _category(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _check_columns(data: pd.DataFrame, formula: Formula) -> None:
    total = 1
    for new in data.columns:
        old = formula.columns[new]
        levels = int(data[new].nunique())
        category = data[new].dtype == object
        if levels < 2:
            code = "constant_outcome" if old in formula.outcome else "single_level"
            raise DataProblem(code, {"column": old})
        if category and levels > MAX_LEVELS:
            params = {"column": old, "levels": levels, "limit": MAX_LEVELS}
            raise DataProblem("too_many_categories", params)
        total += levels if category else 1
    # An upper bound is enough to keep interactions of large categories from filling the memory.
    bound = total
    if any(sign in formula.text.split("~")[1] for sign in (":", "*")):
        sizes = [int(data[new].nunique()) for new in data.columns if data[new].dtype == object]
        bound = int(np.prod([float(size) for size in sizes])) + total if sizes else total
    if bound > MAX_COEFFICIENTS:
        raise DataProblem("formula_too_large", {"coefficients": bound})


def _matrices(
    data: pd.DataFrame, formula: Formula
) -> tuple[FloatArray, FloatArray, list[str], str]:
    import formulaic

    with np.errstate(all="ignore"):
        try:
            made = formulaic.model_matrix(
                formula.text, data, context=dict(FUNCTIONS), na_action="ignore"
            )
        except (formulaic.errors.FormulaicError, ValueError, TypeError, ArithmeticError) as error:
            rule = "the terms cannot be combined so"
            raise DataProblem("formula_syntax", {"near": "~", "rule": rule}) from error
    left, right = pd.DataFrame(made.lhs), pd.DataFrame(made.rhs)
    if right.shape[1] == 0:
        raise DataProblem("formula_syntax", {"near": "~", "rule": "no term is left on its right"})
    for part in (left, right):
        for name in part.columns:
            wrong = int((~np.isfinite(part[name].to_numpy(dtype=float))).sum())
            if wrong:
                params = {"term": formula.original(str(name)), "rows": wrong}
                raise DataProblem("not_finite_after_transform", params)
    y = left.iloc[:, 0].to_numpy(dtype=float)
    names = [formula.original(str(name)) for name in right.columns]
    return y, right.to_numpy(dtype=float), names, formula.original(str(left.columns[0]))


def collinear_terms(X: FloatArray, names: list[str] | tuple[str, ...]) -> list[str]:
    """Return the terms of an exact linear combination among the columns of X, or none.

    Columns are centred where there is an intercept, and normed; a singular value under 1e-9 of
    the largest marks a combination, and the terms with a loading in it are named.
    """
    Z, kept = X, list(names)
    if "Intercept" in kept:
        keep = [k for k, name in enumerate(kept) if name != "Intercept"]
        Z = X[:, keep] - X[:, keep].mean(axis=0)
        kept = [kept[k] for k in keep]
    norms = np.linalg.norm(Z, axis=0)
    flat = norms <= 1e-12 * np.maximum(np.abs(X).max(initial=1.0), 1.0)
    if flat.any():
        return [name for name, is_flat in zip(kept, flat, strict=True) if is_flat] + (
            ["Intercept"] if "Intercept" in names else []
        )
    if not kept:
        return []
    Z = Z / norms
    _, values, vectors = np.linalg.svd(np.linalg.qr(Z, mode="r"))
    null = vectors[values < COLLINEAR * values[0]]
    return [name for k, name in enumerate(kept) if np.any(np.abs(null[:, k]) > 1e-6)]
