"""Our methods against the field's usual ones, on the same rows in the same run."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Row = dict[str, Any]
ORIGINS = 3


def measure(*, quick: bool) -> dict[str, list[Row]]:
    """Forecasts, groups and scores: one row per method, the means over all tables."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return {
            "forecasts": _forecasts(series()),
            "forecasts_drawn": _forecasts(dict(list(drawn_series().items())[: 9 if quick else 36])),
            "groups": _groups(8 if quick else 40),
            "scores": _scores(4 if quick else 12),
        }


# Forecasts -------------------------------------------------------------------------------------


def series() -> dict[str, tuple[FloatArray, int, int]]:
    """Values, periods per season and horizon of public series that packages carry."""
    from statsforecast.utils import AirPassengers
    from statsmodels.datasets import co2, elnino, macrodata, nile, sunspots

    macro = macrodata.load_pandas().data
    months = co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    sea = elnino.load_pandas().data.iloc[:, 1:].to_numpy(float).ravel()
    found = {
        "AirPassengers": (np.asarray(AirPassengers, float), 12, 12),
        "co2": (months.to_numpy(float)[-240:], 12, 12),
        "elnino": (sea[-240:], 12, 12),
        "sunspots": (sunspots.load_pandas().data["SUNACTIVITY"].to_numpy(float)[-120:], 1, 6),
        "nile": (nile.load_pandas().data["volume"].to_numpy(float), 1, 6),
    }
    for name in ("realgdp", "realcons", "unemp", "infl", "tbilrate", "m1"):
        found[name] = (macro[name].to_numpy(float), 4, 8)
    return found


def drawn_series() -> dict[str, tuple[FloatArray, int, int]]:
    """Values, periods per season and horizon of four drawn series of each of nine kinds."""
    found = {}
    for turn in range(36):
        rng = np.random.default_rng([29, turn])
        n = int(rng.choice([36, 48, 72, 108]))
        t, noise = np.arange(n), rng.normal(0, 1, n)
        year = rng.normal(0, 1, 12)[t % 12]
        step = 8 * (t > n * rng.uniform(0.3, 0.6))
        kinds = {
            "trend": 20 + rng.uniform(-0.3, 0.6) * t + 2 * year + noise,
            "damped": 30 + 10 * (1 - 0.95**t) + year + 0.3 * np.cumsum(noise),
            "growing season": np.exp(3 + 0.01 * t + 0.3 * year + 0.08 * noise),
            "step": 20 + year + step + noise,
            "intermittent": rng.poisson(3, n) * (rng.random(n) < 0.35) * 1.0,
            "counts": rng.poisson(np.exp(2 + 0.01 * t + 0.4 * year)) * 1.0,
            "outliers": 30 + 2 * year + noise + 15 * noise[::-1] * (rng.random(n) < 0.04),
            "noise": 50 + 5 * noise,
            "random walk": 100 + np.cumsum(noise),
        }
        kind = list(kinds)[turn % len(kinds)]
        found[f"{kind} {turn}"] = (kinds[kind], 12, 6)
    return found


def _forecasts(every: dict[str, tuple[FloatArray, int, int]]) -> list[Row]:
    from statsforecast import models

    def by(model: Callable[[int], Any]) -> Callable[..., tuple[FloatArray, ...]]:
        def forecast(y: FloatArray, season: int, horizon: int) -> tuple[FloatArray, ...]:
            try:
                out = model(season).forecast(y=y, h=horizon, level=[80])
            except ValueError:  # the library's ARIMA(1,1,1) fails on some series
                out = models.SeasonalNaive(season).forecast(y=y, h=horizon, level=[80])
            return out["mean"], out["lo-80"], out["hi-80"]

        return forecast

    usual = {
        "AutoARIMA": by(lambda m: models.AutoARIMA(season_length=m)),
        "AutoETS": by(lambda m: models.AutoETS(season_length=m)),
        "dynamic Theta": by(lambda m: models.DynamicOptimizedTheta(season_length=m)),
    }

    def median(*asked: Any) -> tuple[FloatArray, ...]:
        each = [forecast(*asked) for forecast in usual.values()]
        return tuple(np.median(part, axis=0) for part in zip(*each, strict=True))

    methods = {
        "ours": _our_forecast,
        **usual,
        "median of these three": median,
        "seasonal naive": by(lambda m: models.SeasonalNaive(season_length=m)),
        "ARIMA(1,1,1)": by(lambda m: models.ARIMA(order=(1, 1, 1))),
    }
    return [_judged_forecasts(name, forecast, every) for name, forecast in methods.items()]


def _our_forecast(y: FloatArray, season: int, horizon: int) -> tuple[FloatArray, ...]:
    from analytics.methods.forecast import forecast

    units = {1: "YS", 4: "QS", 12: "MS"}
    dates = pd.date_range("1900-01-01", periods=len(y), freq=units[season])
    frame = pd.DataFrame({"date": dates, "y": y})
    rows = forecast(frame, "y", date="date", horizon=horizon, season=season).to_dict()["forecast"]
    return tuple(np.array([row[part] for row in rows]) for part in ("mean", "lo80", "hi80"))


