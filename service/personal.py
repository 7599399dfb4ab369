"""What the tables of this app hold on a person."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from crm.records.personal.registry import (
    RECORD_BLANK,
    Holding,
    Subject,
    holdings,
    impersonal,
    numbered,
)
from service.models import (
    SLA,
    Category,
    Holiday,
    Reply,
    Rule,
    ServiceRequest,
    Shift,
    StatusChange,
    Survey,
)


def _requests(subject: Subject, path: str = "") -> Q:
    """Their requests, and those that came from their address before it had a customer."""
    found = Q(**{f"{path}customer__in": subject.customers})
    found |= Q(**{f"{path}contact__in": subject.contacts})
    if subject.emails:
        same_address = Q(In(Lower(f"{path}requester_email"), sorted(subject.emails)))
        found |= same_address & Q(**{f"{path}customer__isnull": True})
    return found


def _below_requests(subject: Subject) -> Q:
    return _requests(subject, "request__")


holdings += [
    Holding(Reply, _below_requests, {"body": "–"}, order=20),
    Holding(Survey, _below_requests, {"comment": ""}, order=20),
    Holding(
        StatusChange, _below_requests, kept=frozenset({"from_status", "to_status"}), order=20
    ),
    Holding(
        ServiceRequest, _requests,
        {
            **RECORD_BLANK, "requester": "", "requester_email": "", "description": "",
            "subject": numbered(_("Erased request")), "external_id": "",
        },
    ),
]  # fmt: skip
impersonal.update(
    dict.fromkeys([Category, Holiday, Rule, Shift, SLA], "How the service desk is arranged.")
)
