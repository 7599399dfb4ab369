"""Pages of the plan: each target with what was sold."""

from __future__ import annotations

from typing import Any

from crm.records.views import RecordDetail
from sales.selectors import with_achieved


class TargetDetail(RecordDetail):
    def records(self) -> Any:
        return with_achieved(super().records(), self.request.user)
