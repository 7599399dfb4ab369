"""The English sentences of every problem and notice, by code; one file per method.

``gettext_noop`` only marks a sentence for the message extractor; this package translates nothing.
"""

from __future__ import annotations

from analytics.methods.messages import (
    budget,
    cleaning,
    cluster,
    compare,
    experiment,
    files,
    forecast,
    linkage,
    ordinal,
    regression,
    rows,
    rules,
    satisfaction,
    score,
    staffing,
    text,
    value,
)

MESSAGES: dict[str, str] = {
    **rows.MESSAGES,
    **files.MESSAGES,
    **cleaning.MESSAGES,
    **forecast.MESSAGES,
    **cluster.MESSAGES,
    **regression.MESSAGES,
    **score.MESSAGES,
    **text.MESSAGES,
    **ordinal.MESSAGES,
    **satisfaction.MESSAGES,
    **staffing.MESSAGES,
    **linkage.MESSAGES,
    **rules.MESSAGES,
    **value.MESSAGES,
    **budget.MESSAGES,
    **compare.MESSAGES,
    **experiment.MESSAGES,
}
