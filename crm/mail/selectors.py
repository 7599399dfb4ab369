"""Page-shaped reads of the outbox."""

from __future__ import annotations

from typing import Any

from crm.mail.models import Mail

PAGE = 50


def mail_page(
    *, user: Any, state: str = "", before: int | None = None
) -> tuple[list[Mail], Mail | None]:
    """The newest letters that the user may see, and the one after which the next page starts."""
    found = Mail.objects.visible_to(user).defer("text", "html").order_by("-pk")
    if state in Mail.State.values:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None
