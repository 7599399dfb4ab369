"""Deals as they were known at moments while they were open, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from analytics.frames import Scope
from analytics.moments import Moments, seconds
from analytics.snapshots import PROFILE
from communications.models import About, Communication, FollowUp
from crm.common.days import day_start
from sales.models import Deal, Order, Quote, QuoteLine, Stage, StageChange

if TYPE_CHECKING:
    import pandas as pd

# Of more, the deals that were closed last are learned from.
LEARNED_DEALS = 60_000
DAY = 86_400
MONTH = 30 * DAY
# How far apart the looks at one deal are: most deals are looked at once at most.
SPACING_SHARE = 0.75
SPACING_DAYS = (7, 180)
WEEK_BEFORE = timedelta(days=7)
# A fraction of the whole that looks random and stays with the deal (Knuth's multiplicative hash).
_HASH, _WHOLE = 2_654_435_761, 2**32

LEARN, NOW, BEFORE = "learn", "now", "before"
FEATURES = [
    "stage", "days_in_stage", "stay", "open_days", "moves", "amount", "deal_contacts",
    "contacts_month", "silence", "next_step", "quotes", "orders", "won_before", "lost_before",
    "acquisition", "industry", "region", "kind", "product",
]  # fmt: skip
COLUMNS = ["deal", "part", "day", "event", "set_chance", *FEATURES]


def deals(scope: Scope) -> pd.DataFrame:
    """Looks at deals while they were open, one row each.

    ``part`` is "learn" for deals that were closed since, with ``event`` ("won" or "lost") and the
    ``day`` of their closing (days since 1970), looked at as often as a look at all open deals
    every so many days would have met them; "now" for open ones, at the end of the day; "before"
    for those a week before. What a row tells was written before its moment; the amount is the
    one of then.
    """
    import pandas as pd

    at = day_start(scope.day + timedelta(days=1))
    known = _deals(scope, at)
    if known.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(
        [_looks(known), _open_at(known, at, NOW), _open_at(known, at - WEEK_BEFORE, BEFORE)],
        ignore_index=True,
    )
    made = _described(rows, _Around(scope, known))
    made["event"] = made["event"].where(made["part"] == LEARN, None)
    return made.loc[made["standing"], COLUMNS].reset_index(drop=True)


_OF_DEAL = {
    "deal": "pk", "customer": "customer_id", "created": "created_at", "closed": "closed_at",
    "outcome": "stage__kind", "now_stage": "stage_id", "now_since": "stage_since",
    "now_amount": "amount_base", "acquisition": "customer__acquisition",
    "industry": "customer__industry", "region": "customer__region", "kind": "customer__kind",
    "need": "need_id", "need_product": "need__product", "need_made": "need__created_at",
}  # fmt: skip


def _deals(scope: Scope, at: datetime) -> pd.DataFrame:
    """The scope's deals: those that were closed last before ``at``, and those open then."""
    import pandas as pd

    # What was closed since is open to a run that is done again.
    known = min(scope.until or at, at)
    every = _wanted(scope).filter(created_at__lt=at)
    closed = every.filter(closed_at__lte=known).order_by("-closed_at", "-pk")[:LEARNED_DEALS]
    still = every.filter(Q(closed_at=None) | Q(closed_at__gt=known)).order_by("pk")
    rows = [row for part in (closed, still) for row in part.values_list(*_OF_DEAL.values())]
    frame = pd.DataFrame.from_records(rows, columns=list(_OF_DEAL))
    frame["created"] = seconds(frame["created"])
    ended = pd.to_datetime(frame["closed"], utc=True)
    frame["over"] = (ended <= pd.Timestamp(known)).fillna(False)
    frame["closed"] = seconds(ended.fillna(pd.Timestamp(at)))
    return frame


def _wanted(scope: Scope) -> Any:
    """All deals, or those open ones that are asked for."""
    every = scope.of(Deal)
    return every if scope.ids is None else every.filter(pk__in=scope.ids, closed_at=None)


