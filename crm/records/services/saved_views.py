"""Writes about saved views."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.records.models import SavedView

Sharing = SavedView.Sharing


@transaction.atomic
def saved_view_create(
    *,
    actor: Any,
    kind: str,
    name: str,
    query: str,
    columns: list[str],
    sharing: str,
    pin: bool = True,
) -> SavedView:
    """Keep a list's filters, order and columns under a name.

    Raises
    ------
    RefusedError
        The actor has a view of this name, or may not share so widely.
    """
    view = SavedView(kind=kind, owner=actor, team_id=actor.team_id, query=query, columns=columns)
    _store(view, actor, name=name, sharing=sharing)
    if pin:
        view.pinned_by.add(actor)
    return view


@transaction.atomic
def saved_view_update(*, pk: int, actor: Any, **changes: Any) -> SavedView:
    """Change name, sharing, query or columns. Raises PermissionDenied, RefusedError as above."""
    view = _own(pk, actor)
    name, sharing = changes.pop("name", view.name), changes.pop("sharing", view.sharing)
    for field, value in changes.items():
        setattr(view, field, value)
    _store(view, actor, name=name, sharing=sharing)
    return view


@transaction.atomic
def saved_view_delete(*, pk: int, actor: Any) -> None:
    _own(pk, actor).delete()


@transaction.atomic
def saved_view_pin(*, pk: int, actor: Any, pinned: bool) -> SavedView:
    """Put a view among one's tabs, or take it away."""
    view: SavedView | None = SavedView.objects.visible_to(actor).filter(pk=pk).first()
    if view is None:
        raise PermissionDenied
    (view.pinned_by.add if pinned else view.pinned_by.remove)(actor)
    return view


def _own(pk: int, actor: Any) -> SavedView:
    locked = SavedView.objects.editable_by(actor).select_for_update()
    view: SavedView | None = locked.filter(pk=pk).first()
    if view is None:
        raise PermissionDenied
    return view


def _store(view: SavedView, actor: Any, *, name: str, sharing: str) -> None:
    if sharing == Sharing.TEAM and view.team_id is None:
        raise RefusedError(_("You are in no team: choose “only me” or “everybody”."))
    if sharing == Sharing.PUBLIC and not (actor.is_manager or actor.is_admin):
        raise RefusedError(_("Only managers and administrators share a view with everybody."))
    twins = SavedView.objects.filter(owner=view.owner_id, kind=view.kind, name=name)
    if twins.exclude(pk=view.pk).exists():
        raise RefusedError(_("You have a view called “%(name)s” already.") % {"name": name})
    view.name, view.sharing = name, sharing
    view.full_clean(exclude=["owner", "team"])
    view.save()
