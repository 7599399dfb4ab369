"""Figures that apps offer to the pages above them: what is measured, of which records, by what it
can be broken down, and the list of the records behind it.

Each app fills ``figures`` in its registrations. A figure is asked for a ``Part``: of whom, when,
narrowed to what. Its value, its groups, its course over time and its list are made from the same
declaration, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import (
    Coalesce,
    TruncDate,
    TruncMonth,
    TruncQuarter,
    TruncWeek,
    TruncYear,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from crm.common.days import day_start
from crm.records.part_filters import NONE, NOTHING

Text = str | Promise
Labels = Callable[[Iterable[Any]], Mapping[Any, str]]
DAY = timedelta(days=1)
_TRUNCATE: dict[str, Any] = {
    "week": TruncWeek, "month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What ``user`` may see, in the days [start, end), narrowed to what is given.

    Representatives see their own figures, whatever is asked.
    """

    user: Any
    start: date
    end: date
    team: int | None = None
    owner: int | None = None
    region: str = ""
    product: int | None = None
    channel: int | None = None

    @property
    def narrowed(self) -> dict[str, Any]:
        """The filters in use, by name."""
        names = ("team", "owner", "region", "product", "channel")
        used = {name: getattr(self, name) for name in names if getattr(self, name)}
        return {**used, "owner": self.user.pk} if self.user.is_rep else used

    def whose(self, records: Any) -> Any:
        """The visible records of the team and owner."""
        wanted = {name: value for name, value in self.narrowed.items() if name in WHOSE}
        return records.visible_to(self.user).filter(**wanted)

    def during(self, start: date, end: date) -> Part:
        """The same of other days."""
        return replace(self, start=start, end=end)


WHOSE = frozenset({"team", "owner"})


@dataclass(frozen=True)
class Day:
    """When a record counts: a moment in the company's or the reader's zone, or (zone "") a day.

    ``params`` are the list's filters “from” and “until” (included).
    """

    field: str
    params: tuple[str, str]
    zone: str = "reader"

    def within(self, start: date, end: date, path: str = "") -> dict[str, Any]:
        """Filter arguments: it lies in the days [start, end)."""
        name = path or self.field
        if not self.zone:
            return {f"{name}__gte": start, f"{name}__lt": end}
        return {
            f"{name}__gte": day_start(start, self._tz()),
            f"{name}__lt": day_start(end, self._tz()),
        }

    def step(self, step: str, path: str = "", *, is_day: bool = False) -> Any:
        """The first day of the step in which it lies, as an expression."""
        name = path or self.field
        day: Any = F(name) if is_day or not self.zone else TruncDate(name, tzinfo=self._tz())
        return day if step == "day" else _TRUNCATE[step](day)

    def asked(self, start: date, end: date) -> dict[str, str]:
        """The list's filters for the days [start, end)."""
        return {self.params[0]: f"{start}", self.params[1]: f"{end - DAY}"}

    def _tz(self) -> Any:
        if self.zone == "company":
            return ZoneInfo(settings.TIME_ZONE)
        return timezone.get_current_timezone()


@dataclass(frozen=True)
class Span(Day):
    """Records with a first and a last day count when they touch the period; not over time."""

    last: str = ""
    zone: str = ""

    def within(self, start: date, end: date, path: str = "") -> dict[str, Any]:
        return {f"{self.field}__lt": end, f"{self.last}__gte": start}


@dataclass(frozen=True)
class Group:
    """What figures can be broken down by; ``param`` is the list's filter for one value."""

    key: str
    label: Text
    path: str
    labels: Labels
    param: str
    text: bool = False

    def expression(self, path: str = "") -> Any:
        name = path or self.path
        return Coalesce(F(name), Value("")) if self.text else F(name)

    def asked(self, key: Any) -> dict[str, str]:
        return {self.param: NONE if key in ("", None) else str(key)}

    def names(self, keys: Iterable[Any]) -> dict[Any, str]:
        """How the values are called; those without a value say so."""
        wanted = list(keys)
        found = self.labels([key for key in wanted if key not in ("", None)])
        return {key: str(found.get(key) or NOTHING) for key in wanted}


@dataclass(frozen=True)
class Source:
    """Records of one kind: which filters they obey, their measures, their list.

    ``obeys`` maps a filter to its path, ``params`` to the list's parameter.
    """

    model: type[Any]
    page: str
    obeys: Mapping[str, str]
    params: Mapping[str, str]
    table: Mapping[str, Any]
    groups: Sequence[Group] = ()
    asked: Mapping[str, str] = field(default_factory=dict)

    def records(self, figure: Figure, part: Part, by: str = "") -> Any:
        """The records that the figure is about."""
        found = self.model.objects.visible_to(part.user).filter(figure.where)
        wanted = {self.obeys[name]: value for name, value in self.narrowing(figure, part).items()}
        if figure.day is not None:
            wanted |= figure.day.within(part.start, part.end)
        return found.filter(**wanted)

    def narrowing(self, figure: Figure, part: Part) -> dict[str, Any]:
        """The filters in use that the figure obeys."""
        heard = figure.obeys
        return {name: value for name, value in part.narrowed.items() if name in heard}

    def is_quick(self, figure: Figure, part: Part, by: str = "") -> bool:
        """Whether sums that are kept answer, in a time that does not grow with the records."""
        return False

    def over(self, records: Any, names: Sequence[str]) -> dict[str, Any]:
        """The measures of all the records."""
        asked = {f"measured_{name}": self.table[name] for name in names}
        found = records.order_by().aggregate(**asked)
        return {name: found[f"measured_{name}"] for name in names}

    def grouped(self, records: Any, keys: Mapping[str, Any], names: Sequence[str]) -> Any:
        """The measures by key: dicts."""
        made = {f"key_{name}": expression for name, expression in keys.items()}
        asked = {f"measured_{name}": self.table[name] for name in names}
        rows = records.order_by().values(**made).annotate(**asked)
        return [
            {**{name: row[f"key_{name}"] for name in keys},
             **{name: row[f"measured_{name}"] for name in names}}
            for row in rows
        ]  # fmt: skip

    def by(self, figure: Figure, records: Any, group: Group) -> Any:
        """The group as an expression of these records."""
        return group.expression()

    def step(self, figure: Figure, records: Any, step: str) -> Any:
        """The step of time as an expression of these records."""
        return figure.time.step(step)


