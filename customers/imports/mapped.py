"""Kinds whose columns people assign to fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, takewhile
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.common import formats
from crm.common.cells import visible_text
from crm.common.phones import display_phone
from crm.records.custom import PREFIX, Type, added_fields
from customers.imports.commas import comma_leads, with_point
from customers.imports.days import day, moment, month_comes_first
from customers.imports.guessing import guess_mapping
from customers.imports.headers import BELOW_ROWS, BLANKS, DELETED, SUMS, YES, Names, plain
from customers.imports.layout import GROUP, Row
from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.problems import CellError
from customers.imports.registry import Importer, Question, Setting, missing_column
from customers.imports.targets import KEEP, REASONS, SCALED, Target, added_clean, scale_in
from customers.models import Customer

MORE_FIELDS = _("More fields")
# Without these a row would be about another record, or say another thing of it.
TELLING = frozenset({
    "external_id", "customer_id", "contact_external_id", "kind", "stage", "pipeline", "status",
})  # fmt: skip


BESIDE = " beside"


@dataclass
class Cleaned:
    """A row's values by target, and its cells that cannot be used: place → reason.

    ``problems`` keep the row out, what is ``left`` only the cell. ``beside`` is what else is said
    to one target, such as a second number: it goes into the note.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Judged:
    """A row and its outcome: created, updated, skipped, or rejected for a reason."""

    cleaned: Cleaned
    outcome: str
    reason: str = ""
    place: int | None = None


