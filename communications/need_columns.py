"""Where needs came from, in their list and in files."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from communications.models import Communication
from crm.common.columns import Column
from customers.resources import ArrayToString

# A need and its communications stand in one team: who sees the one sees the others.
_NUMBERS = ArrayToString(
    ArraySubquery(
        Communication.objects.alive()
        .filter(need=OuterRef("pk"))
        .order_by("pk")
        .values(number=Cast("pk", CharField()))
    ),
    Value("; "),
)
COLUMNS = [
    Column("communications", _("From communications"), path="communication_numbers",
           default=False, export=_NUMBERS),
]  # fmt: skip


def with_sources(needs: Any, shown: set[str]) -> Any:
    """The needs with the CRM numbers of their communications, when a list shows them."""
    if "communications" not in shown:
        return needs
    return needs.annotate(communication_numbers=_NUMBERS)
