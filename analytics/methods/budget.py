"""Where should the budget go? Response curves, the best split, and how sure its gain is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.methods.adjustment import in_time_order
from analytics.methods.allocation import best_split
from analytics.methods.columns import date_column, numeric_column, require_columns
from analytics.methods.errors import DataProblem, InsufficientData, Notice
from analytics.methods.response import (
    Curve,
    ResponseFit,
    Saturation,
    adstock,
    fit_response,
    media_sales,
)
from analytics.methods.serialise import jsonable

FloatArray = NDArray[np.float64]
ROWS_PER_CHANNEL = 10
ROWS_PER_ADJUSTMENT = 4  # of a column that is held fixed and not reported
# How far outside the observed spend a suggestion may go.
BEYOND = 0.2
DRAWS = 100
# Neighbouring weeks resemble each other: residuals are drawn in blocks of this many.
BLOCK = 8
CURVE_POINTS = 21
HELD_OUT = 0.2
# Beyond this correlation (a variance inflation of 10) two channels cannot be told apart.
TOGETHER = 0.95


@dataclass(frozen=True)
class Channel:
    """One channel.

    Attributes
    ----------
    name : str
    spend, suggested : float
        A period, on average so far and suggested.
    least, most : float
        Bounds of the suggestion: at most 20 % outside what was observed as lasting spend.
    kept, half : float
        Carry-over into the next period, and spend at half of the largest effect.
    sales, sales_lo, sales_hi : float
        What the channel brought a period on average, with the 90 % interval.
    roi, next_unit : float or None
        Sales per unit of spend, on average and of the next unit.
    curve : tuple of (spend, sales, lo, hi)
        Sales a period for lasting spends from nothing to ``most``.
    """

    name: str
    spend: float
    suggested: float
    least: float
    most: float
    kept: float
    half: float
    sales: float
    sales_lo: float
    sales_hi: float
    roi: float | None
    next_unit: float
    curve: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class BudgetResult:
    """The suggested split.

    Attributes
    ----------
    total : float
        Budget a period.
    gain, gain_lo, gain_hi : float
        Sales a period that the suggested split brings beyond the present one of the same total,
        with the 90 % bootstrap interval.
    equal_gain : float
        What an equal split would bring beyond the present one.
    r2 : float
    error, error_without : float
        Root mean square error on the last fifth, with and without the channels.
    clear : bool
        The channels help on unseen periods, and the gain's interval lies above 0.
    """

    channels: tuple[Channel, ...]
    total: float
    gain: float
    gain_lo: float
    gain_hi: float
    equal_gain: float
    r2: float
    error: float
    error_without: float
    clear: bool
    rows_used: int
    rows_dropped: int
    notices: tuple[Notice, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the command line's answer."""
        answer = {name: jsonable(value) for name, value in self.__dict__.items()}
        del answer["notices"]
        answer["warnings"] = [notice.text for notice in self.notices]
        return answer


def budget(
    frame: pd.DataFrame,
    *,
    sales: str,
    channels: list[str],
    date: str | None = None,
    controls: list[str] | None = None,
    total: float | None = None,
    saturation: Saturation = "hill",
    seed: int = 0,
) -> BudgetResult:
    """Estimate what each channel brings, and suggest how to split a budget.

    Parameters
    ----------
    frame : DataFrame
        One row per period, in order of time or with a ``date`` column; rows of one date are
        summed.  Rows with a missing value are left out and counted.
    sales : str
        Column to explain.
    channels : list of str
        Columns of spend.
    controls : list of str, optional
        Columns held fixed, besides trend and yearly season (the latter with dates).
    total : float, optional
        Budget a period; by default what was spent on average.
    saturation : {"hill", "log"}
    seed : int
        Of the bootstrap.

    Returns
    -------
    BudgetResult

    Raises
    ------
    DataProblem, InsufficientData
        A column is missing, constant or negative, fewer than 10 rows per channel and 4 per column
        that is held fixed, or a total that lies over 20 % outside what was observed.
    """
    names = list(dict.fromkeys(channels))
    held = list(controls or [])
    rows, found = frame, None
    if date is None:  # carry-over goes by the order of the rows
        rows, found = in_time_order(frame, None, exclude={sales, *names, *held})
    data, dropped, notices = _read(rows, sales, names, held, date)
    if found and not rows.index.equals(frame.index):
        notices.append(Notice("rows_put_in_order", {"column": found}))
    Z = _controls(data, held, date)
    _check(data, sales, names, Z)
    y, X = data[sales].to_numpy(dtype=float), data[names].to_numpy(dtype=float)
    fit = fit_response(y, X, Z, saturation)
    lo, hi = _bounds(X, fit.curves)
    now = X.mean(axis=0)
    wanted = _check_total(total, now, lo, hi)
    present = now * (wanted / now.sum())
    split = best_split(fit.curves, wanted, lo, hi)
    equal = np.full(len(names), wanted / len(names))
    draws = _draws(fit, y, X, Z, saturation, seed)
    gains = np.array([_sales(curves, split) - _sales(curves, present) for curves in draws])
    gain_lo, gain_hi = np.quantile(gains, [0.05, 0.95])
    error, without = _held_out(y, X, Z, saturation)
    clear = bool(error < without and gain_lo > 0)
    notices += _together(data[names])
    notices += _notices(fit.curves, names, helps=error < without, clear=clear)
    return BudgetResult(
        channels=_channels(names, X, now, split, lo, hi, fit.curves, draws),
        total=wanted,
        gain=_sales(fit.curves, split) - _sales(fit.curves, present),
        gain_lo=float(gain_lo),
        gain_hi=float(gain_hi),
        equal_gain=_sales(fit.curves, equal) - _sales(fit.curves, present),
        r2=1.0 - float(np.var(fit.residuals) / np.var(y)),
        error=error,
        error_without=without,
        clear=clear,
        rows_used=len(frame) - dropped,
        rows_dropped=dropped,
        notices=tuple(notices),
    )


