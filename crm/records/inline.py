"""Which values of a record are edited in place, and how they stand on a page.

A value is a column; its name is the field of the resource's form. Pages and lists wrap it with
``editable_value``; the address ``…/field/<name>/`` (crm.records.views.inline) gives the small
form and takes what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.common.addresses import record_url
from crm.common.columns import Column
from crm.common.markup import filled, joined, piece
from crm.common.templatetags.ui import icon
from crm.records.custom import PREFIX, AddedColumn, added_columns, added_fields
from crm.records.resources import Resource

_DASH = SafeString('<span class="text-secondary">–</span>')
_fields_of_role: dict[tuple[Any, ...], frozenset[str]] = {}


def inline_names(resource: Resource, user: Any) -> frozenset[str]:
    """The fields that someone of the user's role may edit in place on records they may edit.

    What the role's form does not offer (owners for representatives, all but contact details for
    agents) is left out. Kept per role: building a form takes longer than the rest of a page.
    """
    added = tuple(field.name for field in added_fields(resource.model._meta.label_lower))
    key = (resource.namespace, resource.prefix, user.role, added)
    if key not in _fields_of_role:
        offered = resource.form(user=user).fields
        _fields_of_role[key] = frozenset({*resource.inline, *added} & set(offered))
    return _fields_of_role[key]


def inline_column(resource: Resource, name: str) -> Column | None:
    """The column that shows the field ``name``, as the record's page has it, else the list's."""
    if name.startswith(PREFIX):
        added: list[AddedColumn] = added_columns(resource.model._meta.label_lower)
        return next((column for column in added if column.key == name), None)
    facts = [fact.column for fact in resource.facts]
    return next((c for c in [*facts, *resource.columns] if c.key == name), None)


def shown_value(column: Column, record: Any) -> SafeString | str:
    """The value of a column, with a dash where there is none."""
    value = column.render(record)
    if value == "":
        return _DASH
    return value if isinstance(value, SafeString) or "\n" not in value else linebreaksbr(value)


def editable_value(resource: Resource, column: Column, record: Any) -> SafeString:
    """A value with its pencil, to stand in an element with ``data-inline``.

    Without scripts the pencil leads to the record's form.
    """
    label = _("Edit: %(field)s") % {"field": column.label}
    return filled(
        '<span class="inline-value">{}</span><a class="inline-pencil" href="{}#id_{}" hx-get="{}"'
        ' hx-target="closest [data-inline]" aria-label="{}" title="{}">{}</a>',
        shown_value(column, record), record_url(resource.name("edit"), record.pk), column.key,
        field_url(resource, record.pk, column.key), label, label, icon("pencil", "icon-inline"),
    )  # fmt: skip


def field_url(resource: Resource, pk: int, name: str) -> str:
    """The address of one value of a record."""
    return f"{record_url(resource.name('detail'), pk)}field/{name}/"


@dataclass(frozen=True)
class Facts:
    """The lines of the facts card, ready to stand in a <dl>: those with a value, those without."""

    filled: SafeString
    empty: SafeString
    empty_count: int


def record_facts(resource: Resource, record: Any, user: Any) -> Facts:
    """What a record's page says about it; empty values that one may fill in stand apart."""
    editable = inline_names(resource, user) if record.can_edit else frozenset()
    told: list[tuple[str, Any, Any]] = []
    empty: list[tuple[str, Any, Any]] = []
    for column, always in _fact_columns(resource, record):
        blank = column.value(record) in (None, "", [])
        if column.key in editable:
            value = editable_value(resource, column, record)
            line: tuple[str, Any, Any] = _EDITABLE, column.label, value
        elif always or not blank:
            line = "", column.label, shown_value(column, record)
        else:
            continue
        (empty if blank and not always else told).append(line)
    return Facts(_facts(told), _facts(empty), len(empty))


def _facts(lines: list[tuple[str, Any, Any]]) -> SafeString:
    return joined(
        f"<dt>{piece(label)}</dt><dd{marks}>{piece(value)}</dd>" for marks, label, value in lines
    )


_EDITABLE = " data-inline"


def _fact_columns(resource: Resource, record: Any) -> list[tuple[Column, bool]]:
    facts = [(fact.column, fact.always) for fact in resource.facts]
    return facts + [(column, False) for column in added_columns(record._meta.label_lower)]