def _looks(known: pd.DataFrame) -> pd.DataFrame:
    """When each closed deal is looked at: a grid of its own, so that long deals are met oftener,
    as they are among the open deals of any day."""
    import numpy as np

    over = known[known["over"] & (known["closed"] > known["created"])]
    if over.empty:
        return over.assign(part=LEARN, at=0, day=0, event="")
    lengths = (over["closed"] - over["created"]) / DAY
    spacing = int(np.clip(lengths.quantile(SPACING_SHARE), *SPACING_DAYS) * DAY)
    shift = ((over["deal"].to_numpy() * _HASH) % _WHOLE) * spacing // _WHOLE
    first = -(-(over["created"].to_numpy() + 1 - shift) // spacing)
    times = np.maximum(-(-(over["closed"].to_numpy() - shift) // spacing) - first, 0)
    made = over.loc[over.index.repeat(times)]
    nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    at = np.repeat(shift + first * spacing, times) + nth * spacing
    return made.assign(part=LEARN, at=at, day=made["closed"] // DAY, event=made["outcome"])


def _open_at(known: pd.DataFrame, at: datetime, part: str) -> pd.DataFrame:
    moment = int(at.timestamp())
    made = known[~known["over"] & (known["created"] < moment)]
    return made.assign(part=part, at=moment, day=moment // DAY, event="")


class _Around:
    """What happened around the deals and their customers, by time."""

    def __init__(self, scope: Scope, known: pd.DataFrame) -> None:
        self.scope = scope
        wanted = _wanted(scope)
        if known["over"].any():
            since = datetime.fromtimestamp(int(known.loc[known["over"], "closed"].min()), tz=UTC)
            wanted = wanted.filter(Q(closed_at=None) | Q(closed_at__gte=since))
        self.deals, self.customers = wanted.values("pk"), wanted.values("customer")

    def rows(self, model: type[Any]) -> Any:
        seen = model.objects.visible_to(self.scope.actor) if self.scope.actor else None
        return self.scope.known(model.objects.alive() if seen is None else seen)

    def about(self, model: type[Any]) -> Any:
        return self.rows(model).filter(about_kind=About.DEAL, about_id__in=self.deals)

    def changes(self) -> Moments:
        found = self.scope.known(StageChange.objects.filter(deal__in=self.deals), "at")
        return _moments(found, "deal_id", "at", "to_stage_id")

    def amounts(self) -> Moments:
        """What amounts were until they were changed."""
        history = apps.get_model("sales", "DealEvent").objects.filter(pgh_obj__in=self.deals)
        return _moments(history, "pgh_obj_id", "pgh_created_at", "amount_base")

    def profiles(self) -> Moments:
        """What was written about customers until it was changed."""
        history = apps.get_model("customers", "CustomerEvent").objects
        edits = history.filter(pgh_obj__in=self.customers)
        return _moments(edits, "pgh_obj_id", "pgh_created_at", *PROFILE)

    def needs(self) -> Moments:
        """Which product a need named until it was changed."""
        history = apps.get_model("customers", "NeedEvent").objects
        named = history.filter(
            pgh_obj__in=self.scope.of(Deal).filter(pk__in=self.deals).values("need")
        )
        return _moments(named, "pgh_obj_id", "pgh_created_at", "product")

    def offered(self) -> Moments:
        """The product with most of the net of each quote that was sent: its lines stand since."""
        sent = self.rows(Quote).filter(deal__in=self.deals, sent_at__isnull=False)
        lines = QuoteLine.objects.filter(quote__in=sent.values("pk"), product__isnull=False)
        best = lines.order_by("quote", "-net", "pk").distinct("quote").values("pk")
        chosen = QuoteLine.objects.filter(pk__in=best)
        return _moments(chosen, "quote__deal_id", "quote__sent_at", "product__name")

    def talks(self) -> Moments:
        said = self.rows(Communication).exclude(channel=Communication.Channel.NOTE)
        return _moments(said.filter(customer__in=self.customers), "customer_id", "happened_at")

    def deal_talks(self) -> Moments:
        said = self.about(Communication).exclude(channel=Communication.Channel.NOTE)
        return _moments(said, "about_id", "happened_at")

    def steps(self) -> tuple[Moments, Moments]:
        """When next steps were planned, and when they were done."""
        planned = self.about(FollowUp)
        done = _moments(planned.filter(done_at__isnull=False), "about_id", "done_at")
        return _moments(planned, "about_id", "created_at"), done

    def quotes(self) -> Moments:
        return _moments(self.rows(Quote).filter(deal__in=self.deals), "deal_id", "created_at")

    def orders(self, key: str) -> Moments:
        """Orders by their customer, or by their deal."""
        wanted = {"customer_id": Q(customer__in=self.customers), "deal_id": Q(deal__in=self.deals)}
        found = self.rows(Order).counted().filter(wanted[key], total_base__gt=0)
        return _moments(found, key, "ordered_at")

    def ended(self, kind: str) -> Moments:
        found = self.rows(Deal).filter(customer__in=self.customers, stage__kind=kind)
        return _moments(found.filter(closed_at__isnull=False), "customer_id", "closed_at")


def _moments(rows: Any, key: str, at: str, *more: str) -> Moments:
    import pandas as pd

    columns = [key, at, *more]
    found = rows.order_by().values_list(*columns).iterator(chunk_size=20_000)
    return Moments(pd.DataFrame.from_records(list(found), columns=columns), key, at)


def _described(rows: pd.DataFrame, around: _Around) -> pd.DataFrame:
    """The rows with their features as of ``at``, and ``standing``: whether the deal was in an
    open stage then."""
    import pandas as pd

    deal, customer, at = rows["deal"], rows["customer"], rows["at"]
    rows = _staged(rows, around.changes())
    before = around.amounts().next(deal, at, "amount_base")
    rows["amount"] = before.fillna(rows["now_amount"]).astype(float)
    rows["product"] = _product(rows, around)
    profiles = around.profiles()
    for name in PROFILE:
        then = profiles.next(customer, at, name)
        rows[name] = then.where(then.notna(), rows[name])
    rows["open_days"] = ((at - rows["created"]) / DAY).round(1)
    talks, deal_talks = around.talks(), around.deal_talks()
    rows["contacts_month"] = talks.count(customer, at, at - MONTH).astype(float)
    rows["deal_contacts"] = deal_talks.count(deal, at, at - MONTH).astype(float)
    last = talks.last(customer, at - 1, "happened_at")
    silent = at - pd.Series(seconds(last)).where(last.notna())
    rows["silence"] = (silent / DAY).round(1)
    planned, done = around.steps()
    waiting = planned.count(deal, at) > done.count(deal, at)
    rows["next_step"] = pd.Series(waiting).map({True: "yes", False: "no"})
    rows["quotes"] = around.quotes().count(deal, at).astype(float)
    own = around.orders("deal_id").count(deal, at)
    rows["orders"] = (around.orders("customer_id").count(customer, at) - own).astype(float)
    rows["won_before"] = around.ended(Stage.Kind.WON).count(customer, at).astype(float)
    rows["lost_before"] = around.ended(Stage.Kind.LOST).count(customer, at).astype(float)
    return rows.replace({"": pd.NA})


def _product(rows: pd.DataFrame, around: _Around) -> pd.Series:
    """What the last quote before the moment offered most of, else what the need named then."""
    import pandas as pd

    at = rows["at"]
    need = pd.to_numeric(rows["need"]).fillna(0).astype("int64")
    made = pd.Series(seconds(rows["need_made"])).where(need > 0)
    before = around.needs().next(need, at, "product")
    named = before.where(before.notna(), rows["need_product"]).where(made < at)
    offered = around.offered().last(rows["deal"], at - 1, "product__name")
    product = offered.where(offered.notna(), named).astype("string")
    return product.str.strip().astype(object)


def _staged(rows: pd.DataFrame, changes: Moments) -> pd.DataFrame:
    """With the stage at the moment, how long it had lasted, and the changes before it."""
    import pandas as pd

    deal, at = rows["deal"], rows["at"]
    stage = changes.last(deal, at, "to_stage_id")
    since = changes.last(deal, at, "at")
    # Deals of other systems come without a history; an open one stands where it stands.
    still = (rows["part"] == NOW) & stage.isna()
    stage = stage.where(~still, rows["now_stage"])
    entered = pd.Series(seconds(since)).where(since.notna())
    entered = entered.where(~still, pd.Series(seconds(rows["now_since"])))
    stages = pd.DataFrame.from_records(
        Stage.objects.values_list("pk", "kind", "probability", "norm_seconds"),
        columns=["pk", "kind", "probability", "norm"],
    ).set_index("pk")
    lasted = at - entered
    rows["standing"] = (stage.map(stages["kind"]) == Stage.Kind.OPEN).to_numpy()
    rows["stage"] = "s" + stage.astype("Int64").astype("string")
    rows["days_in_stage"] = (lasted / DAY).round(1)
    rows["stay"] = (lasted / stage.map(stages["norm"]).astype(float).clip(lower=DAY)).round(2)
    rows["set_chance"] = stage.map(stages["probability"]).astype(float) / 100
    rows["moves"] = (changes.count(deal, at + 1) - 1).clip(min=0).astype(float)
    return rows
