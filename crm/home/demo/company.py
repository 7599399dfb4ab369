"""Write the whole demo company in one transaction, a chunk of customers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from communications.models import Communication, FollowUp
from communications.triggers import CONTACT_DAYS
from crm.accounts.models import User
from crm.home.demo import campaigns, catalogue, desk, people, talks, truth
from crm.home.demo.copying import last_of, set_sequence
from crm.home.demo.customers import add_customer, add_need, add_people, meet
from crm.home.demo.days import YEARS, Clock
from crm.home.demo.deals import add_deals
from crm.home.demo.orders import add_orders
from crm.home.demo.targets import set_targets
from crm.home.demo.world import Tables, World, stream
from customers.models import Customer, Tag
from sales.models import Deal, Order, OrderLine, Product
from sales.services import stage_norms_refresh
from sales.services.forecasts import forecast_snapshot
from sales.services.orders import NUMBER_SEQUENCE
from sales.services.quotes import NUMBER_SEQUENCE as QUOTE_SEQUENCE
from sales.triggers import TALLIES
from service.models import ServiceRequest

CHUNK = 1000
_LOCK = 7_301_943
# Their rollups are written with the rows; the triggers would compute each of them again.
_ROLLED_UP = (Deal, Order, OrderLine, Communication, FollowUp, ServiceRequest)
_TAGS = (("重点客户", "red"), ("框架协议", "blue"), ("价格敏感", "orange"), ("可推荐", "green"))


class DemoExistsError(Exception):
    """The database already holds customers, products or the demo's people."""


class DemoImpossibleError(Exception):
    """The demo cannot be written here; the message says why."""


def build(
    *, size: int, seed: int, today: date, now: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:  # fmt: skip
    """Write ``size`` customers and all that hangs on them; gives the planted truth.

    ``now`` only sets the hours of the tasks that are due today. Nothing is kept of a run that
    does not end.

    Raises
    ------
    DemoExistsError
        When there are customers, products or demo sign-ins already.
    DemoImpossibleError
        For a base currency other than CNY, or a day outside the lunar table.
    """
    if settings.BASE_CURRENCY != "CNY":
        raise DemoImpossibleError(_("The demo is a company that reckons in CNY."))
    if today.year not in YEARS:
        raise DemoImpossibleError(
            _("The demo's holidays are known from %(first)s to %(last)s only.")
            % {"first": YEARS[0], "last": YEARS[-1]}
        )
    with transaction.atomic():
        _claim()
        world = _prepare(size, seed, Clock(today, now))
        market = campaigns.write_market(world.clock, seed, size)
        with _rollups_by_hand():
            _fill(world, progress)
        set_targets(world)
        stage_norms_refresh()
        forecast_snapshot(today)
        return truth.gather(world, market)


def _claim() -> None:
    """One demo at a time, and never on top of somebody's records."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if (
        Customer.objects.exists()
        or Product.objects.exists()
        or User.objects.filter(username__in=people.SIGN_INS).exists()
    ):
        raise DemoExistsError(
            _("There are customers, products or demo people already. Use an empty database.")
        )


def _prepare(size: int, seed: int, clock: Clock) -> World:
    staff = people.hire()
    tags = [Tag.objects.get_or_create(name=n, defaults={"colour": c})[0].pk for n, c in _TAGS]
    return World(
        seed=seed,
        size=size,
        clock=clock,
        staff=staff,
        catalogue=catalogue.stock(),
        pipe=catalogue.lay_pipe(),
        channels=catalogue.open_channels(),
        rates=catalogue.Rates(clock.today, stream(seed, "rates")),
        categories=desk.furnish(clock),
        tags=tuple(tags),
        campaigns=campaigns.plan_campaigns(clock, staff, stream(seed, "campaigns")),
        tables=Tables(),
        order_number=last_of(NUMBER_SEQUENCE),
        quote_number=last_of(QUOTE_SEQUENCE),
        day_plan={staff.users[name]: list(talks.DAY_PLAN) for name in ("rep", "manager")},
    )


def _fill(world: World, progress: Callable[[int], None]) -> None:
    tables = world.tables.all
    for index in range(world.size):
        _tell(world, index)
        if (index + 1) % CHUNK == 0 or index + 1 == world.size:
            for table in tables:
                table.flush()
            progress(index + 1)
    for table in tables:
        table.set_sequence()
    set_sequence(NUMBER_SEQUENCE, world.order_number)
    set_sequence(QUOTE_SEQUENCE, world.quote_number)


def _tell(world: World, index: int) -> None:
    """One customer's whole story; the customer's own row comes last, with its sums."""
    account, identity = meet(world, index)
    add_people(world, account, identity)
    add_need(world, account)
    add_orders(world, account, identity.acquisition)
    add_deals(world, account)
    talks.add_communications(world, account)
    talks.add_follow_ups(world, account)
    desk.add_requests(world, account)
    campaigns.add_activities(world, account)
    add_customer(world, account, identity)
    world.previous = account


@contextmanager
def _rollups_by_hand() -> Iterator[None]:
    """Foreign keys checked per COPY, so that memory stays bounded, and no rollup triggers."""
    tables = [model._meta.db_table for model in _ROLLED_UP]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        for tally in (*TALLIES, CONTACT_DAYS):
            cursor.execute(tally.refill)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"ANALYZE {Customer._meta.db_table}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