def _judged_forecasts(
    name: str,
    forecast: Callable[..., tuple[FloatArray, ...]],
    every: dict[str, tuple[FloatArray, int, int]],
) -> Row:
    from analytics.methods.accuracy import coverage, mase, naive_scale, smape

    errors, began = [], time.process_time()
    for y, season, horizon in every.values():
        for step in range(ORIGINS, 0, -1):
            cut = len(y) - step * horizon
            if cut < 2 * season:
                continue
            past, later = y[:cut], y[cut : cut + horizon]
            mean, low, high = forecast(past, season, horizon)
            scale = naive_scale(past, season)
            errors.append(
                (mase(later, mean, scale), smape(later, mean), coverage(later, low, high))
            )
    scaled, percent, held = np.mean(errors, axis=0)
    return {
        "method": name, "mase": round(float(scaled), 3), "smape": round(float(percent), 2),
        "held80": round(float(held), 3),
        "cpu_s": round((time.process_time() - began) / len(errors), 2),
    }  # fmt: skip


# Groups ----------------------------------------------------------------------------------------


def _groups(tables: int) -> list[Row]:
    methods = {"ours": _our_groups, "K-means, largest silhouette": _usual_groups}
    return [_judged_groups(name, find, tables) for name, find in methods.items()]


def _judged_groups(name: str, find: Callable[..., NDArray[Any]], tables: int) -> Row:
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(77)
    began, agreements, right = time.process_time(), [], 0
    for turn in range(tables):
        frame, truth = _drawn_groups(rng, turn)
        labels = find(frame)
        agreements.append(adjusted_rand_score(truth, labels))
        right += len(set(labels)) == len(set(truth))
    return {
        "method": name, "rand": round(float(np.mean(agreements)), 3), "right_k": right,
        "tables": tables, "cpu_s": round((time.process_time() - began) / tables, 2),
    }  # fmt: skip


def _drawn_groups(rng: np.random.Generator, turn: int) -> tuple[pd.DataFrame, NDArray[np.int_]]:
    """Two to seven groups of unequal size and width; some skewed, some beside plain noise."""
    from sklearn.datasets import make_blobs

    k, columns = int(rng.integers(2, 8)), int(rng.integers(2, 7))
    X, truth = make_blobs(
        list(rng.integers(60, 300, k)), n_features=columns,
        cluster_std=rng.uniform(0.8, 2.5, k), random_state=int(rng.integers(1_000_000)),
    )  # fmt: skip
    if turn % 3 == 0:
        X = np.exp(X / 5)
    if turn % 4 == 0:
        X = np.hstack([X, rng.normal(0, 3, (len(X), 2))])
    return pd.DataFrame(X, columns=[f"c{j}" for j in range(X.shape[1])]), truth


def _our_groups(frame: pd.DataFrame) -> NDArray[Any]:
    from analytics.methods.clustering import cluster

    return np.asarray(cluster(frame).labels)


def _usual_groups(frame: pd.DataFrame) -> NDArray[Any]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from sklearn.preprocessing import StandardScaler

    Z = StandardScaler().fit_transform(frame)
    tried = [KMeans(k, n_init=10, random_state=0).fit_predict(Z) for k in range(2, 11)]
    return max(tried, key=partial(silhouette_score, Z))


# Scores ----------------------------------------------------------------------------------------


def _scores(tables: int) -> list[Row]:
    methods = {"ours": _our_chances, "logistic regression": _logistic, "boosting": _boosting}
    return [_judged_scores(name, chances, tables) for name, chances in methods.items()]


def _judged_scores(name: str, chances: Callable[..., FloatArray], tables: int) -> Row:
    from sklearn.datasets import make_classification
    from sklearn.metrics import log_loss, roc_auc_score

    began, found = time.process_time(), []
    for seed in range(tables):
        informative = 2 + seed % 4 * 2
        X, y = make_classification(
            500 + 250 * seed, n_features=12, n_informative=informative, n_redundant=2,
            flip_y=0.1 * (seed % 3), weights=[0.5 + 0.1 * (seed % 5)], random_state=seed,
        )  # fmt: skip
        frame = pd.DataFrame(X, columns=[f"c{j}" for j in range(12)])
        cut = int(0.7 * len(y))
        told = chances(frame[:cut], y[:cut], frame[cut:].reset_index(drop=True))
        found.append((roc_auc_score(y[cut:], told), log_loss(y[cut:], told)))
    area, loss = np.mean(found, axis=0)
    return {
        "method": name, "auc": round(float(area), 3), "log_loss": round(float(loss), 3),
        "tables": tables, "cpu_s": round((time.process_time() - began) / tables, 2),
    }  # fmt: skip


def _our_chances(known: pd.DataFrame, y: NDArray[Any], new: pd.DataFrame) -> FloatArray:
    from analytics.methods.score import score

    found = score(known.assign(event=np.where(y == 1, "yes", "no")), "event")
    if found.scorer is None:
        return np.full(len(new), found.base_rate)
    return found.scorer.probabilities(found.scorer.read(new), np.arange(len(new)))


def _logistic(known: pd.DataFrame, y: NDArray[Any], new: pd.DataFrame) -> FloatArray:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(known, y)
    return model.predict_proba(new)[:, 1]


def _boosting(known: pd.DataFrame, y: NDArray[Any], new: pd.DataFrame) -> FloatArray:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0).fit(known, y).predict_proba(new)[:, 1]
