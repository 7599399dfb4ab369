"""Spend as advertising platforms export it: a row per campaign, or part of one, and period.

What is stored is one record per campaign, platform and day. A report that is imported again
replaces what it said before, whatever rows it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.common import formats
from crm.common.rates import RateBook, rounded
from customers.imports.changes import CREATED
from customers.imports.days import month_comes_first
from customers.imports.headers import BLANKS, plain
from customers.imports.layout import Row
from customers.imports.ledger import Ledger
from customers.imports.mapped import Cleaned, MappedImporter
from customers.imports.pool import Key, Pool
from customers.imports.problems import CellError
from customers.imports.registry import Question, Setting, importer
from customers.imports.targets import Target, choice_names, length_of, number, text
from customers.models import ImportChange
from marketing.imports import headers
from marketing.imports.campaigns import CampaignBook
from marketing.imports.periods import Period, month, period, week
from marketing.imports.totals import HUNDRED, MICRO, Portion, Totals
from marketing.models import Campaign, Spend
from marketing.platforms import OTHER, PLATFORMS

DAY = timedelta(days=1)
MOST_DAYS = 366
MOST = Decimal(10) ** 13
_COUNTS = ("impressions", "clicks", "conversions")
_WORTH = ("amount", "currency", "billed", "billed_currency")
_READ_AS = {"day": period, "starts_on": period, "ends_on": period, "week": week, "month": month}
_WRITTEN_SHORT = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)


def _amount(said: str) -> Decimal:
    found = number(said)
    if found < 0:
        raise CellError("bad_number")
    return found


def _count(said: str) -> int:
    return int(_amount(said))


def _hundredths(said: str) -> int:
    return round(_amount(said) * HUNDRED)


def _currency(said: str) -> str:
    code = said.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise CellError("bad_currency")
    return code


def _platform(said: str) -> str:
    """A channel of spend; analyses write formulas with it, in which these marks divide."""
    return text(40)(re.sub(r"[`~]", "-", said))


def _id(said: str) -> str:
    """An id without what keeps spreadsheets from rounding it; none when one has rounded it."""
    bare = said.strip().strip("=\"'[]`")
    if len(bare) > 80:
        raise CellError("too_long")
    return "" if _WRITTEN_SHORT.fullmatch(bare) else bare


def _place(campaign: int, channel: str, on: date) -> str:
    return f"{campaign}:{on.isoformat()}:{channel}"


def _places(said: Any) -> Q:
    parts = [one.split(":", 2) for one in said]
    return Q(
        campaign__in={int(campaign) for campaign, _on, _channel in parts},
        starts_on__in={on for _campaign, on, _channel in parts},
        channel__in={channel for _campaign, _on, channel in parts},
        ends_on=F("starts_on") + DAY,
    )


PLACE = Key(
    "place",
    lambda spend: (
        _place(spend.campaign_id, spend.channel, spend.starts_on)
        if spend.ends_on - spend.starts_on == DAY
        else ""
    ),
    _places,
)


@importer
class SpendRows(MappedImporter):
    kind = "ad_spend"
    label = _("Ad spend")
    hint = _(
        "Exports of Google, Meta, Microsoft, LinkedIn and TikTok, Ocean Engine, Baidu and Tencent: "
        "a row per campaign, or per ad, and day."
    )
    icon = "coin"
    model = Spend
    names = headers.SPEND
    needed = ("amount", "micros")
    also_needed = (("day", "starts_on", "week", "month"), ("campaign", "campaign_id"))
    telling = frozenset({"currency", "ends_on", "channel"})
    blanks = BLANKS | {"-", "--", "---"}
    uses_currency = True
    chunk = 1_000
    asks = (
        Question("channel", _("Platform, where the file does not say"), tuple(PLATFORMS.items())),
        Question(
            "adds_campaigns", _("Create campaigns that are not there yet"),
            hint=_("Else rows of unknown campaigns are rejected and can be imported later."),
        ),
    )  # fmt: skip
    targets = [
        Target("day", _("Day"), clean=period(False), needs_order=True),
        Target("starts_on", _("First day"), clean=period(False), needs_order=True),
        Target("ends_on", _("Last day"), clean=period(False), needs_order=True),
        Target("week", _("Week from"), clean=week(False), needs_order=True),
        Target("month", _("Month"), clean=month(False), needs_order=True),
        Target("channel", _("Platform"), clean=_platform),
        Target("campaign", _("Campaign"), clean=length_of(Campaign, "name")),
        Target("campaign_id", _("The campaign's id on the platform"), clean=_id),
        Target("amount", _("Amount"), clean=_amount, figures=True),
        Target("micros", _("Amount in millionths"), clean=_amount, figures=True),
        Target("currency", _("Currency"), clean=_currency),
        Target("impressions", _("Impressions"), clean=_count, figures=True),
        Target("clicks", _("Clicks"), clean=_count, figures=True),
        Target("conversions", _("Conversions"), clean=_hundredths, figures=True),
    ]
    reasons = {
        "no_day": _("The row tells no day."),
        "bad_period": _("The last day lies before the first, or more than a year after it."),
        "names_no_campaign": _("The row names no campaign; it may sum the others."),
        "no_campaign": _("No campaign of this name or id is among yours."),
        "ambiguous_campaign": _("Several campaigns have this name; give one the platform's id."),
        "foreign_campaign": _("The campaign is not yours to change."),
        "bad_currency": _("The currency is not three letters, such as CNY or GBP."),
        "missing_rate": _("No exchange rate of the currency is known."),
        "campaign_currency": _("The campaign reckons in a currency that is neither this nor ours."),
        "costs_by_hand": _(
            "Some of the campaigns have costs that were entered by hand. Imported spend comes on "
            "top: take it out there if it was part of them."
        ),
        "recorded_by_week": _(
            "For some of these days spend of the platform stands without a campaign too, such as "
            "from weekly figures; analyses count both."
        ),
    }
    together = {"marketing.spend": (_WORTH,)}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        said = {**self.answers(header), **setting.answers}
        self._channel = said["channel"] or OTHER
        unit = headers.unit_of(header[self.at.get("amount", self.at.get("micros", 0))])
        self._currency = unit or setting.currency
        self._totals = Totals()
        self._book = CampaignBook(setting, adds=bool(said.get("adds_campaigns")))
        self._rates = RateBook()
        self._spends = Pool(
            Spend, [PLACE], reach=False, shelf=setting.shelf,
            kept=("campaign_id", "channel", "starts_on", "ends_on", *_WORTH, *_COUNTS),
        )  # fmt: skip
        self._batch: int | None = None
        self._goes_on = False
        self._earlier: dict[int, str] = {}
        self._by_hand = False

    @classmethod
    def guess(
        cls, header: Sequence[str], actor: Any, sample: Sequence[Sequence[str]] = ()
    ) -> dict[int, str]:
        """Units are left out of names; an id counts only at the level of the campaign's name."""
        mapping = super().guess([headers.bare(title) for title in header], actor, sample)
        places = {key: place for place, key in mapping.items()}
        if "campaign" in places and "campaign_id" in places:
            level = headers.level_of(header[places["campaign"]], ids=False)
            other = headers.level_of(header[places["campaign_id"]], ids=True)
            if None not in {level, other} and level != other:
                del mapping[places["campaign_id"]]
        return mapping

    @classmethod
    def month_leads(cls, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
        american = headers.platform_of(header) in {"linkedin", "microsoft"}
        return month_comes_first((cell for row in sample for cell in row), american)

    @classmethod
    def answers(cls, header: Sequence[str]) -> dict[str, Any]:
        return {"channel": headers.platform_of(header)}

    @classmethod
    def is_note(cls, cells: Sequence[str]) -> bool:
        return headers.is_note(cells)

    def is_no_record(self, cells: Sequence[str]) -> bool:
        return False  # a day tells data from sums here

    def clean(self, row: Row) -> Cleaned:
        if self.is_note(row.cells) and not self._has_day(row.cells):
            return Cleaned(row, {"note": True})
        return super().clean(row)

    def complete(self, cleaned: Cleaned) -> None:
        values = cleaned.values
        if not (values.get("campaign") or values.get("campaign_id")):
            cleaned.problems.setdefault(self._first("campaign", "campaign_id"), "names_no_campaign")
        days = _period(values)
        if days is None:
            cleaned.problems.setdefault(self._first(*_READ_AS), "no_day")
        elif not 0 <= (days[1] - days[0]).days < MOST_DAYS:
            cleaned.problems.setdefault(self._first(*_READ_AS), "bad_period")
        else:
            values["days"] = [days[0] + DAY * n for n in range((days[1] - days[0]).days + 1)]

    def survey(self, row: Row) -> None:
        cleaned = self.clean(row)
        values = cleaned.values
        if cleaned.problems or "note" in values:
            return
        amount = values.get("amount")
        micros = values.get("micros", 0) if amount is None else amount * MICRO
        portion = Portion(
            values.get("currency", self._currency), round(micros), values.get("impressions"),
            values.get("clicks"), values.get("conversions"),
        )  # fmt: skip
        self._totals.add(self._name(values), self._on(values), values["days"], portion)

    def remember(self, row: Row) -> None:
        self._goes_on = True

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        self._batch = ledger.changes.batch_id
        super().load(rows, ledger)

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        told = [one.values for one in rows if "note" not in one.values]
        self._book.look_up([self._name(values) for values in told])
        self._spends.look_up(
            {
                "place": {
                    _place(campaign, self._on(values), on)
                    for values in told
                    if (campaign := self._book.known(self._name(values))) is not None
                    for on in values["days"]
                }
            }
        )
        self._earlier = self._written_before() if self._goes_on and self._batch else {}

    def settle(self, values: dict[str, Any]) -> str:
        if "note" in values:
            return "skipped"
        named, channel = self._name(values), self._on(values)
        campaign = self._book.find(named, channel, self._totals.span)
        found = {
            on: self._worth(campaign, named, channel, on)
            for on in values["days"]
            if not self._totals.outcome(_place(campaign.pk, channel, on))
        }
        for on, told in found.items():
            self._put(campaign, channel, on, told)
        outcomes = {self._totals.outcome(_place(campaign.pk, channel, on)) for on in values["days"]}
        return next((one for one in ("created", "updated") if one in outcomes), "skipped")

    def write(self, ledger: Ledger) -> None:
        self._book.write(ledger)
        ledger.objects["spends"] += len(self._spends.new)
        if self._spends.new and _recorded_otherwise(self._spends.new.values()):
            ledger.warn("recorded_by_week")
        self._spends.write(ledger.changes)
        if self._by_hand:
            ledger.warn("costs_by_hand")

    def display(self, key: str, value: Any) -> str:
        if key == "conversions":
            return formats.number(Decimal(value) / HUNDRED, 2)
        if key not in _READ_AS:
            return super().display(key, value)
        first, last = map(formats.day, value)
        return first if first == last else f"{first} – {last}"

    def _prepared(self, target: Target) -> Target:
        if target.key not in _READ_AS:
            return target
        clean = _READ_AS[target.key](self.setting.month_first)
        return Target(target.key, target.label, clean=clean, needs_order=True)

    def _name(self, values: Mapping[str, Any]) -> int:
        return self._book.number(values.get("campaign_id", ""), values.get("campaign", ""))

    def _on(self, values: Mapping[str, Any]) -> str:
        """The channel of spend; platforms by their keys."""
        said = values.get("channel", "")
        return _PLATFORM_KEYS.get(plain(said), said) or self._channel

    def _first(self, *keys: str) -> int:
        return next(self.at[key] for key in keys if key in self.at)

    def _has_day(self, cells: Sequence[str]) -> bool:
        said = (cells[self.at[key]] for key in _READ_AS if key in self.at)
        return any(re.search(r"\d", cell) and not self.is_note([cell]) for cell in said)

    def _written_before(self) -> dict[int, str]:
        """What earlier attempts at this import did to the records at hand."""
        mine = ImportChange.objects.filter(
            batch=self._batch, model=Spend._meta.label_lower, object_id__in=self._spends.known
        )
        return dict(mine.order_by("-what").values_list("object_id", "what"))

    def _put(self, campaign: Campaign, channel: str, on: date, told: dict[str, Any]) -> None:
        place = _place(campaign.pk, channel, on)
        there = next(iter(self._spends.find("place", place)), None)
        if there is None:
            outcome = "created"
            self._spends.add(
                Spend(campaign_id=campaign.pk, team_id=campaign.team_id, channel=channel,
                      starts_on=on, ends_on=on + DAY, **told)
            )  # fmt: skip
            self._by_hand |= campaign.actual_cost > 0
        elif before := self._earlier.get(there.pk):
            outcome = "created" if before == CREATED else "updated"
        else:
            outcome = "updated" if self._spends.change(there, told) else "skipped"
        self._totals.note(place, outcome)

    def _worth(self, campaign: Campaign, named: int, channel: str, on: date) -> dict[str, Any]:
        """The values of a record; raises RowRejectedError."""
        portions = self._totals.of(self._book.members(named), channel, on)
        base = Decimal(0)
        for portion in portions:
            rate = self._rates.on(portion.currency, on)
            if rate is None:
                raise self.reject("missing_rate", "currency" if "currency" in self.at else "amount")
            base += portion.amount * rate
        code, billed = settings.BASE_CURRENCY, base
        if len(portions) == 1:
            code, billed = portions[0].currency, portions[0].amount
        if campaign.currency not in {settings.BASE_CURRENCY, code}:
            raise self.reject("campaign_currency", "currency")
        if base >= MOST:
            raise self.reject("bad_number", "amount")
        told: dict[str, Any] = dict(
            zip(_WORTH, (rounded(base), settings.BASE_CURRENCY, rounded(billed), code), strict=True)
        )
        for name in _COUNTS:
            known = [n for portion in portions if (n := getattr(portion, name)) is not None]
            if known:
                told[name] = sum(known)
        if "conversions" in told:
            told["conversions"] = Decimal(told["conversions"]) / HUNDRED
        return told


def _recorded_otherwise(spends: Iterable[Spend]) -> bool:
    """Whether spend of the same teams, channels and days stands without a campaign."""
    made = list(spends)
    days = [spend.starts_on for spend in made]
    same = {name: {getattr(one, name) for one in made} for name in ("channel", "team_id")}
    teams = Q(team__in=same["team_id"] - {None}) | Q(team=None)
    return Spend.objects.filter(
        teams, campaign=None, channel__in=same["channel"], starts_on__lte=max(days),
        ends_on__gt=min(days),
    ).exists()  # fmt: skip


_PLATFORM_KEYS = choice_names(PLATFORMS.items(), {key: (key,) for key in PLATFORMS})


def _period(values: Mapping[str, Any]) -> Period | None:
    """The first and the last day that a row tells, by the finest column."""
    if "day" in values:
        return values["day"]
    if "starts_on" in values:
        return values["starts_on"][0], values.get("ends_on", values["starts_on"])[1]
    return values.get("week") or values.get("month")
