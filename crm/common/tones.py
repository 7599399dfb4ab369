"""Which colour a choice has, one definition for lists, pages and boards.

Colours only support the words beside them; they never carry meaning alone.
"""

from collections.abc import Mapping

_tones: dict[tuple[str, str], Mapping[str, str]] = {}
NEUTRAL = "secondary"


def register(model_label: str, field: str, tones: Mapping[str, str]) -> None:
    """``register("service.servicerequest", "status", {"new": "red", …})``."""
    _tones[(model_label, field)] = tones


def tone(model_label: str, field: str, value: object) -> str:
    return _tones.get((model_label, field), {}).get(str(value), NEUTRAL)
