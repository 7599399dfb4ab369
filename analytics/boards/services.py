"""Writes about dashboards and their cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.boards.looks import text_of
from analytics.boards.models import Board, BoardCard
from crm.common.errors import EditConflictError, RefusedError
from crm.records.models import SavedView
from sales.models import ReportSchedule

Sharing = SavedView.Sharing
MOST_CARDS = 24
Plan = Sequence[dict[str, Any]]


# Dashboards ------------------------------------------------------------------------------------


@transaction.atomic
def board_create(
    *, actor: Any, name: str, sharing: str, cards: Plan = (), submission: UUID | None = None,
    query: str = "",
) -> Board:  # fmt: skip
    """A dashboard with the cards of a template. The same ``submission`` again gives the first's.

    Raises RefusedError: the name is taken, or the actor may not share so widely.
    """
    if submission is not None:
        twin = Board.objects.filter(submission=submission, owner=actor).first()
        if twin is not None:
            return twin
    board = Board(owner=actor, team_id=actor.team_id, submission=submission, query=query)
    _store(board, actor, name=name, sharing=sharing)
    BoardCard.objects.bulk_create(
        [BoardCard(board=board, position=n, **values) for n, values in enumerate(cards, start=1)]
    )
    return board


@transaction.atomic
def board_update(
    *, pk: int, actor: Any, expected_version: int | None = None, **changes: Any
) -> Board:
    """Change name, sharing or the filter it opens with (``query``).

    Raises PermissionDenied, RefusedError as above, and EditConflictError.
    """
    board = _editable(pk, actor)
    if expected_version is not None and board.version != expected_version:
        raise EditConflictError(board)
    if "query" in changes:
        board.query = changes["query"]
    board.version += 1
    name, sharing = changes.get("name", board.name), changes.get("sharing", board.sharing)
    return _store(board, actor, name=name, sharing=sharing)


@transaction.atomic
def board_copy(*, pk: int, actor: Any) -> Board:
    """One's own private copy of a dashboard that one sees. PermissionDenied otherwise."""
    board = Board.objects.visible_to(actor).filter(pk=pk).first()
    if board is None:
        raise PermissionDenied
    cards = [
        {name: getattr(card, name) for name in CARD_FIELDS} for card in board.cards.alive()
    ]  # fmt: skip
    name = free_name(actor, _("Copy of %(name)s") % {"name": board.name})
    return board_create(
        actor=actor, name=name, sharing=Sharing.PRIVATE, cards=cards, query=board.query
    )


@transaction.atomic
def board_trash(*, pk: int, actor: Any) -> Board:
    """Take a dashboard away; its mailings rest until it is brought back."""
    board = _editable(pk, actor)
    board.trashed_at = timezone.now()
    board.save(update_fields=["trashed_at"])
    return board


@transaction.atomic
def board_restore(*, pk: int, actor: Any) -> Board:
    """Bring a dashboard back; RefusedError when its name was given to another one meanwhile."""
    board: Board = _own(Board.objects.restorable_by(actor), pk)
    board.trashed_at = None
    _refuse_twin(board, board.name)
    board.save(update_fields=["trashed_at"])
    # What fell due while it was away is not made up for.
    mailings = ReportSchedule.objects.of("board", board.pk).filter(active=True)
    mailings.update(active_since=timezone.now())
    return board


def _editable(pk: int, actor: Any) -> Board:
    found: Board = _own(Board.objects.editable_by(actor), pk)
    return found


def _own(found: Any, pk: int) -> Any:
    record = found.select_for_update(of=("self",)).filter(pk=pk).first()
    if record is None:
        raise PermissionDenied
    return record


def _store(board: Board, actor: Any, *, name: str, sharing: str) -> Board:
    if sharing == Sharing.TEAM and board.team_id is None:
        raise RefusedError(_("You are in no team: choose “only me” or “everybody”."))
    if sharing == Sharing.PUBLIC and not (actor.is_manager or actor.is_admin):
        raise RefusedError(_("Only managers and administrators share a dashboard with everybody."))
    _refuse_twin(board, name)
    board.name, board.sharing = name, sharing
    board.query = text_of(QueryDict(board.query))
    board.full_clean(exclude=["owner", "team", "submission"])
    board.save()
    return board


