"""The answers of the command line, key by key: other programs read them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.analytics.methods.test_value import shop
from tests.analytics.test_analyze_command import analyze

NUMBER, TEXT, WHOLE, LIST = (int, float), str, int, list
MAYBE = (int, float, type(None))
STEP = {
    "group": (str, type(None)), "step": WHOLE, "mean": NUMBER, "lo80": NUMBER, "hi80": NUMBER,
    "lo95": NUMBER, "hi95": NUMBER,
}  # fmt: skip
AHEAD = {
    "models": LIST, "chosen": TEXT, "forecast": [STEP],
    "backtest": dict.fromkeys(("mase", "smape", "coverage80", "coverage95", "naive_mase"), MAYBE),
}  # fmt: skip
SHAPES: dict[str, dict[str, Any]] = {
    "forecast": AHEAD | {"order": dict},
    "series": AHEAD | {"trend": dict, "seasonal_strength": NUMBER, "weekdays": LIST, "hours": LIST},
    "cluster": {
        "k": WHOLE, "silhouette": MAYBE, "stability": MAYBE, "sizes": LIST, "labels": [WHOLE],
        "profiles": [dict],
    },
    "regress": {
        "coefficients": [
            {"name": TEXT, "vif": MAYBE}
            | dict.fromkeys(("estimate", "se", "lo", "hi", "p"), NUMBER)
        ],
        "n": WHOLE,
    } | dict.fromkeys(("r2", "r2_adj", "f", "durbin_watson", "resid_se"), NUMBER),
    "score": {
        "models": [
            {"name": TEXT, "calibration_slope": MAYBE}
            | dict.fromkeys(("auc", "auc_lo", "auc_hi", "brier", "ece", "accuracy"), NUMBER)
        ],
        "chosen": TEXT, "split": TEXT, "leaks": [TEXT], "signal": bool, "reasons": [TEXT],
    },
    "rules": {
        "itemsets": WHOLE,
        "rules": [
            {"lhs": [TEXT], "rhs": TEXT, "count": WHOLE}
            | dict.fromkeys(("support", "confidence", "lift"), NUMBER)
        ],
    },
    "value": {
        "bgnbd": dict.fromkeys(("r", "alpha", "a", "b", "loglik"), NUMBER),
        "gammagamma": dict.fromkeys("pqv", NUMBER),
        "holdout": dict.fromkeys(("actual", "predicted", "correlation", "mae"), NUMBER),
    },
    "experiment": {
        "arms": [
            {"arm": TEXT, "n": WHOLE, "mean": NUMBER}
            | dict.fromkeys(("difference", "lo", "hi", "p"), MAYBE)
        ]
    },
    "text": {"accuracy": NUMBER, "macro_f1": NUMBER, "abstained": WHOLE},
    "duplicates": {
        "pairs": [{"a": object, "b": object, "probability": NUMBER}],
        "precision": NUMBER, "recall": NUMBER, "f1": NUMBER,
    },
    "describe": {
        "columns": [
            {"n": WHOLE, "missing": WHOLE, "quantiles": dict}
            | dict.fromkeys(("mean", "median", "var", "sd"), MAYBE)
        ]
    },
}  # fmt: skip
ALWAYS = {
    "method": TEXT, "rows_used": WHOLE, "rows_dropped": WHOLE, "warnings": [TEXT],
    "seconds": NUMBER,
}  # fmt: skip


def fits(found: Any, shape: Any, place: str) -> None:
    """Each promised key is there, at its place, with its type."""
    if isinstance(shape, dict):
        assert set(shape) <= set(found), place
        for key, inner in shape.items():
            fits(found[key], inner, f"{place}.{key}")
    elif isinstance(shape, list):
        assert isinstance(found, list), place
        for one in found:
            fits(one, shape[0], f"{place}[]")
    else:
        assert isinstance(found, shape), place
        assert shape is bool or not isinstance(found, bool), place


def _months() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    months = pd.date_range("2020-01-01", periods=48, freq="MS").strftime("%Y-%m-%d")
    sales = 100 + 10 * np.sin(np.arange(48) * np.pi / 6) + rng.normal(size=48)
    return pd.DataFrame({"月": months, "sales": sales.round(2), "tv": rng.normal(20, 3, 48)})


def _cases() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"wait": rng.exponential(4, 300), "colour": rng.choice([*"rgb"], 300)})
    left = rng.random(300) < 1 / (1 + np.exp(2 - 0.6 * frame["wait"]))
    return frame.assign(left=np.where(left, "是", "否"), spend=rng.gamma(2, 10, 300))


def _orders() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [(k, f"品{j}") for k in range(80) for j in rng.choice(6, 2, replace=False)]
    return pd.DataFrame(rows, columns=["order", "item"])


def _texts() -> pd.DataFrame:
    words = {"refund": "money back", "parcel": "not arrived", "invoice": "tax number"}
    rows = [(f"{said} {n % 7}", label) for label, said in words.items() for n in range(30)]
    return pd.DataFrame(rows, columns=["text", "label"])


def _people() -> pd.DataFrame:
    names = [f"{first} {last}" for first in ("ann", "bob", "cleo", "dan") for last in "uvwxyz"]
    phones = [10**7 + 37 * k for k in range(24)]
    people = pd.DataFrame({"id": range(24), "name": names, "phone": phones, "note": names[::-1]})
    return pd.concat([people, people.head(8).assign(id=range(24, 32))])


def _links() -> pd.DataFrame:
    return pd.DataFrame({"a": range(8), "b": range(24, 32)})


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "months": _months, "cases": _cases, "orders": _orders, "texts": _texts, "people": _people,
    "links": _links, "shop": lambda: shop(120),
}  # fmt: skip
COMMANDS = (
    "forecast --csv months --value sales --date 月 --horizon 3 --season 12",
    "series --csv months --date 月 --value sales",
    "cluster --csv cases --columns wait,spend --algorithm kmeans --k 2",
    "cluster --csv cases --columns wait,spend --algorithm dbscan",
    "regress --csv months --formula sales~tv --robust HC3",
    "score --csv cases --target left --positive 是 --exclude spend",
    "rules --csv orders --basket order --item item --support 0.05 --confidence 0.2",
    "value --csv shop --customer customer --date date --amount amount --period weeks",
    "experiment --csv cases --arm colour --control r --outcome spend",
    "text --train texts --test texts --text text --label label",
    "duplicates --csv people --links links --ignore note",
    "describe --csv cases --by colour,left",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables as a spreadsheet in China writes them."""
    made = tmp_path_factory.mktemp("contract")
    for name, table in TABLES.items():
        table().to_csv(made / name, index=False, sep=";", encoding="gb18030")
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_it_answers_with_every_promised_key(folder: Path, command: str) -> None:
    method, *options = command.split()
    done: subprocess.CompletedProcess[str] = analyze(
        method, *(str(folder / one) if one in TABLES else one for one in options), "--json", "-"
    )
    assert (done.returncode, done.stderr) == (0, "")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    fits(json.loads(done.stdout, parse_constant=refuse), ALWAYS | SHAPES[method], method)
