"""What is wrong with a customer's data, each as a condition that counts and filters alike."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

COMPLETE, VALID, CURRENT = "completeness", "validity", "staleness"
GROUPS: dict[str, Any] = {
    COMPLETE: pgettext_lazy("data quality", "Complete"),
    VALID: pgettext_lazy("data quality", "Plausible"),
    CURRENT: pgettext_lazy("data quality", "Up to date"),
}
QUIET_DAYS = 180

# As the database reads them: a number with its country, and at least seven digits.
PHONE = r"^\+[1-9]([ -]?[0-9]){6,}"
EMAIL = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*\.[^@\s.]{2,}$"
TEST_NAME = (
    r"^\s*([0-9]+|x{3,}|asdf[a-z]*|(test|testing)( *(customer|company|user))?[ _-]*[0-9]*"
    r"|测试(客户|公司|数据|用户)?[ _-]*[0-9]*)\s*$"
)
# Spaces (also the Chinese one) at an edge or twice; letters and digits of full width.
UNTIDY_NAME = "^[\\s\u3000]|[\\s\u3000]$|[\\s\u3000]{2}|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"


@dataclass(frozen=True)
class Issue:
    """Something to be put right: ``condition`` holds for the customers that have it."""

    key: str
    label: Any
    condition: Q
    group: str


_long_ago = Now() - timedelta(days=QUIET_DAYS)
ISSUES = [
    Issue("no_way", _("Neither phone nor e-mail"), Q(phone="", email=""), COMPLETE),
    Issue("no_phone", _("No phone"), Q(phone=""), COMPLETE),
    Issue("no_email", _("No e-mail"), Q(email=""), COMPLETE),
    Issue("no_city", _("No city"), Q(city=""), COMPLETE),
    Issue("no_region", _("City without a region"), ~Q(city="") & Q(region=""), COMPLETE),
    Issue("no_owner", _("No owner"), Q(owner=None), COMPLETE),
    Issue("no_industry", _("Organisation without an industry"),
          Q(kind="organisation", industry=""), COMPLETE),
    Issue("odd_phone", _("Phone that cannot be called"),
          ~Q(phone="") & ~Q(phone__regex=PHONE), VALID),
    Issue("odd_email", _("E-mail that cannot be written to"),
          ~Q(email="") & ~Q(email__regex=EMAIL), VALID),
    Issue("test_name", _("Name that looks like a test"), Q(name__iregex=TEST_NAME), VALID),
    Issue("untidy_name", _("Name with stray spaces or full-width letters"),
          Q(name__regex=UNTIDY_NAME), VALID),
    Issue("quiet", _("Active, but no contact for 180 days"),
          Q(lifecycle="active")
          & (Q(last_contact_at__lt=_long_ago)
             | Q(last_contact_at=None, created_at__lt=_long_ago)), CURRENT),
]  # fmt: skip
BY_KEY = {issue.key: issue for issue in ISSUES}
CHOICES = [(issue.key, issue.label) for issue in ISSUES]


def any_of(*groups: str) -> Q:
    """Customers with an issue of one of the groups."""
    conditions = [issue.condition for issue in ISSUES if issue.group in groups]
    return functools.reduce(operator.or_, conditions)
