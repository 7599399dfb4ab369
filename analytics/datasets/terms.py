"""The field's terms in answers: what each is called, and what it means to somebody who is no
statistician."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.common.registries import Text

TERMS: dict[str, tuple[Text, Text]] = {
    "row": (_("Row"), ""),
    "date": (_("Date"), ""),
    "group": (pgettext_lazy("analysis", "Group"), ""),
    "name": (_("Name"), ""),
    "arm": (_("Arm"), ""),
    "lhs": (_("With"), ""),
    "rhs": (pgettext_lazy("rule", "Also"), ""),
    "column": (_("Column"), ""),
    "kind": (_("Kind"), ""),
    "step": (pgettext_lazy("analysis", "Period"), ""),
    "label": (_("Description"), ""),
    "forecast": (_("Forecast"), ""),
    "coefficients": (_("Coefficients"), ""),
    "arms": (_("Arms"), ""),
    "rules": (_("Rules"), ""),
    "profiles": (_("Profiles"), ""),
    "models": (_("Candidates"), ""),
    "backtest": (_("On unseen data"), _("Forecasts from points in the past, against what came.")),
    "holdout": (_("On later purchases"), ""),
    "rows_used": (_("Rows used"), ""),
    "rows_dropped": (_("Rows left out"), _("Rows with a gap in a column that was needed.")),
    "k": (_("Number of groups"), ""),
    "silhouette": (_("Silhouette"), _("How well the groups are separated, at best 1.")),
    "stability": (_("Stability"), _("How alike the groups of other samples are, at best 1.")),
    "sizes": (_("Sizes"), ""),
    "labels": (pgettext_lazy("analysis", "Group"), ""),
    "chosen": (_("Chosen"), _("The one that erred least on data it had not seen.")),
    "order": (
        pgettext_lazy("analysis", "Order of the model"),
        _("Of the ARIMA model: lags, differences, moving averages."),
    ),
    "mase": ("MASE", _("Error against repeating the last season: below 1 is better than that.")),
    "smape": ("sMAPE", _("Error in per cent of the size of the figures.")),
    "naive_mase": (_("MASE of the naive forecast"), ""),
    "coverage80": (_("Share within the interval (80 %)"), ""),
    "coverage95": (_("Share within the interval (95 %)"), ""),
    "mean": (_("Mean"), ""),
    "median": (_("Median"), ""),
    "var": (_("Variance"), ""),
    "sd": (_("Standard deviation"), ""),
    "min": (_("Smallest"), ""),
    "max": (_("Greatest"), ""),
    "sum": (_("Sum"), ""),
    "quantiles": (_("Quantiles"), ""),
    "distinct": (_("Different values"), ""),
    "top": (_("Most frequent"), ""),
    "n": (_("Number"), ""),
    "missing": (_("Missing"), ""),
    "columns": (_("Columns"), ""),
    "lo": (_("From"), _("Lower end of the interval (95 %).")),
    "hi": (_("To"), _("Upper end of the interval (95 %).")),
    "lo80": (_("From (80 %)"), ""),
    "hi80": (_("To (80 %)"), ""),
    "lo95": (_("From (95 %)"), ""),
    "hi95": (_("To (95 %)"), ""),
    "p": ("p", _("How often chance alone would give so much or more.")),
    "q": ("q", _("p after allowing for the many comparisons (false discovery rate).")),
    "estimate": (_("Estimate"), ""),
    "se": (_("Standard error"), ""),
    "vif": ("VIF", _("Above 5: effects cannot be told apart.")),
    "r2": ("R²", _("Share of the variation that is explained.")),
    "r2_adj": (_("R², adjusted"), ""),
    "f": ("F", ""),
    "durbin_watson": ("Durbin–Watson", _("Near 2: neighbouring errors are independent.")),
    "resid_se": (_("Standard deviation of the errors"), ""),
    "auc": ("AUC", _("0.5 is guessing, 1 is a perfect order.")),
    "auc_lo": (_("AUC from"), ""),
    "auc_hi": (_("AUC to"), ""),
    "brier": ("Brier", _("Mean squared error of the probabilities: smaller is better.")),
    "ece": ("ECE", _("How far probabilities lie from what happened, on average.")),
    "calibration_slope": (_("Calibration slope"), _("1: neither too bold nor too shy.")),
    "accuracy": (_("Accuracy"), _("Share that is right.")),
    "signal": (_("Signal"), _("Whether the columns say anything about the outcome.")),
    "split": (_("Judged on"), ""),
    "leaks": (_("Suspicious columns"), _("They predict too well: known only afterwards?")),
    "reasons": (_("Reasons"), ""),
    "lift": (_("Lift"), _("How many times more often than by chance.")),
    "leverage": (_("Leverage"), _("Share of orders above what chance gives.")),
    "support": (_("Support"), _("Share of the orders that hold all of it.")),
    "confidence": (_("Confidence"), _("Share of the orders with it that hold the other too.")),
    "count": (_("Count"), ""),
    "itemsets": (_("Sets"), ""),
    "bgnbd": ("BG/NBD", _("How often customers buy, and whether they still do.")),
    "gammagamma": ("Gamma-Gamma", _("How much a purchase is worth.")),
    "loglik": (_("Log-likelihood"), ""),
    "actual": (_("Actual"), ""),
    "predicted": (_("Predicted"), ""),
    "correlation": (_("Correlation"), ""),
    "mae": (_("Mean absolute error"), ""),
    "difference": (_("Difference"), _("From the control arm.")),
    "seconds": (_("Seconds"), ""),
    "season": (_("Periods per season"), ""),
    "horizon": (_("Periods ahead"), ""),
    "origins": (_("Points of the past"), ""),
    "naive_smape": (_("sMAPE of the naive forecast"), ""),
}  # fmt: skip


def label(key: str) -> str:
    """The term's name; a key that is no term (a column of the table) is shown as it is."""
    return str(TERMS[key][0]) if key in TERMS else key.replace("_", " ")


def rank(key: str) -> int:
    """Where a term stands on a page: in the order above, unknown ones after them."""
    return _RANKS.get(key, len(_RANKS))


_RANKS = {key: position for position, key in enumerate(TERMS)}
