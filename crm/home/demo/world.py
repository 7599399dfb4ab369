"""What every domain of the demo shares: people, calendar, tables, and one customer's story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, TypeVar

from communications.models import Communication, FollowUp
from crm.home.demo.catalogue import Catalogue, Pipe, Rates
from crm.home.demo.copying import NULL, Table, search_literal
from crm.home.demo.days import Clock
from crm.home.demo.people import Staff
from customers.models import Affiliation, Contact, Customer, Need
from marketing.models import Activity
from sales.models import Deal, Order, OrderLine, Quote, QuoteLine, StageChange
from service.models import Reply, ServiceRequest, StatusChange, Survey

T = TypeVar("T")


def stream(*keys: object) -> Random:
    """The random numbers of one purpose; the same keys give the same numbers."""
    return Random(":".join(map(str, keys)))  # noqa: S311  # draws sample data, nothing secret


def pick(rng: Random, options: Sequence[T]) -> T:
    return options[int(rng.random() * len(options))]


class Tables:
    """The tables that grow with the number of customers, parents first."""

    def __init__(self) -> None:
        self.customers = Table(Customer, (
            "kind", "name", "name_key", "lifecycle", "phone", "email", "industry", "address",
            "city", "region", "country", "acquisition", "source", "consent_email", "consent_phone",
            "external_id", "note", "last_contact_at", "next_step_at", "order_count",
            "order_value", "first_order_at", "last_order_at", "open_deals", "open_requests",
        ))  # fmt: skip
        self.tags = Table(Customer.tags.through, ("customer_id", "tag_id"))
        self.contacts = Table(Contact, ("name", "title", "phone", "email", "wechat", "note"))
        self.affiliations = Table(
            Affiliation, ("customer_id", "contact_id", "role", "is_primary", "active")
        )
        self.needs = Table(
            Need, ("customer_id", "title", "product", "description", "priority", "status")
        )
        self.deals = Table(Deal, (
            "customer_id", "name", "contact_id", "need_id", "pipeline_id", "stage_id",
            "stage_since", "amount", "currency", "amount_base", "probability",
            "expected_close", "closed_at", "lost_reason", "note",
        ))  # fmt: skip
        self.stage_changes = Table(
            StageChange, ("deal_id", "from_stage_id", "to_stage_id", "at", "by_id")
        )
        self.quotes = Table(Quote, (
            "customer_id", "number", "deal_id", "contact_id", "status", "currency", "quoted_on",
            "valid_until", "language", "terms", "sent_at", "decided_at",
        ))  # fmt: skip
        self.quote_lines = Table(QuoteLine, (
            "quote_id", "position", "product_id", "description", "quantity", "unit_price",
            "tax_rate",
        ))  # fmt: skip
        self.orders = Table(Order, (
            "customer_id", "number", "kind", "refund_of_id", "deal_id", "quote_id", "channel_id",
            "status", "ordered_at",
            "currency", "rate", "total", "total_base", "note",
        ))  # fmt: skip
        self.lines = Table(
            OrderLine,
            ("order_id", "position", "product_id", "description", "quantity", "unit_price"),
        )
        self.communications = Table(Communication, (
            "customer_id", "contact_id", "about_kind", "about_id", "channel", "direction",
            "happened_at", "duration_seconds", "outcome", "subject", "content",
        ))  # fmt: skip
        self.follow_ups = Table(FollowUp, (
            "customer_id", "contact_id", "about_kind", "about_id", "kind", "title", "note",
            "due_at", "priority", "done_at", "done_by_id",
        ))  # fmt: skip
        self.requests = Table(ServiceRequest, (
            "customer_id", "contact_id", "requester", "requester_email", "subject",
            "description", "kind", "category_id", "priority", "channel", "status", "opened_at",
            "first_response_due_at", "first_responded_at", "resolution_due_at", "waiting_since",
            "resolved_at", "resolved_by_id", "closed_at", "reopened_count", "external_id",
        ))  # fmt: skip
        self.status_changes = Table(
            StatusChange, ("request_id", "from_status", "to_status", "at", "by_id")
        )
        self.replies = Table(Reply, ("request_id", "body", "internal", "author_id", "created_at"))
        self.surveys = Table(
            Survey, ("request_id", "agent_id", "sent_at", "answered_at", "score", "comment")
        )
        self.activities = Table(Activity, (
            "customer_id", "campaign_id", "contact_id", "stage", "result", "happened_at",
            "revenue", "note",
        ))  # fmt: skip

    @property
    def all(self) -> list[Table]:
        return [table for table in vars(self).values() if isinstance(table, Table)]


@dataclass
class World:
    """One demo while it is being written."""

    seed: int
    size: int
    clock: Clock
    staff: Staff
    catalogue: Catalogue
    pipe: Pipe
    channels: dict[str, int]
    rates: Rates
    categories: dict[str, int]
    tags: tuple[int, ...]
    campaigns: list[tuple[int, int, str]]  # id, day it started on, channel
    tables: Tables
    # How many follow-ups the sign-ins still get for their day.
    day_plan: dict[int, list[int]]
    order_number: int  # the last one given
    quote_number: int
    # Cents in CNY sold by colleague (or team) and quarter.
    sold: Counter[tuple[str, int, date]] = field(default_factory=Counter)
    segments: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    duplicates: list[tuple[int, int]] = field(default_factory=list)
    previous: Account | None = None

    def record(
        self,
        account: Account,
        owner: Any,
        since: Any,
        until: Any,
        *texts: str,
        team: int | None = None,
        trashed: Any = None,
    ) -> tuple[Any, ...]:
        """The columns that every record has; ``since`` and ``until`` are minutes."""
        clock = self.clock
        return (
            owner or NULL, team or account.team, clock.at(since), owner or NULL, clock.at(until),
            clock.at(trashed) if trashed is not None else NULL,
            self.staff.users["manager"] if trashed is not None else NULL,
            search_literal(*texts), 1,
        )  # fmt: skip

    def moment(self, minute: float | None) -> Any:
        return NULL if minute is None else self.clock.at(minute)


@dataclass(slots=True)
class Inquiry:
    """A service request as it will run: minutes of the history."""

    opened: int
    kind: str
    responded: int | None
    backlog: str = ""  # the status that it has kept until today


@dataclass(slots=True)
class Account:
    """One customer's story, and what its children add up to."""

    index: int
    rng: Random
    pk: int
    segment: str
    english: bool
    person: bool
    team: int
    team_key: str
    owner: int | None
    currency: str
    created: int  # minute
    scale: float = 1.0
    price: float = 0.0
    order_days: list[int] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)
    name: str = ""
    short: str = ""
    email: str = ""
    phone: str = ""
    place: tuple[str, str, str] = ("", "", "")  # city, region, country
    contact: int | None = None
    contact_name: str = ""
    need: int | None = None
    deal_open: tuple[int, int] | None = None  # id and minute of creation
    accepted: int | None = None  # the quote of the last deal, if it was accepted
    trashed: bool = False
    last_contact: int | None = None
    next_step: float | None = None
    order_count: int = 0
    order_cents: int = 0
    first_order: int | None = None
    last_order: int | None = None
    open_deals: int = 0
    open_requests: int = 0
