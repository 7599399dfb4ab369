"""Colleagues named in a file: by e-mail, sign-in name or display name."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model

from customers.imports.ledger import Ledger
from customers.imports.registry import Setting


class OwnerBook:
    """Finds the owners that rows name, among those to whom the importing person may give."""

    def __init__(self, setting: Setting) -> None:
        self._actor = setting.actor
        self._missed = False

    def find(self, said: str) -> Any:
        """The colleague; None when nobody is named or nobody is called so."""
        if not said:
            return None
        found = self._people.get(said.casefold())
        self._missed = self._missed or found is None
        return found

    def tell(self, ledger: Ledger) -> None:
        """Warn once that somebody was not found."""
        if self._missed:
            ledger.warn("unknown_owner")

    @cached_property
    def _people(self) -> dict[str, Any]:
        people = get_user_model()._default_manager.filter(is_active=True).order_by("-pk")
        if self._actor is not None and not self._actor.is_admin:
            people = people.filter(team=self._actor.team_id)
        return {
            name.casefold(): person
            for person in people
            for name in (person.display_name, person.username, person.email)
            if name
        }
