"""Words for yes and no, in lower case."""

from __future__ import annotations

YES = frozenset(("yes", "y", "true", "t", "ja", "j", "oui", "sí", "si", "是", "有", "对"))
NO = frozenset(("no", "n", "false", "f", "nein", "non", "否", "无"))
TRUTHS = dict.fromkeys(YES, 1.0) | dict.fromkeys(NO, 0.0)
_BEFORE = (
    *("not ", "no ", "non ", "non-", "nicht ", "kein ", "keine ", "pas "),
    *("没有", "没", "未", "不", "非", "无"),
)


def denies(value: str, other: str) -> bool:
    """Say whether one value is the other with a "not" before it, as 未流失 is of 流失."""
    plain, meant = value.casefold().strip(), other.casefold().strip().removeprefix("有")
    return any(plain == before + meant for before in _BEFORE)
