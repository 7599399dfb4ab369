"""The years of records' days and moments.

What lies near the ends of the calendar is a slip of the keyboard, and no moment in another zone.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FIRST, LAST = 1800, 2999


def is_known(day: date) -> bool:
    """Whether a day or moment is one that records may name."""
    return FIRST <= day.year <= LAST


def check_known(day: date) -> None:
    """A form field's validator."""
    if not is_known(day):
        raise ValidationError(
            _("Say a day between %(first)s and %(last)s."),
            params={"first": FIRST, "last": LAST},
        )
