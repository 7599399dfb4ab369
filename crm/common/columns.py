"""Columns of lists: each renders one cell of one record, escaped, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.common import formats, tones
from crm.common.markup import joined, piece
from crm.common.phones import display_phone

Text = str | Promise


Render = Callable[[Any], SafeString | str]


@dataclass(frozen=True)
class Column:
    """A column named by its path on the record (``owner.display_name``)."""

    key: str
    label: Text
    sort: str = ""
    path: str = ""
    css: str = ""
    default: bool = True
    # What files hold instead of the shown text: a path or expression; False leaves it out.
    export: Any = None
    # A filtered relation that ``export`` reads: the name that it gives it, and what makes it.
    beside: tuple[str, Callable[[], Any]] | None = None

    def value(self, record: Any) -> Any:
        found: Any = record
        for part in (self.path or self.key).split("."):
            found = getattr(found, part, None)
            if found is None:
                return None
        return found

    def render(self, record: Any) -> SafeString | str:
        found = self.value(record)
        return "" if found is None else str(found)

    def renderer(self) -> Render:
        """``render`` for many records: what depends on the reader alone is asked once."""
        return self.render

    def source(self, model: Any) -> Any:
        """The path or expression whose values files hold; None when it is not for files."""
        if self.export is False:
            return None
        return self.export or stored_path(model, self.path or self.key)

    def plain(self, model: Any) -> Callable[[Any], Any]:
        """How a value of ``source`` is written in a file: as a number, day, time or text."""
        return as_it_is


@dataclass(frozen=True)
class LinkColumn(Column):
    """The record's name, leading to its page."""

    def render(self, record: Any) -> SafeString:
        url, name = piece(record.get_absolute_url()), piece(self.value(record))
        return joined(('<a href="', url, '" class="fw-medium" data-row-link>', name, "</a>"))


@dataclass(frozen=True)
class RelatedColumn(Column):
    """Another record's name, leading to its page."""

    def source(self, model: Any) -> Any:
        if self.export is not None:
            return super().source(model)
        related = model._meta.get_field(self.path or self.key).related_model
        return f"{self.path or self.key}__{next(iter(related.search_fields))}"

    def render(self, record: Any) -> SafeString | str:
        related = self.value(record)
        if related is None:
            return ""
        url, name = piece(related.get_absolute_url()), piece(str(related))
        return joined(('<a href="', url, '">', name, "</a>"))


@dataclass(frozen=True)
class BadgeColumn(Column):
    """A choice in its tone."""

    def render(self, record: Any) -> SafeString | str:
        return self.renderer()(record)

    def renderer(self) -> Render:
        field, language = self.path or self.key, get_language()
        return lambda record: badge(record, field, language)

    def plain(self, model: Any) -> Callable[[Any], Any]:
        flat = model._meta.get_field(self.path or self.key).flatchoices
        labels = {value: str(label) for value, label in flat}
        return lambda value: labels.get(value, value)


@dataclass(frozen=True)
class MoneyColumn(Column):
    """An amount; the currency is a column of the record or fixed."""

    currency: str | Callable[[Any], str] = "currency"
    css: str = "text-end num"

    def render(self, record: Any) -> SafeString | str:
        return self.renderer()(record)

    def renderer(self) -> Render:
        where = formats.locale()
        named = self.currency
        code = named if callable(named) else attrgetter(named)

        def written(record: Any) -> str:
            amount = self.value(record)
            return "" if amount is None else formats.money(amount, code(record), where)

        return written


@dataclass(frozen=True)
class NumberColumn(Column):
    digits: int = 0
    css: str = "text-end num"

    def render(self, record: Any) -> SafeString | str:
        return self.renderer()(record)

    def renderer(self) -> Render:
        where = formats.locale()

        def written(record: Any) -> str:
            found = self.value(record)
            return "" if found is None else formats.number(found, self.digits, where)

        return written


@dataclass(frozen=True)
class PercentColumn(Column):
    """Whole per cents, as stored."""

    css: str = "text-end num"

    def render(self, record: Any) -> str:
        found = self.value(record)
        return "" if found is None else f"{found}%"