def _read(
    frame: pd.DataFrame, sales: str, names: list[str], held: list[str], date: str | None
) -> tuple[pd.DataFrame, int, list[Notice]]:
    wanted = [sales, *names, *held]
    twice = [name for name in wanted if wanted.count(name) > 1]
    if twice:
        raise DataProblem("column_in_two_roles", {"column": twice[0]})
    require_columns(frame, [*wanted, *([date] if date else [])])
    if len(frame) == 0:
        raise DataProblem("no_rows")
    if not names:
        raise DataProblem("no_channels")
    data = pd.DataFrame({name: numeric_column(frame, name) for name in wanted})
    if date:
        data["__date"] = date_column(frame, date)
    data = data.dropna()
    dropped = len(frame) - len(data)
    notices = [Notice("rows_missing_dropped", {"rows": dropped})] if dropped else []
    if len(data) == 0:
        raise DataProblem("no_usable_rows")
    if date:
        doubled = int(data["__date"].duplicated().sum())
        if doubled:
            notices.append(Notice("duplicate_dates_summed", {"rows": doubled}))
        how = {name: "mean" if name in held else "sum" for name in wanted}
        data = data.groupby("__date", sort=True).agg(how).reset_index()
    return data, dropped, notices


def _together(spend: pd.DataFrame) -> list[Notice]:
    r = np.atleast_2d(np.corrcoef(spend.to_numpy(dtype=float), rowvar=False))
    names = [str(name) for name in spend.columns]
    return [
        Notice("channels_move_together", {"one": names[a], "other": names[b], "r": float(r[a, b])})
        for a, b in combinations(range(len(names)), 2)
        if abs(r[a, b]) > TOGETHER
    ]


def _controls(data: pd.DataFrame, held: list[str], date: str | None) -> FloatArray:
    """Return ones, a trend, two pairs of yearly waves where a year is covered, and controls."""
    n = len(data)
    columns = [np.ones(n), np.linspace(-1, 1, n)]
    if date and n > 2:
        day = (data["__date"] - data["__date"].iloc[0]).dt.total_seconds().to_numpy() / 86_400
        if day[-1] > 450:
            for k in (1, 2):
                angle = 2 * np.pi * k * day / 365.25
                columns += [np.sin(angle), np.cos(angle)]
    for name in held:
        values = data[name].to_numpy(dtype=float)
        spread = float(values.std())
        if spread > 0:
            columns.append((values - values.mean()) / spread)
    return np.column_stack(columns)


def _check(data: pd.DataFrame, sales: str, names: list[str], Z: FloatArray) -> None:
    needed = ROWS_PER_CHANNEL * len(names) + ROWS_PER_ADJUSTMENT * Z.shape[1]
    if len(data) < needed:
        params = {"channels": len(names), "held": Z.shape[1], "needed": needed, "rows": len(data)}
        raise InsufficientData("rows_per_channel", params)
    if data[sales].nunique() < 2:
        raise DataProblem("constant_outcome", {"column": sales})
    for name in names:
        if (data[name] < 0).any():
            raise DataProblem("negative_spend", {"column": name})
        if data[name].nunique() < 2:
            raise DataProblem("single_level", {"column": name})


