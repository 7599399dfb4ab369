"""A deal's time in its stage against the stage's usual one, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common import formats
from sales.models import Deal, Stage

DAY = 86_400


def is_slow(deal: Deal, stage: Stage, now: datetime) -> bool:
    """Whether an open deal stands in its stage longer than deals usually do, by a day or more."""
    usual = stage.norm_seconds
    if deal.closed_at is not None or usual is None:
        return False
    return (now - deal.stage_since).total_seconds() > usual + DAY


def stay_words(deal: Deal, stage: Stage, now: datetime) -> str:
    """“23 days, usually 9”, or the first half of it while it is no longer."""
    days = (now - deal.stage_since).days
    if not is_slow(deal, stage, now):
        return ngettext("%(n)d day in stage", "%(n)d days in stage", days) % {"n": days}
    usual = (stage.norm_seconds or 0) // DAY
    if usual < 2:
        words = ngettext("%(n)d day, usually %(time)s", "%(n)d days, usually %(time)s", days)
        return words % {"n": days, "time": formats.duration(stage.norm_seconds)}
    words = ngettext("%(n)d day, usually %(usual)d", "%(n)d days, usually %(usual)d", days)
    return words % {"n": days, "usual": usual}


def usual_stay(stage: Stage) -> str:
    """“usually 9 days”, or "" where too few stays have ended."""
    if stage.norm_seconds is None:
        return ""
    days = stage.norm_seconds // DAY
    if days < 2:
        return _("usually %(time)s") % {"time": formats.duration(stage.norm_seconds)}
    return ngettext("usually %(n)d day", "usually %(n)d days", days) % {"n": days}
