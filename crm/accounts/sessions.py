"""Django's sessions in the database, read by a statement that is prepared once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.common.prepared import NOBODY, Prepared


def _living(_nobody: Any, key: str, now: datetime) -> Any:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


_LIVING = Prepared(_living)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = _LIVING.fetch(NOBODY, key=str(self.session_key), now=timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None
