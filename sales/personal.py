"""What the tables of this app hold on a person. Amounts, days, regions and channels stay."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.records.personal.cleaning import OWNED_FOLDERS
from crm.records.personal.registry import (
    RECORD_BLANK,
    Holding,
    Hunt,
    Subject,
    holdings,
    hunts,
    impersonal,
    numbered,
)
from crm.records.personal.tables import heal_view, read_view
from sales.models import (
    Channel,
    Deal,
    ExchangeRate,
    FunnelOutcome,
    FunnelStay,
    Order,
    OrderLine,
    Pipeline,
    PriceList,
    Product,
    Quote,
    QuoteLine,
    ReportDelivery,
    SavedReport,
    Stage,
    Target,
)

_CODES = frozenset({"number", "currency"})


def _theirs(subject: Subject) -> Q:
    return Q(customer__in=subject.customers)


def _addressed(subject: Subject) -> Q:
    return Q(contact__in=subject.contacts) & ~Q(customer__in=subject.customers)


OWNED_FOLDERS.append("quotes")
holdings += [
    Holding(
        Deal, _theirs,
        {**RECORD_BLANK, "name": numbered(_("Erased deal")), "note": "", "external_id": ""},
        kept=frozenset({"currency"}),
    ),
    Holding(
        OrderLine, lambda subject: Q(order__customer__in=subject.customers), {"description": ""},
        order=40,
    ),
    Holding(Order, _theirs, {**RECORD_BLANK, "note": ""}, kept=_CODES),
    Holding(
        QuoteLine, lambda subject: Q(quote__customer__in=subject.customers), {"description": ""},
        order=40,
    ),
    Holding(
        Quote, _theirs, {**RECORD_BLANK, "terms": "", "pdf": ""}, kept=_CODES, files=("pdf",)
    ),
    # A printed quote names the contact to whom it is addressed; it can be printed anew.
    Holding(Quote, _addressed, {"pdf": ""}, files=("pdf",), order=49),
]  # fmt: skip
hunts.append(Hunt(SavedReport, ("name", "query"), heal=heal_view, read=read_view))
# What a turn of a mailing came to: a count or a reason of ours; colleagues alone are named.
hunts.append(Hunt(ReportDelivery, ("reason",), kept=frozenset({"key"})))
hunts.append(Hunt(PriceList, ("name",), kept=frozenset({"currency", "search", "custom"})))
impersonal.update(dict.fromkeys([FunnelOutcome, FunnelStay], "Sums of deals by month."))
impersonal.update(
    dict.fromkeys(
        [Channel, ExchangeRate, Pipeline, Product, Stage, Target],
        "What is sold, and how selling is arranged.",
    )
)
