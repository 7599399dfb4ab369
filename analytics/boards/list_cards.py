"""Cards that show the first rows of a list as somebody arranged it: its filters, order, columns."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from analytics.boards.looks import Look
from analytics.boards.models import BoardCard
from analytics.boards.shown import Shown, deaf_to
from crm.records.figures import figures
from crm.records.lists import ListQuery
from crm.records.resources import Resource, resources

MOST_COLUMNS = 5


def resource_of(card: BoardCard) -> Resource | None:
    return resources.get(card.key)


def heard_by(resource: Resource) -> dict[str, str]:
    """The shared filters that a kind's list knows: name → its parameter."""
    page = resource.name("list")
    sources = (figure.source for figure in figures.values())
    return next((dict(source.params) for source in sources if source.page == page), {})


def list_query(card: BoardCard, resource: Resource, look: Look) -> ListQuery:
    """The list, narrowed by those of the shared filters that it knows and does not set itself."""
    params = QueryDict(card.query, mutable=True)
    params["columns"] = ",".join(card.columns)
    heard = heard_by(resource)
    for name, value in look.part.narrowed.items():
        if name in heard and not params.get(heard[name]):
            params[heard[name]] = str(value)
    return ListQuery(resource, look.user, params)


def show_list(card: BoardCard, look: Look) -> Shown | None:
    """The first rows; None where the reader's role does not read such records."""
    resource = resource_of(card)
    if resource is None or not resource.may_read(look.user):
        return None
    query = list_query(card, resource, look)
    columns = query.columns()[:MOST_COLUMNS]
    sort, descending = query.order()
    found = resource.listed(query.records(), look.user, columns)
    records = list(found.order_by(*sort.ordering(descending))[: card.top])
    renderers = [column.renderer() for column in columns]
    cells = [[render(record) for render in renderers] for record in records]
    asked = {name: value for name, value in query.params.items() if value}
    notes = [_("The period does not narrow this list."), *deaf_to(look, heard_by(resource))]
    return Shown(
        card, card.title or str(resource.label_plural), "table",
        url=f"{resource.url('list')}?{urlencode(asked)}",
        columns=[str(column.label) for column in columns], cells=cells,
        rows=[[_plain(cell) for cell in row] for row in cells],
        notes=notes, is_empty=not records, nothing=_("Nothing is in this list."),
    )  # fmt: skip


def _plain(cell: Any) -> str:
    return strip_tags(str(cell)).strip()
