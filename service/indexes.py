"""The indexes of service requests, by what asks for them."""

from django.db.models import F, Index, Q

from crm.common.models import record_indexes
from service.conditions import OPEN_STATUSES, RUNNING

_ALIVE = Q(trashed_at__isnull=True)
_REPORTED = [
    "status", "owner", "team", "customer", "first_responded_at", "first_response_due_at",
    "resolution_due_at",
]  # fmt: skip


def _reported(name: str, field: str, other: str) -> Index:
    """Figures of a period are answered by this alone."""
    return Index(fields=[field], include=[*_REPORTED, other], name=name, condition=_ALIVE)


REQUEST_INDEXES = [
    *record_indexes("request"),
    Index("owner", "status", "resolution_due_at", name="request_owner_due", condition=_ALIVE),
    Index(
        "resolution_due_at", "id", name="request_open_due",
        condition=Q(status__in=RUNNING, trashed_at__isnull=True),
    ),
    Index(
        "opened_at", name="request_open",
        condition=Q(status__in=OPEN_STATUSES, trashed_at__isnull=True),
    ),
    Index("customer", F("opened_at").desc(), name="request_customer"),
    _reported("request_opened", "opened_at", "resolved_at"),
    _reported("request_resolved", "resolved_at", "opened_at"),
    # The orders that its list offers beside the newest first.
    Index("priority", "id", name="request_priority", condition=_ALIVE),
    Index("resolution_due_at", "id", name="request_due", condition=_ALIVE),
]  # fmt: skip