@dataclass(frozen=True)
class SinceColumn(Column):
    """How long ago, with the exact time on hover."""

    def render(self, record: Any) -> SafeString | str:
        return self.renderer()(record)

    def renderer(self) -> Render:
        by = formats.reader()
        return lambda record: since(self.value(record), by)


@dataclass(frozen=True)
class DueColumn(Column):
    """A time to come; in red with a sign when it is past."""

    def render(self, record: Any) -> SafeString | str:
        return self.renderer()(record)

    def renderer(self) -> Render:
        by = formats.reader()
        return lambda record: due(self.value(record), by)


@dataclass(frozen=True)
class DayColumn(Column):
    def render(self, record: Any) -> str:
        return formats.day(self.value(record))


@dataclass(frozen=True)
class MomentColumn(Column):
    def render(self, record: Any) -> str:
        return formats.moment(self.value(record))


@dataclass(frozen=True)
class PhoneColumn(Column):
    def render(self, record: Any) -> SafeString | str:
        return phone(self.value(record))


@dataclass(frozen=True)
class MailColumn(Column):
    """An address that opens the reader's mail program."""

    def render(self, record: Any) -> SafeString | str:
        said = self.value(record)
        return format_html('<a href="mailto:{}">{}</a>', said, said) if said else ""


@dataclass(frozen=True)
class TagsColumn(Column):
    """Words with a colour, from a list of {name, colour} that the record carries."""

    def render(self, record: Any) -> SafeString:
        tags = self.value(record) or ()
        return SafeString(" ".join(_tag(tag["colour"], tag["name"]) for tag in tags))


@dataclass(frozen=True)
class YesColumn(Column):
    def render(self, record: Any) -> str:
        return _("Yes") if self.value(record) else _("No")

    def plain(self, model: Any) -> Callable[[Any], Any]:
        yes, no = _("Yes"), _("No")
        return lambda value: yes if value else no


@lru_cache(maxsize=2048)
def _tag(colour: str, name: str) -> SafeString:
    return format_html('<span class="badge badge-outline text-{}">{}</span>', colour, name)


def as_it_is(value: Any) -> Any:
    return value


def stored_path(model: Any, path: str) -> Any:
    """The column of the database behind a path of attributes; names of people and of things in
    two languages become expressions."""
    *parents, last = path.split(".")
    before = "".join(f"{part}__" for part in parents)
    if last == "display_name":
        return Coalesce(NullIf(F(f"{before}full_name"), Value("")), F(f"{before}username"))
    if last == "label":
        name = F(f"{before}name")
        english = NullIf(F(f"{before}name_en"), Value(""))
        return name if formats.is_chinese() else Coalesce(english, name)
    return before + last


def badge(record: Any, field: str, language: str | None = None) -> SafeString | str:
    """The choice ``field`` of a record as a badge."""
    value = getattr(record, field)
    if value in ("", None):
        return ""
    model: Any = type(record)
    return _badge(model, field, value, language or get_language())


@lru_cache(maxsize=2048)
def _badge(model: Any, field: str, value: Any, _language: str) -> SafeString:
    labels = dict(model._meta.get_field(field).flatchoices)
    return format_html(
        '<span class="badge bg-{}-lt">{}</span>',
        tones.tone(model._meta.label_lower, field, value), labels.get(value, value),
    )  # fmt: skip


def since(value: datetime | date | None, by: formats.Reader | None = None) -> SafeString | str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        exact, ago = formats.moment_and_since(value, by or formats.reader())
    else:
        exact, ago = formats.day(value), formats.since(value)
    return joined(
        ('<time datetime="', value.isoformat(), '" title="', piece(exact), '">', piece(ago),
         "</time>")
    )  # fmt: skip


def due(value: datetime | date | None, by: formats.Reader | None = None) -> SafeString | str:
    if value is None:
        return ""
    by = by or formats.reader()
    past = value < by.now if isinstance(value, datetime) else value < by.now.date()
    if not past:
        return since(value, by)
    late = format_html(_("Overdue: {when}"), when=since(value, by))
    return format_html('<span class="text-red" data-overdue>{}</span>', late)


def phone(e164: str | None) -> SafeString | str:
    if not e164:
        return ""
    return format_html('<a href="tel:{}">{}</a>', e164, display_phone(e164, "CN"))
