"""What was put on a record, changed there and taken off: tags, links, prices, lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.common.history import events_of
from crm.common.registries import HistoryPart, history_parts

_BETWEEN = " · "
UNSEEN = _("something that is gone or that you do not see")


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one person changed at one moment."""

    at: datetime
    user_id: Any
    fields: list[FieldChange]
    who: str = ""


def user_id(event: Any) -> Any:
    """Who did what an old row is kept from."""
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def part_changes(record: Any, user: Any, most: int) -> list[Change]:
    """The last ``most`` changes of each part of a record, those of one moment together."""
    found: dict[tuple[datetime, Any], list[FieldChange]] = {}
    for part in history_parts.get(record._meta.label_lower, ()):
        told = _lines if part.together else _changes
        for event, change in told(part, record, user, most):
            found.setdefault((event.pgh_created_at, user_id(event)), []).append(change)
    return [Change(at, who, fields) for (at, who), fields in found.items()]


def _changes(
    part: HistoryPart, record: Any, user: Any, most: int
) -> Iterator[tuple[Any, FieldChange]]:
    events = _events(part, record, most)
    names = _names(part, events, user)
    # Newest first: the row after a change is the one that the next change kept.
    later: dict[int, Any] = {}
    living = part.model._base_manager.in_bulk([one.id for one in events]) if events else {}
    for event in events:
        after = later.get(event.id) or living.get(event.id)
        later[event.id] = event
        before = "" if event.pgh_label == "insert" else _text(part, event, names)
        if event.pgh_label == "insert":
            after = event
        now = "" if event.pgh_label == "delete" or after is None else _text(part, after, names)
        if before != now:
            yield event, FieldChange(str(part.label), before or "–", now or "–")


def _lines(
    part: HistoryPart, record: Any, user: Any, most: int
) -> Iterator[tuple[Any, FieldChange]]:
    """Lines that went and came, from all that stood there before and after each writing."""
    events = _events(part, record, most)
    if not events:
        return
    living = list(part.model._base_manager.filter(**{part.of: record.pk}))
    names = _names(part, [*events, *living], user)
    writings = [list(kept) for _, kept in groupby(events, writing)]
    if len(events) == most:  # of the oldest writing not all may have come
        writings.pop()
    after = {row.pk: _text(part, row, names) for row in living}
    for kept in writings:
        before = {event.id: _text(part, event, names) for event in kept}
        if all(event.pgh_label == "update" for event in kept):
            before = after | before
        for gone, come in _paired(list(before.values()), list(after.values())):
            yield kept[0], FieldChange(str(part.label), gone or "–", come or "–")
        after = before


def writing(event: Any) -> tuple[datetime, Any]:
    """The transaction and the request that kept an old row."""
    return event.pgh_created_at, event.pgh_context_id


def _paired(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """(a line that went, the one of the same thing that came); "" where there is none."""
    come = list((Counter(after) - Counter(before)).elements())
    for gone in (Counter(before) - Counter(after)).elements():
        same = next((one for one in come if _thing(one) == _thing(gone)), "")
        if same:
            come.remove(same)
        yield gone, same
    yield from (("", one) for one in come)


def _thing(text: str) -> str:
    return text.rpartition(_BETWEEN)[0]


def _events(part: HistoryPart, record: Any, most: int) -> list[Any]:
    """Newest first; what was put there with the record itself is no change."""
    kept = events_of(part.model).filter(**{part.of: record.pk})
    kept = kept.exclude(pgh_label="insert", pgh_created_at__lte=record.created_at)
    return list(kept.select_related("pgh_context").order_by("-pgh_id")[:most])


def _names(part: HistoryPart, events: Iterable[Any], user: Any) -> dict[Any, str]:
    column = part.model._meta.get_field(part.shown)
    rows = column.related_model._default_manager.filter(
        pk__in={getattr(one, column.attname) for one in events}
    )
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(user)
    return {row.pk: str(row) for row in rows}


def _text(part: HistoryPart, row: Any, names: dict[Any, str]) -> str:
    key = getattr(row, part.model._meta.get_field(part.shown).attname)
    name = "" if key is None else names.get(key) or str(UNSEEN)
    own = getattr(row, part.words) if part.words else ""
    return _BETWEEN.join(filter(None, (name, "" if own in name else own, part.says(row))))
