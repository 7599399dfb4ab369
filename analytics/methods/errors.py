"""What a method says when it cannot work, or when its answer needs a caution.

Both carry a stable ``code`` and ``params``; the English sentence comes from ``messages.MESSAGES``,
so that a caller can look the same sentence up in another language and fill in the same params.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.methods.messages import MESSAGES
from analytics.methods.serialise import jsonable


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return the English sentence of ``code`` with ``params`` filled in."""
    return MESSAGES[code] % params


class DataProblem(ValueError):  # noqa: N818 - it names a problem of the data, not of the program
    """The data or parameters given cannot be analysed; the text says what is missing."""

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.params: dict[str, Any] = dict(params or {})
        super().__init__(sentence(code, self.params))

    def __reduce__(self) -> tuple[type[DataProblem], tuple[str, dict[str, Any]]]:
        return type(self), (self.code, self.params)


class InsufficientData(DataProblem):
    """There are too few rows for the method to say anything honest."""


@dataclass(frozen=True)
class Notice:
    """A caution beside a result.

    Attributes
    ----------
    code : str
        Key into ``messages.MESSAGES``.
    params : dict
        Values for the sentence's placeholders.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The notice as an English sentence."""
        return sentence(self.code, self.params)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{code, params, text}`` with JSON-safe values."""
        return {"code": self.code, "params": jsonable(self.params), "text": self.text}
