"""By what a person is recognised in texts that no key connects with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from crm.common.ngrams import normalise

BLANKED = "▮▮▮"
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_DIGITS = re.compile(r"\d+")
_GROUPING = re.compile(r"(?<=\d)[ ().\-/\u00a0]+(?=\d)")
# Shorter ones stand in too many texts that are about somebody else.
LEAST_CHINESE, LEAST_LATIN, LEAST_DIGITS = 2, 4, 7
_NATIONAL = 11  # digits of a number without its country


@dataclass(frozen=True)
class Identifiers:
    """Names, addresses, keys (``words``, normalised) and phone numbers (``numbers``, digits)."""

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str], phones: Iterable[str] = ()) -> Self:
        """From names, e-mails and keys as they are stored; what is too short is left out."""
        words = {normalise(text).strip() for text in texts if text}
        numbers = {"".join(_DIGITS.findall(phone))[-_NATIONAL:] for phone in phones if phone}
        return cls(
            frozenset(word for word in words if _telling(word)),
            frozenset(number for number in numbers if len(number) >= LEAST_DIGITS),
        )

    def __or__(self, other: Identifiers) -> Identifiers:
        return Identifiers(self.words | other.words, self.numbers | other.numbers)

    def stand_in(self, text: str) -> bool:
        """Whether a text names the person; phone numbers however they are grouped."""
        plain = normalise(text)
        if any(word in plain for word in self.words):
            return True
        if not self.numbers or not any(char.isdigit() for char in plain):
            return False
        ungrouped = _GROUPING.sub("", plain)
        return any(number in ungrouped for number in self.numbers)

    def hint_at(self, text: str) -> bool:
        """Whether a text names the person or is a telling part of a name, address or number."""
        plain = normalise(text).strip()
        parts = _telling(plain) and any(plain in word for word in self.words)
        digits = "".join(_DIGITS.findall(plain))
        number = len(digits) >= LEAST_LATIN and any(digits in one for one in self.numbers)
        return parts or number or self.stand_in(text)

    def blanked(self, value: Any) -> Any:
        """A text or JSON value in which each text that names the person is blanked.

        Of a row of a file (an object with ``cells``) that names them nothing is left: the other
        cells are about them too.
        """
        if isinstance(value, str):
            return BLANKED if self.stand_in(value) else value
        if isinstance(value, dict):
            kept = {self.blanked(key): self.blanked(inner) for key, inner in value.items()}
            return _emptied(kept) if "cells" in value and kept != value else kept
        if isinstance(value, list | tuple):
            return [self.blanked(inner) for inner in value]
        return value


def _emptied(value: Any) -> Any:
    if isinstance(value, str):
        return BLANKED
    if isinstance(value, dict):
        return {key: _emptied(inner) for key, inner in value.items()}
    return [_emptied(inner) for inner in value] if isinstance(value, list) else value


def _telling(word: str) -> bool:
    return len(word) >= (LEAST_CHINESE if _CJK.search(word) else LEAST_LATIN)
