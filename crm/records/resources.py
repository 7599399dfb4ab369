"""What the list, detail, form and trash pages of one kind of record need to know.

An app declares one ``Resource`` per kind and gets its pages from ``resource_urls``; pages
that want more pass their own templates or views.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from crm.common.columns import Column, Text
from crm.common.roles import Role
from crm.records.keyset import Sort

EVERYONE = frozenset(Role.values)
SELLERS = frozenset({Role.REP.value, Role.MANAGER.value, Role.ADMIN.value})
KEEPERS = frozenset({Role.MANAGER.value, Role.ADMIN.value})


@dataclass(frozen=True)
class Fact:
    """A line of the facts card: a column with its label."""

    column: Column
    always: bool = False


resources: dict[str, Resource] = {}
# What apps above show in the lists of a kind: (records, keys of the shown columns) → records.
list_extras: dict[str, list[Callable[[Any, set[str]], Any]]] = {}


@dataclass(frozen=True)
class Resource:
    model: type[Any]
    namespace: str
    prefix: str
    icon: str
    columns: list[Column]
    sorts: list[Sort]
    default_sort: str
    filterset: type[Any]
    form: type[Any]
    create: Callable[..., Any]
    update: Callable[..., Any]
    trash: Callable[..., Any]
    restore: Callable[..., Any]
    creators: frozenset[str]
    readers: frozenset[str] = EVERYONE
    select: Sequence[str] = ()
    # Of these, what a list joins only for the column that shows it: planning a join takes longer
    # than reading it.
    select_when_shown: Sequence[str] = ()
    prefetch: Sequence[Any] = ()
    annotate: Mapping[str, Any] = field(default_factory=dict)
    facts: Sequence[Fact] = ()
    # Fields that are edited in place, on the record's page and in the list.
    inline: Sequence[str] = ()
    # Of these, what is also edited in the cells of lists.
    inline_in_list: Sequence[str] = ()
    panels: Sequence[Any] = ()
    list_template: str = "records/list.html"
    detail_template: str = "records/detail.html"
    form_template: str = "records/form.html"
    detail_context: Callable[[Any, Any], dict[str, Any]] | None = None
    list_context: Callable[[Any], dict[str, Any]] | None = None
    tabs: Callable[[Any], Sequence[tuple[Text, str]]] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None
    empty: Text = ""
    # What only lists and exports show of a record, as annotations: (records, user) → records.
    enrich: Callable[[Any, Any], Any] | None = None
    editable: Callable[[Any], Any] | None = None
    # Why a record that one might edit no longer changes.
    closed: Text = ""
    # Files may be attached to it.
    files: bool = False
    # What it is called in the addresses for programs; empty: they do not get it.
    api: str = ""
    # Its page and its list ask what depends on the reader's role and ids alone: compiled once. The
    # list stands in the order of a moment that each record has, and leaves nothing out by itself.
    prepared: bool = False

    def __post_init__(self) -> None:
        resources[self.kind] = self

    @property
    def kind(self) -> str:
        """The name of the kind of record in addresses, saved views and jobs."""
        return self.model._meta.label_lower

    def shaped(self, records: Any) -> Any:
        """With what pages show beside the record's own columns, in as few queries as can be."""
        found = records.select_related(*self.select) if self.select else records
        return found.annotate(**self.annotate).prefetch_related(*self.prefetch)

    def listed(self, records: Any, user: Any, columns: Sequence[Column] | None = None) -> Any:
        """As lists show them, with these columns."""
        found = self.shaped(records)
        if columns is not None and self.select_when_shown:
            shown = {(column.path or column.key).partition(".")[0] for column in columns}
            hidden = set(self.select_when_shown) - shown
            found = found.select_related(None).select_related(
                *(name for name in self.select if name not in hidden)
            )
        keys = {column.key for column in columns or ()}
        for extra in list_extras.get(self.kind, ()):
            found = extra(found, keys)
        return self.enrich(found, user) if self.enrich else found

    def name(self, page: str) -> str:
        return f"{self.namespace}:{self.prefix}{page}"

    def url(self, page: str, *args: Any) -> str:
        return reverse(self.name(page), args=args)

    def sort(self, key: str) -> Sort | None:
        return next((sort for sort in self.sorts if sort.key == key), None)

    def editable_by(self, user: Any) -> Any:
        """The records whose form the user may open."""
        return self.editable(user) if self.editable else self.model.objects.editable_by(user)

    def may_create(self, user: Any) -> bool:
        return user.role in self.creators

    def may_read(self, user: Any) -> bool:
        return user.role in self.readers

    @property
    def label(self) -> Text:
        return self.model._meta.verbose_name

    @property
    def label_plural(self) -> Text:
        return self.model._meta.verbose_name_plural