class MappedImporter(Importer):
    """A kind with targets for columns.

    ``model`` is what its rows mean; fields that administrators added to it are targets too.
    """

    model: ClassVar[type[models.Model]]
    targets: ClassVar[Sequence[Target]]
    names: ClassVar[Names]
    # One of these must be mapped: the key to say it by, and keys that make it up.
    needed: ClassVar[tuple[str, ...]] = ("name",)
    # And one of each of these.
    also_needed: ClassVar[tuple[tuple[str, ...], ...]] = ()
    # Fields without which a row would say something else.
    telling: ClassVar[frozenset[str]] = TELLING
    blanks: ClassVar[frozenset[str]] = BLANKS
    asks: ClassVar[Sequence[Question]] = ()
    keys: ClassVar[Sequence[tuple[str, Any]]] = ()
    takes_tags: ClassVar[bool] = False
    may_add_customers: ClassVar[bool] = False
    # Reasons that say the choice is none of ``choices_of``.
    unknown: ClassVar[frozenset[str]] = frozenset({"bad_choice"})

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        self.header = header
        self.setting = setting
        mapping = setting.mapping
        if mapping is None:
            mapping = self.guess(header, setting.actor)
        self._require(mapping.values())
        self.mapping = mapping
        chosen = set(mapping.values())
        self._targets = [
            self._prepared(target) for target in self.offered(setting.actor) if target.key in chosen
        ]
        self._places: dict[str, list[int]] = {}
        for place, key in sorted(mapping.items()):
            self._places.setdefault(key, []).append(place)
        self.at = {key: places[0] for key, places in self._places.items()}
        self._deleted = [place for place, name in enumerate(header) if plain(name) == DELETED]

    @classmethod
    def offered(cls, actor: Any) -> list[Target]:
        """The targets that ``actor`` may write."""
        return [*cls.targets, *_added_targets(cls.model._meta.label_lower)]

    @classmethod
    def guess(
        cls, header: Sequence[str], actor: Any, sample: Sequence[Sequence[str]] = ()
    ) -> dict[int, str]:
        return guess_mapping(header, cls.offered(actor), cls.names, sample)

    @classmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        mapping = cls.guess(header, None)
        cls._require(mapping.values())
        return {key: place for place, key in reversed(mapping.items())}

    @classmethod
    def missing(cls, keys: Iterable[str]) -> str:
        """The key of what has no column though it must have one; "" when nothing is missing."""
        mapped = set(keys)
        groups = (cls.needed, *cls.also_needed)
        return next((group[0] for group in groups if not mapped.intersection(group)), "")

    @classmethod
    def label_of(cls, key: str) -> str:
        return next((str(target.label) for target in cls.targets if target.key == key), key)

    @classmethod
    def is_note(cls, cells: Sequence[str]) -> bool:
        return len(cells) == 1 and (cells[0] == GROUP or _ends_report(cells))

    @classmethod
    def notes(cls, rows: Sequence[Row], width: int) -> set[int]:
        """Below a report's rows the names of report and company stand alone in lines too."""
        found = super().notes(rows, width)
        below = list(takewhile(lambda row: len(row.cells) != width, reversed(rows)))
        if any(_ends_report(row.cells) for row in below):
            found |= {row.line for row in below if len(row.cells) == 1}
        return found

    @classmethod
    def month_leads(cls, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
        """Whether 3/4/2026 is in March, as far as the sample tells."""
        return month_comes_first(cell for row in sample for cell in row)

    @classmethod
    def comma_leads(
        cls, mapping: Mapping[int, str], actor: Any, sample: Sequence[Sequence[str]]
    ) -> bool:
        """Whether 1.234 is a thousand and more, as far as the sample tells."""
        figures = {target.key for target in cls.offered(actor) if target.figures}
        places = [place for place, key in mapping.items() if key in figures]
        return comma_leads(row[place] for row in sample for place in places)

    @classmethod
    def answers(cls, header: Sequence[str]) -> dict[str, Any]:
        """What the header says to the kind's questions."""
        return {}

    @classmethod
    def _require(cls, keys: Iterable[str]) -> None:
        if missing := cls.missing(keys):
            raise missing_column(missing)

    @classmethod
    def reason_labels(cls) -> dict[str, Any]:
        return {**REASONS, **cls.reasons}

    @classmethod
    def choices_of(cls, key: str) -> list[str]:
        """What a column of choices may say, in the reader's words; nothing for other columns."""
        if added := _added(cls.model._meta.label_lower, key):
            return list(added.choices)
        field = _field(cls.model, key) or _field(Customer, key)
        return [str(label) for _value, label in field.flatchoices] if field else []

    def clean(self, row: Row) -> Cleaned:
        """What the row says, cell by cell."""
        cleaned = Cleaned(row)
        country = row.cells[self.at["country"]] if "country" in self.at else ""
        for target in self._targets:
            told = self._texts(target, row)
            if not told:
                if self.setting.overwrites and target.empty is not KEEP:
                    cleaned.values[target.key] = target.empty
                continue
            place, text = told[0]
            if target.joins:
                text = target.joins.join(text for _place, text in told)
            if target.figures:
                text = self._figure(place, text)
            try:
                cleaned.values[target.key], several = target.read(text, country)
            except CellError as problem:
                cleaned.problems[place], several = str(problem), False
            if not target.joins:
                kept = told if several else [one for one in told if one[1] != told[0][1]]
                cleaned.beside += [f"{self.header[other]}: {said}" for other, said in kept]
        self.complete(cleaned)
        if cleaned.beside:
            cleaned.values[BESIDE] = "\n".join(cleaned.beside)
        if self.setting.lenient and cleaned.problems:
            self._leave_cells(cleaned)
        return cleaned

    def _figure(self, place: int, text: str) -> str:
        """A number with a point, and in the unit of its column's title: 金额（万元）."""
        unit = "" if SCALED.search(text) else scale_in(self.header[place])
        return (with_point(text) if self.setting.comma_decimals else text) + unit

    def _texts(self, target: Target, row: Row) -> list[tuple[int, str]]:
        """(place, text) of the target's columns that say something."""
        places = self._places[target.key]
        said = [(place, visible_text(row.cells[place]).strip()) for place in places]
        return [one for one in said if one[1] and one[1].casefold() not in self.blanks]

    def _leave_cells(self, cleaned: Cleaned) -> None:
        """Keep the row for its other cells, unless it hangs on those that cannot be read."""
        needed = {*self.telling, *chain(self.needed, *self.also_needed)}
        may_go = {place for place in cleaned.problems if self.mapping[place] not in needed}
        if may_go == set(cleaned.problems):
            cleaned.left, cleaned.problems = cleaned.problems, {}

    def complete(self, cleaned: Cleaned) -> None:
        """Put parts together that stand in several targets, such as first and last name."""

    def check_name(self, cleaned: Cleaned, limit: int) -> None:
        """First and last name may be too long together."""
        if len(cleaned.values.get("name", "")) > limit:
            place = next(self.at[key] for key in self.needed if key in self.at)
            cleaned.problems[place] = "too_long"

    def judge(self, rows: Sequence[Row]) -> Iterator[Judged]:
        """What becomes of each row; ``write`` stores it."""
        cleaned = []
        for row in rows:
            if self.is_no_record(row.cells):
                yield Judged(Cleaned(row), "skipped")
            else:
                cleaned.append(self.clean(row))
        self.look_up([one for one in cleaned if not one.problems])
        for one in cleaned:
            if one.problems:
                place = min(one.problems)
                yield Judged(one, "rejected", one.problems[place], place)
                continue
            try:
                yield Judged(one, self.settle(one.values))
            except RowRejectedError as refusal:
                yield Judged(one, "rejected", refusal.reason, refusal.place)

    def is_no_record(self, cells: Sequence[str]) -> bool:
        """Whether a whole row is a sum of others, or was deleted where it comes from."""
        first = next((cell for cell in cells if cell.strip()), "")
        return bool(SUMS.fullmatch(first.strip())) or any(
            plain(cells[place]) in YES for place in self._deleted
        )

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        for judged in self.judge(rows):
            if judged.outcome == "rejected":
                cleaned = judged.cleaned
                ledger.reject(cleaned.row, judged.reason, judged.place, cleaned.problems)
            else:
                outcome = judged.outcome
                ledger.take(1, created=outcome == "created", updated=outcome == "updated")
                if judged.cleaned.left:
                    ledger.leave_out(judged.cleaned.row, judged.cleaned.left)
        self.write(ledger)

    def several(self, key: str) -> bool:
        """Whether more than one column goes to a target."""
        return len(self._places[key]) > 1

    def display(self, key: str, value: Any) -> str:
        """A value of the preview in the reader's language."""
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        if key == "phone":
            return display_phone(str(value), settings.DEFAULT_PHONE_REGION)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        field = _field(self.model, key) or _field(Customer, key)
        if field is not None and field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, Decimal):
            return formats.number(value, max(0, -int(value.as_tuple().exponent)))
        if isinstance(value, datetime):
            return formats.moment(value)
        return formats.day(value) if isinstance(value, date) else str(value)

    def look_up(self, rows: Sequence[Cleaned]) -> None:
        """Find the records that the rows may mean."""
        raise NotImplementedError

    def settle(self, values: dict[str, Any]) -> str:
        """Take one row in: “created”, “updated” or “skipped”; raises RowRejectedError."""
        raise NotImplementedError

    def write(self, ledger: Ledger) -> None:
        """Store what the chunk made and changed."""
        raise NotImplementedError

    def reject(self, reason: str, key: str = "") -> RowRejectedError:
        """A refusal that names the column of a target."""
        return RowRejectedError(reason, self.at.get(key))

    def custom_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of added fields, by their own keys."""
        return {
            key.removeprefix(PREFIX): value
            for key, value in values.items()
            if key.startswith(PREFIX)
        }

    def kept(self) -> list[str]:
        """The columns of the record that rows may write."""
        columns = {f.attname for f in self.model._meta.concrete_fields}
        own = {target.key for target in self._targets} & columns
        return sorted(own | {"name", "custom"} & columns)

    def _prepared(self, target: Target) -> Target:
        if not target.needs_order:
            return target
        added = _added(self.model._meta.label_lower, target.key)
        month_first = self.setting.month_first
        if added:
            return replace(target, clean=added_clean(added, month_first))
        return replace(target, clean=(moment if target.timed else day)(month_first))


def _ends_report(cells: Sequence[str]) -> bool:
    return len(cells) == 1 and bool(BELOW_ROWS.fullmatch(cells[0].strip()))


def _field(model: type[models.Model], key: str) -> Any:
    try:
        return model._meta.get_field(key)
    except FieldDoesNotExist:
        return None


def key_choices(*keys: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The choices of “known records are found by”."""
    return [("", _("Automatically: each in this order")), *keys]


def _added_targets(kind: str) -> list[Target]:
    return [
        Target(
            added.name, added.label, MORE_FIELDS, added_clean(added, month_first=False), None,
            needs_order=added.type == Type.DATE, figures=added.type == Type.NUMBER,
        )
        for added in added_fields(kind)
    ]  # fmt: skip


def _added(kind: str, name: str) -> Any:
    return next((added for added in added_fields(kind) if added.name == name), None)


def noted(told: Mapping[str, Any], values: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """A record's columns, with what had no other place in its note; without one, a new one's."""
    if BESIDE not in values or not (new or "note" in told):
        return dict(told)
    return {**told, "note": f"{told.get('note', '')}\n{values[BESIDE]}".strip()}


OWNER = Target("owner", _("Owner"), clean=str.casefold)