@dataclass(frozen=True)
class Figure:
    """One figure. ``names`` are the measures that ``combine`` makes it of; ``made`` is for figures
    that no list of records adds up to.

    ``day`` None: as things stand now. ``deaf`` names filters of its source that it cannot obey.
    ``unit``: money, count, share, seconds, days or score. ``caveat`` says what of the part it
    leaves out, by one query.
    """

    key: str
    label: Text
    about: Text
    unit: str
    roles: frozenset[str]
    source: Source
    names: tuple[str, ...]
    day: Day | None = None
    where: Q = field(default_factory=Q)
    asked: Mapping[str, str] = field(default_factory=dict)
    combine: Callable[..., Any] | None = None
    made: Callable[[Part], Any] | None = None
    made_url: Callable[[Part], str] | None = None
    caveat: Callable[[Part], str] | None = None
    deaf: frozenset[str] = frozenset()
    low_is_good: bool = False
    adds_up: bool = True
    order: int = 50

    @property
    def obeys(self) -> frozenset[str]:
        return frozenset(self.source.obeys) - self.deaf

    @property
    def time(self) -> Day:
        """When its records count. ValueError for figures of the present moment."""
        if self.day is None:
            raise ValueError(f"{self.key} has no course over time")
        return self.day

    @property
    def is_now(self) -> bool:
        return self.day is None and self.made is None

    @property
    def has_course(self) -> bool:
        """Whether it can be shown over time."""
        return self.day is not None and not isinstance(self.day, Span)

    @property
    def groups(self) -> Sequence[Group]:
        if self.made is not None:
            return ()
        return [group for group in self.source.groups if group.key not in self.deaf]

    def group(self, key: str) -> Group | None:
        return next((group for group in self.groups if group.key == key), None)

    def value(self, part: Part) -> Any:
        """The figure; None where there is nothing to measure."""
        if self.made is not None:
            return self.made(part)
        return self.finish(self.source.over(self.source.records(self, part), self.names))

    def finish(self, row: Mapping[str, Any]) -> Any:
        found = {name: row[name] for name in self.names}
        return self.combine(**found) if self.combine else found[self.names[0]]

    def by_group(self, part: Part, group: Group) -> dict[Any, Any]:
        """The figure of each value that has any."""
        records = self.source.records(self, part, group.key)
        keys = {"group": self.source.by(self, records, group)}
        rows = self.source.grouped(records, keys, self.names)
        return {row["group"]: found for row in rows if (found := self.finish(row))}

    def by_step(self, part: Part, step: str) -> dict[date, Any]:
        """The figure of each step of time that has any."""
        records = self.source.records(self, part)
        keys = {"step": self.source.step(self, records, step)}
        rows = self.source.grouped(records, keys, self.names)
        return {row["step"]: found for row in rows if (found := self.finish(row)) is not None}

    def by_both(self, part: Part, step: str, group: Group) -> dict[tuple[date, Any], Any]:
        """The figure of each step and value that has any."""
        records = self.source.records(self, part, group.key)
        keys = {
            "step": self.source.step(self, records, step),
            "group": self.source.by(self, records, group),
        }
        rows = self.source.grouped(records, keys, self.names)
        return {(row["step"], row["group"]): found for row in rows if (found := self.finish(row))}

    def list_url(self, part: Part, group: Group | None = None, key: Any = None) -> str:
        """The list of the records behind the figure, or behind one value of a group."""
        if self.made is not None:
            return self.made_url(part) if self.made_url else ""
        source = self.source
        params = {**source.asked, **self.asked}
        heard = source.narrowing(self, part)
        params |= {source.params[name]: str(value) for name, value in heard.items()}
        if group is not None:
            params |= group.asked(key)
        if self.day is not None:
            params |= self.day.asked(part.start, part.end)
        return f"{reverse(source.page)}?{urlencode(params)}"


figures: dict[str, Figure] = {}


def offer(*offered: Figure) -> None:
    """Put figures into the registry."""
    figures.update({figure.key: figure for figure in offered})


def figures_for(user: Any) -> list[Figure]:
    """The figures of the user's role, in their order."""
    mine = (figure for figure in figures.values() if user.role in figure.roles)
    return sorted(mine, key=lambda figure: figure.order)