def _refuse_twin(board: Board, name: str) -> None:
    twins = Board.objects.alive().filter(owner=board.owner_id, name=name)
    if twins.exclude(pk=board.pk).exists():
        raise RefusedError(_("You have a dashboard called “%(name)s” already.") % {"name": name})


def free_name(actor: Any, name: str) -> str:
    taken = set(Board.objects.alive().filter(owner=actor).values_list("name", flat=True))
    names = [name[:80], *(f"{name[:75]} {n}" for n in range(2, len(taken) + 3))]
    return next(one for one in names if one not in taken)


# Cards -----------------------------------------------------------------------------------------

CARD_FIELDS = ("kind", "key", "title", "by", "step", "form", "top", "query", "columns", "width")


@transaction.atomic
def card_add(*, board: int, actor: Any, submission: UUID | None = None, **values: Any) -> BoardCard:
    """Put a card at the end. The same ``submission`` again gives the first one's.

    Raises PermissionDenied; RefusedError when the dashboard is full.
    """
    found = _editable(board, actor)
    if submission is not None:
        twin = BoardCard.objects.filter(submission=submission, board=found).first()
        if twin is not None:
            return twin
    standing = found.cards.alive()
    if standing.count() >= MOST_CARDS:
        raise RefusedError(
            _("A dashboard holds at most %(n)s cards. Remove one first.") % {"n": MOST_CARDS}
        )
    last = standing.aggregate(last=Max("position"))["last"] or 0
    card = BoardCard(board=found, position=last + 1, submission=submission, **values)
    card.full_clean(exclude=["submission", "board"])
    card.save()
    _touch(found)
    return card


@transaction.atomic
def card_update(
    *, pk: int, actor: Any, expected_version: int | None = None, **values: Any
) -> BoardCard:
    """Change what a card shows, or its width. Raises PermissionDenied, EditConflictError."""
    card = _card(BoardCard.objects.editable_by(actor), pk)
    if expected_version is not None and card.version != expected_version:
        raise EditConflictError(card)
    for name, value in values.items():
        setattr(card, name, value)
    card.version += 1
    card.full_clean(exclude=["submission", "board"])
    card.save()
    return card


@transaction.atomic
def card_trash(*, pk: int, actor: Any) -> BoardCard:
    card = _card(BoardCard.objects.editable_by(actor), pk)
    card.trashed_at = timezone.now()
    card.save(update_fields=["trashed_at"])
    _touch(card.board)
    return card


@transaction.atomic
def card_restore(*, pk: int, actor: Any) -> BoardCard:
    """Bring a card back to its place."""
    card = _card(BoardCard.objects.restorable_by(actor), pk)
    card.trashed_at = None
    card.save(update_fields=["trashed_at"])
    _touch(card.board)
    return card


@transaction.atomic
def cards_order(*, board: int, actor: Any, order: Sequence[int], expected_version: int) -> Board:
    """Put the cards into this order.

    Raises PermissionDenied; EditConflictError when cards came, went or moved meanwhile.
    """
    found = _editable(board, actor)
    cards = {card.pk: card for card in found.cards.alive()}
    if found.version != expected_version or set(order) != set(cards) or len(order) != len(cards):
        raise EditConflictError(found)
    for position, pk in enumerate(order, start=1):
        cards[pk].position = position
    BoardCard.objects.bulk_update(cards.values(), ["position"])
    return _touch(found)


def _card(found: Any, pk: int) -> BoardCard:
    """The card, its dashboard locked first: in the order in which all writers lock."""
    Board.objects.select_for_update(of=("self",)).filter(cards=pk).first()
    card: BoardCard = _own(found, pk)
    return card


def _touch(board: Board) -> Board:
    """Count the version of the arrangement up."""
    Board.objects.filter(pk=board.pk).update(version=F("version") + 1, updated_at=timezone.now())
    board.refresh_from_db(fields=["version"])
    return board
