"""What can be mailed regularly: reports here, and what apps above add (dashboards).

A kind says who may get it, what may be attached, and what one turn comes to for one recipient;
when a turn is due, and that it happens once, is the same for all (``sales.reports.delivery``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.common.registries import Text


@dataclass(frozen=True)
class Mailable:
    """``model`` has ``alive()`` and ``visible_to(user)``, its records a name and an address.

    ``page`` is the address of the mailings of one record; ``prepare(schedule, user, key)`` gives
    what a turn comes to, in the recipient's language and zone.
    """

    kind: str
    model: type[Any]
    roles: frozenset[str]
    page: str
    heading: Text
    formats: tuple[str, ...]
    prepare: Callable[[Any, Any, str], Any]


mailables: dict[str, Mailable] = {}
