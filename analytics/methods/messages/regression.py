"""Regression."""

from __future__ import annotations

from analytics.methods.messages.marking import gettext_noop as _

MESSAGES: dict[str, str] = {
    "formula_syntax": _("The formula cannot be read near “%(near)s”: %(rule)s."),
    "formula_function": _("“%(name)s” is not allowed in a formula; allowed are %(allowed)s."),
    "formula_too_large": _("The formula asks for about %(coefficients)d coefficients; too many."),
    "too_many_categories": _(
        "Column “%(column)s” has %(levels)d different values; at most %(limit)d can be categories."
    ),
    "single_level": _("Column “%(column)s” has only one value, so it has no effect to estimate."),
    "ten_rows_per_coefficient": _(
        "A regression needs 10 rows per coefficient: %(coefficients)d coefficients need "
        "%(needed)d rows; found: %(rows)d."
    ),
    "constant_outcome": _("The outcome “%(column)s” never changes; there is nothing to explain."),
    "collinear": _(
        "These terms are exact combinations of each other, so their effects cannot be told "
        "apart: %(terms)s. Leave one out."
    ),
    "not_finite_after_transform": _(
        "“%(term)s” is not a finite number in %(rows)d rows (a logarithm or root of zero or less, "
        "or a division by zero?)."
    ),
    "few_rows_per_coefficient": _(
        "Only %(ratio).0f rows per coefficient; below 20 the estimates move easily."
    ),
    "high_vif": _(
        "%(term)s is nearly a combination of the others (VIF %(vif).0f): its effect is blurred."
    ),
    "autocorrelated": _(
        "Neighbouring residuals are alike (Durbin–Watson %(durbin_watson).2f, 2 is none): a trend "
        "or season is missing, and plain standard errors are too small."
    ),
    "heteroscedastic": _(
        "The spread of the residuals changes (Breusch–Pagan p = %(p).2g): use HC3 errors."
    ),
    "residuals_not_normal": _(
        "The residuals are not normal (Jarque–Bera p = %(p).2g); with few rows intervals are rough."
    ),
    "influential_rows": _("Rows that pull the fit strongly (Cook's distance above 1): %(which)s."),
    "rows_decide": _(
        "Few rows decide (%(which)s): without them the formula explains %(without).0f%% of the "
        "variation, with them %(percent).0f%%. Are they right?"
    ),
    "many_comparisons": _(
        "%(tests)d coefficients were tested at 5%%: about %(expected).1f would look significant "
        "by chance alone. After Holm's correction %(kept)d remain."
    ),
    "copies_counted": _(
        "Some rows are exact copies of others (%(rows)d): if they were only written twice, "
        "the intervals are too narrow."
    ),
    "exact_fit": _(
        "The terms give the outcome exactly: it seems to be calculated from them, so there is "
        "nothing to estimate."
    ),
    "low_r2": _(
        "The formula explains %(percent).0f%% of the variation. That is not “no effect”: read the "
        "intervals."
    ),
    "effect_disagrees": _(
        "%(term)s: %(unadjusted).3g unadjusted, but %(adjusted).3g (p = %(p).2g) once trend, "
        "season and controls are held fixed. Do not act on the unadjusted figure."
    ),
}