def _bounds(X: FloatArray, curves: tuple[Curve, ...]) -> tuple[FloatArray, FloatArray]:
    lasting = [adstock(X[:, c], curve.kept) for c, curve in enumerate(curves)]
    lo = np.array([float(a.min()) for a in lasting]) * (1 - BEYOND)
    hi = np.array([float(a.max()) for a in lasting]) * (1 + BEYOND)
    return lo, hi


def _check_total(total: float | None, now: FloatArray, lo: FloatArray, hi: FloatArray) -> float:
    wanted = float(now.sum()) if total is None else total
    if not np.isfinite(wanted) or not lo.sum() <= wanted <= hi.sum() or wanted <= 0:
        rule = f"between {lo.sum():.6g} and {hi.sum():.6g}, within 20% of what was observed"
        raise DataProblem("bad_parameter", {"name": "total", "rule": rule, "value": total})
    return wanted


def _sales(curves: tuple[Curve, ...], split: FloatArray) -> float:
    return float(sum(curve.sales(np.array(x)) for curve, x in zip(curves, split, strict=True)))


def _draws(
    fit: ResponseFit, y: FloatArray, X: FloatArray, Z: FloatArray, kind: Saturation, seed: int
) -> list[tuple[Curve, ...]]:
    """Refit on residuals drawn anew in blocks (H. R. Künsch 1989, Annals of Statistics 17)."""
    rng = np.random.default_rng(seed)
    n = len(y)
    block = min(BLOCK, n // 4)
    # Fitted residuals are too small by the coefficients spent on them.
    residuals = fit.residuals * np.sqrt(n / max(n - Z.shape[1] - 2 * X.shape[1], 1))
    found = []
    for _ in range(DRAWS):
        starts = rng.integers(0, n - block + 1, -(-n // block))
        drawn = np.concatenate([residuals[s : s + block] for s in starts])[:n]
        found.append(fit_response(fit.fitted + drawn, X, Z, kind, fit.curves).curves)
    return found


def _held_out(y: FloatArray, X: FloatArray, Z: FloatArray, kind: Saturation) -> tuple[float, float]:
    """Return the errors on the last fifth with the channels and without them."""
    split = int(len(y) * (1 - HELD_OUT))
    early = fit_response(y[:split], X[:split], Z[:split], kind)
    with_media = media_sales(early.curves, X)[split:].sum(axis=1) + Z[split:] @ early.controls
    plain = np.linalg.lstsq(Z[:split], y[:split], rcond=None)[0]
    errors = (y[split:] - with_media, y[split:] - Z[split:] @ plain)
    first, second = (float(np.sqrt(np.mean(e**2))) for e in errors)
    return first, second


def _channels(
    names: list[str],
    X: FloatArray,
    now: FloatArray,
    split: FloatArray,
    lo: FloatArray,
    hi: FloatArray,
    curves: tuple[Curve, ...],
    draws: list[tuple[Curve, ...]],
) -> tuple[Channel, ...]:
    brought = media_sales(curves, X).mean(axis=0)
    drawn = np.stack([media_sales(one, X).mean(axis=0) for one in draws])
    found = []
    for c, name in enumerate(names):
        low, high = np.quantile(drawn[:, c], [0.05, 0.95])
        found.append(
            Channel(
                name=name,
                spend=float(now[c]),
                suggested=float(split[c]),
                least=float(lo[c]),
                most=float(hi[c]),
                kept=curves[c].kept,
                half=curves[c].half,
                sales=float(brought[c]),
                sales_lo=float(low),
                sales_hi=float(high),
                roi=float(brought[c] / now[c]) if now[c] > 0 else None,
                next_unit=float(curves[c].slope(now[c : c + 1])[0]),
                curve=_points(curves[c], [one[c] for one in draws], float(hi[c])),
            )
        )
    return tuple(found)


def _points(
    curve: Curve, draws: list[Curve], most: float
) -> tuple[tuple[float, float, float, float], ...]:
    spend = np.linspace(0, most, CURVE_POINTS)
    low, high = np.quantile(np.stack([one.sales(spend) for one in draws]), [0.05, 0.95], axis=0)
    rows = zip(spend, curve.sales(spend), low, high, strict=True)
    return tuple((float(x), float(s), float(a), float(b)) for x, s, a, b in rows)


def _notices(
    curves: tuple[Curve, ...], names: list[str], *, helps: bool, clear: bool
) -> list[Notice]:
    notices = []
    silent = [name for name, curve in zip(names, curves, strict=True) if curve.gain == 0]
    if silent:
        notices.append(Notice("channels_without_effect", {"channels": ", ".join(silent)}))
    if not helps:
        notices.append(Notice("channels_do_not_help"))
    elif not clear:
        notices.append(Notice("split_not_clear"))
    notices.append(Notice("spend_not_randomised"))
    return notices
