"""Undoing a merge while later ones into the same record stand: what it changed and they changed
again is theirs to give back, so that in any order all comes back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def heirs_of(merge: Any) -> list[Any]:
    """Standing merges into the same record that were made since, locked, the oldest first."""
    later = type(merge)._default_manager.select_for_update(of=("self",)).filter(
        winner=merge.winner_id, undone_at=None, pk__gt=merge.pk
    )  # fmt: skip
    return list(later.order_by("pk"))


def hand_on(ledger: dict[str, Any], heirs: Sequence[Any]) -> None:
    """Take out of ``ledger`` what later merges built upon, and write it into their ledgers."""
    if not heirs:
        return
    _hand_on_values(ledger, heirs)
    for part in ledger.get("parts", ()):
        _rebase_part(part, heirs)
    if "tags" in ledger:
        ledger["tags"] = [tag for tag in ledger["tags"] if not _hand_on_tag(tag, heirs)]
    states = ledger["pairs"]["merged"]
    for heir in heirs:
        for pk in states.keys() & heir.ledger["pairs"]["merged"].keys():
            heir.ledger["pairs"]["merged"][pk] = states.pop(pk)
    for heir in heirs:
        heir.save(update_fields=["ledger"])


def _hand_on_values(ledger: dict[str, Any], heirs: Sequence[Any]) -> None:
    before, after = ledger["before"], ledger["after"]
    for heir in heirs:
        theirs = heir.ledger["before"]
        for name in before.keys() & theirs.keys():
            if theirs[name] == after[name]:
                theirs[name] = before.pop(name)


def _rebase_part(part: list[Any], heirs: Sequence[Any]) -> None:
    """A part that later merges changed again keeps what they said, and loses what this one did."""
    for theirs in (one for heir in heirs for one in heir.ledger["parts"]):
        pk, before, after = part
        if theirs[:2] != [pk, after]:
            continue
        last = theirs[2]
        now = {name: before[name] if after[name] == last[name] else last[name] for name in last}
        part[1:], theirs[1:] = [now, last], [before, now]


def _hand_on_tag(tag: int, heirs: Sequence[Any]) -> bool:
    """Whether a record that was merged later has the tag too: then it stays for now."""
    heir = next((one for one in heirs if one.loser.tags.filter(pk=tag).exists()), None)
    if heir is not None:
        heir.ledger["tags"].append(tag)
    return heir is not None
