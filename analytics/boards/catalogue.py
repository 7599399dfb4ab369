"""What can be put on a dashboard: figures, lists and analyses, by topic, for a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.boards.forms import view_values
from analytics.boards.models import BoardCard
from analytics.boards.results import results, results_for
from crm.records.figures import Figure, figures, figures_for
from crm.records.models import SavedView
from crm.records.resources import resources

Kind = BoardCard.Kind


@dataclass(frozen=True)
class Entry:
    """One thing to choose: ``choices`` are (value, label, icon) of the ways to show it."""

    label: str
    about: str
    choices: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Section:
    label: str
    entries: Sequence[Entry]


def catalogue(user: Any) -> list[Section]:
    """By app, in the order of the figures; then analyses, then lists."""
    by_app: dict[str, list[Entry]] = {}
    for figure in figures_for(user):
        by_app.setdefault(figure.source.model._meta.app_label, []).append(_figure_entry(figure))
    sections = [
        Section(str(apps.get_app_config(app).verbose_name), entries)
        for app, entries in by_app.items()
    ]
    sections.append(Section(_("Analyses"), [
        Entry(str(result.label), "", [(f"result:{result.key}", pgettext("card", "Add"), "plus")])
        for result in results_for(user)
    ]))  # fmt: skip
    sections.append(Section(_("Lists"), list(_lists(user))))
    return [section for section in sections if section.entries]


def _figure_entry(figure: Figure) -> Entry:
    choices = [(f"metric:{figure.key}", _("Figure"), "number-123")]
    if figure.has_course or figure.groups:
        choices.append((f"chart:{figure.key}", _("Chart"), "chart-line"))
    if figure.groups:
        choices.append((f"table:{figure.key}", _("Table"), "table"))
    return Entry(str(figure.label), str(figure.about), choices)


def _lists(user: Any) -> list[Entry]:
    add = pgettext("card", "Add")
    mine = [r for r in resources.values() if r.may_read(user)]
    views = SavedView.objects.visible_to(user).filter(kind__in=[r.kind for r in mine])
    entries = [Entry(str(r.label_plural), "", [(f"list:{r.kind}", add, "plus")]) for r in mine]
    labels = {resource.kind: str(resource.label_plural) for resource in mine}
    entries += [
        Entry(view.name, labels[view.kind], [(f"view:{view.pk}", add, "plus")])
        for view in views.order_by("kind", "name")[:50]
    ]
    return entries


def card_values(user: Any, choice: str) -> dict[str, Any] | None:
    """The first values of a card for a choice; None when it is none of the user's."""
    kind, _colon, key = choice.partition(":")
    if kind in {"list", "view"}:
        return _list_values(user, kind, key)
    if kind == "result":
        result = results.get(key)
        if result is None or user.role not in result.roles:
            return None
        return {"kind": Kind.RESULT, "key": key, "width": result.width}
    figure = figures.get(key)
    if figure is None or user.role not in figure.roles:
        return None
    return _figure_values(kind, figure)


def _figure_values(kind: str, figure: Figure) -> dict[str, Any] | None:
    values: dict[str, Any] = {"kind": kind, "key": figure.key, "width": 6}
    if kind == Kind.METRIC:
        return {**values, "width": 3}
    first = figure.groups[0].key if figure.groups else ""
    if kind == Kind.TABLE and first:
        return {**values, "by": first}
    if kind == Kind.CHART and figure.has_course:
        return values
    return {**values, "by": first, "form": "bar"} if kind == Kind.CHART and first else None


def _list_values(user: Any, kind: str, key: str) -> dict[str, Any] | None:
    view = None
    if kind == "view":
        found = SavedView.objects.visible_to(user)
        view = found.filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None
        if view is None:
            return None
        key = view.kind
    resource = resources.get(key)
    if resource is None or not resource.may_read(user):
        return None
    title = view.name if view else ""
    return {"kind": Kind.LIST, "key": key, "title": title, "width": 6, **view_values(view)}
