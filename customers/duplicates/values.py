"""Which of two customers' or contacts' values the merged one keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.common.names import person_key
from customers.models import Contact

# What a person chooses between; owner and team stay the survivor's.
FIELDS = (
    "name", "kind", "lifecycle", "phone", "email", "industry", "country", "region", "city",
    "address", "acquisition", "source", "external_id", "consent_email", "consent_phone", "note",
)  # fmt: skip
CONTACT_FIELDS = ("name", "title", "phone", "email", "wechat", "external_id", "note")
CONSENTS = frozenset({"consent_email", "consent_phone"})
JOINED = frozenset({"note"})
FULLER = frozenset({"address", "name"})  # the longer text says more
SURVIVOR, OTHER, BOTH = "survivor", "other", "both"


def fields_of(record: Any) -> tuple[str, ...]:
    """The fields in which two such records are compared and chosen between."""
    return CONTACT_FIELDS if isinstance(record, Contact) else FIELDS


def default_choice(field: str, survivor: Any, other: Any) -> str:
    """Where the value comes from unless a person says otherwise.

    Consent only where both gave it; a filled value before an empty one; the fuller name and
    address; else the value of the record that was changed last.
    """
    mine, theirs = getattr(survivor, field), getattr(other, field)
    if field in CONSENTS:
        return OTHER if mine and not theirs else SURVIVOR
    if mine == theirs or _says_nothing(field, theirs):
        return SURVIVOR
    if _says_nothing(field, mine):
        return OTHER
    if field in JOINED:
        return BOTH
    if field == "name" and person_key(mine) == person_key(theirs):
        return SURVIVOR
    if field in FULLER:
        return OTHER if len(theirs) > len(mine) else SURVIVOR
    if field == "lifecycle":
        return OTHER if _advance(theirs) > _advance(mine) else SURVIVOR
    return OTHER if other.updated_at > survivor.updated_at else SURVIVOR


def merged_values(survivor: Any, other: Any, choices: Mapping[str, str]) -> dict[str, Any]:
    """The survivor's new values where they change; a choice that was not made is the default.

    Consent is gained only by an explicit choice.
    """
    changed: dict[str, Any] = {}
    for field in fields_of(survivor):
        choice = choices.get(field) or default_choice(field, survivor, other)
        mine, theirs = getattr(survivor, field), getattr(other, field)
        value = {OTHER: theirs, BOTH: _joined(mine, theirs)}.get(choice, mine)
        if value != mine:
            changed[field] = value
    custom = {**other.custom, **{k: v for k, v in survivor.custom.items() if v not in (None, "")}}
    if custom != survivor.custom:
        changed["custom"] = custom
    return changed


def better_survivor(one: Any, other: Any) -> Any:
    """The record that a merge proposes to keep: more orders, then fuller, then older."""
    return max(one, other, key=lambda c: (getattr(c, "order_count", 0), _fullness(c), -c.pk))


def _fullness(record: Any) -> int:
    return sum(not _says_nothing(name, getattr(record, name)) for name in fields_of(record))


def _says_nothing(field: str, value: Any) -> bool:
    return value in ("", None) or (field == "acquisition" and value == "other")


def _advance(lifecycle: str) -> int:
    """A customer who buys is more than a lead; one who left is more than one never won."""
    return ["lead", "lost", "lapsed", "active"].index(lifecycle)


def _joined(mine: Any, theirs: Any) -> Any:
    return "\n".join(str(text) for text in (mine, theirs) if text)
