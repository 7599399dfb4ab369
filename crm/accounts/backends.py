from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from crm.accounts.models import User


class TeamBackend(ModelBackend):
    """Reads the user together with the team: one query per request instead of two."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("team").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
