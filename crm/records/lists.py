"""What the address of a list asks for: filters, order, columns. Pages, bulk changes, exports and
the counts of saved views all read it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse

from crm.common.columns import Column
from crm.records.custom import added_columns
from crm.records.keyset import FEW, Sort, paginate
from crm.records.resources import Resource, resources

# Parts of the address that are not the list itself.
PLACE = ("after", "before", "view", "filters", "panel")
LAYOUT = ("sort", "columns", "size", "state", *PLACE)
ALL_COLUMNS = "all"


def resource_of(kind: str) -> Resource:
    """The list called ``kind`` (``customers.customer``), or 404."""
    resource = resources.get(kind)
    if resource is None:
        raise Http404
    return resource


# Pages beside the lists whose files are exports too: kind → (label, name of the address).
export_pages: dict[str, tuple[Any, str]] = {}


def export_home(kind: str) -> tuple[Any, str]:
    """Where an export was asked for: (what it is called, its address)."""
    if kind in export_pages:
        label, name = export_pages[kind]
        return label, reverse(name)
    resource = resource_of(kind)
    return resource.label_plural, resource.url("list")


@dataclass(frozen=True)
class Asker:
    """Who asks, for filters that offer what the person may choose; a request is one as well."""

    user: Any


@dataclass(frozen=True)
class ListQuery:
    """One person's look at a list."""

    resource: Resource
    user: Any
    params: QueryDict

    @classmethod
    def of(cls, resource: Resource, user: Any, text: str) -> ListQuery:
        """From a query string, as a saved view or a job keeps it."""
        return cls(resource, user, QueryDict(text))

    @property
    def text(self) -> str:
        """The filters, order and columns as a query string, without a place in the pages."""
        kept = self.params.copy()
        for name in (*PLACE, "size"):
            kept.pop(name, None)
        for name in [name for name in kept if not any(kept.getlist(name))]:
            kept.pop(name)
        return kept.urlencode()

    def filterset(self, records: Any) -> Any:
        """The filters of the bar and those that are set; all of them where all are shown."""
        return self.resource.filterset(
            self.params, queryset=records, request=Asker(self.user),
            complete="filters" in self.params,
        )  # fmt: skip

    @property
    def is_filtered(self) -> bool:
        return any(any(values) for name, values in self.params.lists() if name not in LAYOUT)

    def seen(self) -> Any:
        """What the user sees, to be filtered: by the ids where they are scattered over the table.

        Of many that are not filtered the first in the list's order are soon found without.
        """
        records, user = self.resource.model.objects, self.user
        keys = records.scattered_keys(user)
        if keys is None:
            return records.visible_to(user)
        few = [row["pk"] for row in keys[: FEW + 1]]
        if len(few) <= FEW:
            return records.alive().filter(pk__in=few)
        return records.alive().filter(pk__in=keys) if self.is_filtered else records.visible_to(user)

    def records(self) -> Any:
        """What the user may see and the filters let through; nothing when a filter is wrong."""
        filterset = self.filterset(self.seen())
        return filterset.qs if filterset.is_valid() else filterset.queryset.none()

    def order(self) -> tuple[Sort, bool]:
        """(the order, is it descending); the list's own where none is asked for."""
        for text in (self.params.get("sort", ""), self.resource.default_sort):
            sort = self.resource.sort(text.lstrip("-"))
            if sort:
                return sort, text.startswith("-")
        raise Http404

    @property
    def has_usual_columns(self) -> bool:
        return not any(self.params.get(name) for name in ("columns", "column"))

    @property
    def is_usual(self) -> bool:
        """Whether the list stands in its own order, with its usual columns."""
        return self.has_usual_columns and not self.params.get("sort")

    def first(self, most: int) -> list[int]:
        """The ids of the first rows in the list's order."""
        sort, descending = self.order()
        page = paginate(self.records(), sort, descending=descending, size=most)
        return [row.pk for row in page.rows]

    def all_columns(self) -> list[Column]:
        return [*self.resource.columns, *added_columns(self.resource.kind)]

    def columns(self) -> list[Column]:
        """The columns asked for, in that order; else the list's usual ones. The first one stays."""
        offered = self.all_columns()
        names = [name for name in self.params.get("columns", "").split(",") if name]
        if not names:
            chosen = self.params.getlist("column")
            names = [column.key for column in offered if column.key in chosen]
        by_key = {column.key: column for column in offered}
        chosen_columns = [by_key[name] for name in dict.fromkeys(names) if name in by_key]
        if not chosen_columns:
            return [column for column in offered if column.default]
        first = offered[0]
        return [first, *(column for column in chosen_columns if column is not first)]
