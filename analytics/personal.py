"""What the tables of this app hold on a person: results are sums, but a label may be a name."""

from __future__ import annotations

from analytics.models import Run
from crm.records.personal.registry import Hunt, hunts

hunts.append(
    Hunt(
        Run, ("params", "metrics", "warnings", "result", "error"),
        kept=frozenset({"fingerprint", "versions"}),
    )
)  # fmt: skip
