"""What can be imported; higher apps add theirs with ``@importer``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.records.resources import KEEPERS
from customers.imports.encoding import FileRefusedError
from customers.imports.layout import Row
from customers.imports.ledger import Ledger
from customers.imports.trials import Shelf

Text = str | Promise


@dataclass(frozen=True)
class Question:
    """What a kind asks beside the columns: one of ``choices``; without any, yes or no."""

    name: str
    label: Text
    choices: tuple[tuple[str, Text], ...] = ()
    hint: Text = ""


@dataclass(frozen=True)
class Setting:
    """For whom and how rows are imported.

    Attributes
    ----------
    actor
        None is the system itself and may do everything.
    owner_id, team_id
        To whom new records go.
    mapping
        Place of a column → key of a target; None: guess by the header.
    key
        By what known records are found; "" is every key in order.
    overwrites
        Blank cells empty their fields.
    lenient
        Cells that cannot be read are left out and told, instead of their rows.
    adds_customers
        Customers that rows name and nobody knows are created.
    month_first
        3/4/2026 is in March.
    comma_decimals
        1.234 is a thousand and more, as the file's other numbers tell.
    answers
        What was said to the kind's questions, by name.
    shelf
        Where a dry run keeps what it would have written; None: this is no dry run.
    """

    actor: Any
    team_id: int | None
    currency: str
    source: str
    owner_id: int | None = None
    mapping: Mapping[int, str] | None = None
    key: str = ""
    overwrites: bool = False
    lenient: bool = False
    adds_customers: bool = True
    month_first: bool = False
    comma_decimals: bool = False
    tag_ids: tuple[int, ...] = field(default=())
    answers: Mapping[str, Any] = field(default_factory=dict)
    shelf: Shelf | None = None


class Importer(ABC):
    """Loads the rows of one kind of file.

    ``survey`` sees the whole file before anything is written. ``load`` gets the rows by the chunk,
    inside a transaction, and tells the ledger what became of each. After an interruption
    ``remember`` sees the rows that an earlier attempt has loaded, so that counters which run
    through the file go on where they were.
    """

    do_not_call_in_templates: ClassVar[bool] = True  # pages list the kinds, which are classes
    kind: ClassVar[str]
    label: ClassVar[Text]
    hint: ClassVar[Text]
    icon: ClassVar[str] = "table"
    roles: ClassVar[frozenset[str]] = KEEPERS
    reasons: ClassVar[dict[str, Text]] = {}
    default_currency: ClassVar[str] = ""
    uses_currency: ClassVar[bool] = False
    chunk: ClassVar[int] = 2_000
    # How records hang together, for undoing: see ``undo``.
    parents: ClassVar[dict[str, str]] = {}
    together: ClassVar[dict[str, tuple[tuple[str, ...], ...]]] = {}

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        self.at = self.places(header)
        self.setting = setting

    @classmethod
    @abstractmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        """The place of each column that is used; FileRefusedError names one that is missing."""

    @classmethod
    def reason_labels(cls) -> dict[str, Text]:
        """Why rows are left out, by reason."""
        return cls.reasons

    @classmethod
    def stays(cls, label: str, found: Mapping[int, Any]) -> set[int]:
        """Which made records undoing must leave, by id."""
        return set()

    @classmethod
    def is_note(cls, cells: Sequence[str]) -> bool:
        """Whether a row below the header is no data, such as a sum or whose the file is."""
        return False

    @classmethod
    def notes(cls, rows: Sequence[Row], width: int) -> set[int]:
        """The lines of those of some rows that have not the header's width and are no data."""
        return {row.line for row in rows if len(row.cells) != width and cls.is_note(row.cells)}

    def survey(self, row: Row) -> None:  # noqa: B027  # most kinds need no overview
        """See a row of the right width, before the first chunk."""

    def remember(self, row: Row) -> None:  # noqa: B027  # most kinds need no memory
        """See a row that is already in."""

    @abstractmethod
    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        """Bring a chunk in; each row ends as created, updated, skipped or rejected."""


def require(header: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Where each of ``names`` stands, whatever its case.

    Raises
    ------
    FileRefusedError
        Names the column that is missing.
    """
    known = {name.casefold(): place for place, name in enumerate(header)}
    missing = [name for name in names if name.casefold() not in known]
    if missing:
        raise missing_column(missing[0])
    return {name: known[name.casefold()] for name in names}


def missing_column(name: str) -> FileRefusedError:
    return FileRefusedError(_("Line 1: the column “%(name)s” is missing.") % {"name": name})


importers: dict[str, type[Importer]] = {}


def importer(kind: type[Importer]) -> type[Importer]:
    """Class decorator: offer this kind."""
    importers[kind.kind] = kind
    return kind


def kinds_for(user: Any) -> list[type[Importer]]:
    """The kinds that the user's role may import; the system may import all."""
    if user is None:
        return list(importers.values())
    role = getattr(user, "role", "")
    return [kind for kind in importers.values() if role in kind.roles]
