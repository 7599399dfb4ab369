"""What the models that a method tries are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.common.registries import Text

_NAMES: dict[str, Text] = {
    "logistic": _("Logistic regression"),
    "svm_linear": _("Support vector machine (linear)"),
    "svm_rbf": _("Support vector machine (RBF)"),
    "tree": _("Decision tree"),
    "boosting": _("Gradient boosting"),
    "forest": _("Random forest"),
    "blend": _("Mean of the best models"),
    "ordinal": _("Ordered logistic regression"),
    "multinomial": _("Multinomial logistic regression"),
    "base_rate": _("Base rate"),
    "seasonal_naive": _("Repeating the last season"),
    "ets": _("Exponential smoothing"),
    "theta": _("Dynamic optimised Theta"),
    "ces": _("Complex exponential smoothing"),
    "autoregression": _("Autoregression"),
    "combination": _("Weighted mean of the others"),
    "arima": "ARIMA",
    "bgnbd": "BG/NBD",
    "gammagamma": "Gamma-Gamma",
    "historical_rate": _("Past rate"),
    "rfm_regression": _("Regression on recency, frequency and money"),
    "rfm_tree": _("Tree on recency, frequency and money"),
    "own_rhythm": _("Each customer's own rhythm"),
    "usual_pause": _("The usual pause of all"),
}


def model_name(name: str) -> str:
    """A model's name in the reader's language."""
    return str(_NAMES.get(name, name))


def model_label(model: Mapping[str, Any]) -> str:
    """The same of a candidate with ``name`` and ``label``; ARIMA's tells its order."""
    if model["name"] == "arima" and model.get("label"):
        return str(model["label"])
    return str(_NAMES.get(model["name"]) or model.get("label") or model["name"])
