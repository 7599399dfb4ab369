"""The figures by which results of a method are compared, the main one first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from analytics.models import Run
from crm.common import formats
from crm.common.registries import Text

CHOSEN = "@chosen"
Side = Literal["first", "second", ""]


@dataclass(frozen=True)
class Figure:
    """A figure of a stored answer.

    Attributes
    ----------
    path
        Where it stands in the answer; ``CHOSEN`` takes the entry of a list that the answer chose.
    better
        “more”, “less”, a value to be near to, or None where neither is better.
    between
        Paths of its 95 % interval: what overlaps is not told apart.
    """

    label: Text
    path: tuple[str, ...]
    better: Literal["more", "less"] | float | None = None
    digits: int = 2
    share: bool = False
    between: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def value(self, answer: Mapping[str, Any]) -> float | None:
        return _at(answer, self.path)

    def text(self, answer: Mapping[str, Any]) -> str:
        return self._shown(self.value(answer))

    def difference(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
        """The second less the first, with its sign."""
        one, other = self.value(first), self.value(second)
        if one is None or other is None:
            return ""
        sign = "+" if other > one else "−" if other < one else "±"
        return sign + self._shown(abs(other - one))

    def better_side(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> Side:
        one, other = self.value(first), self.value(second)
        if one is None or other is None or self.better is None or self._overlap(first, second):
            return ""
        gain = self._merit(other) - self._merit(one)
        if abs(gain) < 0.5 * 10.0 ** -(self.digits + 2 * self.share):
            return ""
        return "second" if gain > 0 else "first"

    def _merit(self, value: float) -> float:
        if self.better == "more":
            return value
        return -value if self.better == "less" else -abs(value - float(self.better or 0.0))

    def _overlap(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
        if self.between is None:
            return False
        ends = [[_at(answer, path) for path in self.between] for answer in (first, second)]
        (one_lo, one_hi), (other_lo, other_hi) = ends
        if one_lo is None or one_hi is None or other_lo is None or other_hi is None:
            return False
        return one_lo <= other_hi and other_lo <= one_hi

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "–"
        return formats.percent(value, 1) if self.share else formats.number(value, self.digits)


def _at(answer: Mapping[str, Any], path: Sequence[str]) -> float | None:
    found: Any = answer
    for key in path:
        if key == CHOSEN:
            # A result that is still computed, or was refused, has none.
            found = next((one for one in found or () if one["name"] == answer.get("chosen")), None)
        else:
            found = found.get(key) if isinstance(found, Mapping) else None
    return float(found) if isinstance(found, int | float) else None


def _forecast(*path: str) -> tuple[Figure, ...]:
    return (
        Figure(_("MASE on unseen weeks"), (*path, "mase"), "less"),
        Figure(_("MASE of the naive rival"), (*path, "naive_mase")),
        Figure(_("sMAPE (%)"), (*path, "smape"), "less", 1),
        Figure(_("Interval coverage (80%)"), (*path, "coverage80"), 0.80, share=True),
        Figure(_("Interval coverage (95%)"), (*path, "coverage95"), 0.95, share=True),
    )


def _score(label: Text, *path: str) -> tuple[Figure, ...]:
    between = ((*path, "auc_lo"), (*path, "auc_hi"))
    return (
        Figure(label, (*path, "auc"), "more", 3, between=between),
        Figure(_("Brier score"), (*path, "brier"), "less", 4),
    )


_CLUSTER = (
    Figure(_("Stability over samples (0 to 1)"), ("stability",), "more"),
    Figure(_("Silhouette (−1 to 1)"), ("silhouette",), "more"),
    Figure(_("Silhouette of data without groups"), ("null_silhouette",)),
)
_AUC = _("AUC on unseen data (0.5 is chance)")
_SLOPE = _("Calibration slope (1 is right)")
_REGRESS = (
    Figure(_("Adjusted R²"), ("r2_adj",), "more"),
    Figure("R²", ("r2",)),
    Figure(_("Durbin–Watson (2: residuals do not follow each other)"), ("durbin_watson",), 2.0),
)
_BUDGET = (
    Figure(_("Error on unseen weeks, with the channels"), ("error",), "less", 0),
    Figure(_("Error on unseen weeks, without them"), ("error_without",), digits=0),
    Figure("R²", ("r2",)),
)


def _value(*path: str) -> tuple[Figure, ...]:
    return (
        Figure(_("Correlation on later purchases"), (*path, "correlation"), "more"),
        Figure(_("Mean absolute error"), (*path, "mae"), "less"),
        Figure(_("Interval coverage (80%)"), (*path, "coverage80"), 0.80, share=True),
    )


def _rules(*path: str) -> tuple[Figure, ...]:
    hits = _("Hidden products guessed by three, later orders")
    return (
        Figure(hits, (*path, "hits"), "more", share=True),
        Figure(_("The same by what sells most"), (*path, "popular_hits"), share=True),
    )


def _customers() -> tuple[Figure, ...]:
    return (
        *_score(_AUC),
        Figure(_("Log-loss"), ("log_loss",), "less", 4),
        Figure(_("Log-loss of the base rate"), ("naive_log_loss",), digits=4),
        Figure(_("Brier score of the base rate"), ("naive_brier",), digits=4),
        Figure(_SLOPE, ("calibration_slope",), 1.0),
    )


def _deals() -> tuple[Figure, ...]:
    return (
        *_customers(),
        Figure(_("Log-loss of the stage's own rate"), ("stage_rate",), digits=4),
    )


def _marks() -> tuple[Figure, ...]:
    return (
        *_score(_("Low marks foretold while open: AUC")),
        Figure(_("Brier score of the base rate"), ("naive_brier",), digits=4),
        Figure(_SLOPE, ("slope",), 1.0),
    )


# In a run's metrics.
RUN_FIGURES: dict[str, tuple[Figure, ...]] = {
    Run.Method.CLUSTER: _CLUSTER,
    Run.Method.FORECAST: _forecast(),
    Run.Method.REGRESS: _REGRESS,
    Run.Method.BUDGET: _BUDGET,
    Run.Method.CHURN: _customers(),
    Run.Method.POTENTIAL: _customers(),
    Run.Method.WIN: _deals(),
    Run.Method.VALUE: _value(),
    Run.Method.RULES: _rules(),
    Run.Method.CSAT: _marks(),
    Run.Method.COMMUNICATIONS: _forecast(),
}
# In the answer to a question about a table.
TABLE_FIGURES: dict[str, tuple[Figure, ...]] = {
    "cluster": _CLUSTER,
    "forecast": _forecast("backtest"),
    "series": _forecast("backtest"),
    "regress": _REGRESS,
    "budget": _BUDGET,
    "score": (
        *_score(_AUC, "models", CHOSEN),
        Figure(_("Accuracy"), ("models", CHOSEN, "accuracy"), "more", share=True),
        Figure("ECE", ("models", CHOSEN, "ece"), "less", 3),
        Figure(_SLOPE, ("models", CHOSEN, "calibration_slope"), 1.0),
    ),
    "text": (
        Figure(_("Accuracy"), ("accuracy",), "more", share=True),
        Figure(_("Accuracy of the most frequent class"), ("base_rate",), share=True),
        Figure(_("Macro F1"), ("macro_f1",), "more"),
        Figure(_("Share left to a person"), ("abstained_share",), "less", share=True),
    ),
    "duplicates": (
        Figure("F1", ("f1",), "more", 3),
        Figure(_("Precision"), ("precision",), "more", share=True),
        Figure(_("Recall"), ("recall",), "more", share=True),
        Figure(_("Pairs that are right, by its own estimate"), ("expected_precision",), share=True),
        Figure(_("Different ones"), ("different",), digits=0),
    ),
    "ordinal": (
        *_score(_AUC, "models", CHOSEN)[:1],
        Figure(_("Accuracy"), ("models", CHOSEN, "accuracy"), "more", share=True),
        Figure(_("Log-loss"), ("models", CHOSEN, "log_loss"), "less", 4),
    ),
    "staffing": (
        Figure(_("Error on unseen weeks"), ("judged", "error"), "less"),
        Figure(_("The same with one mean for all hours"), ("judged", "naive_error")),
        Figure(_("Hours of presence a week"), ("hours_a_week",), digits=0),
    ),
    "value": _value("holdout"),
    "rules": _rules("holdout"),
}
