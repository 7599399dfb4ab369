"""Several groupings from one reading are those that each of them alone gives."""

from __future__ import annotations

import pytest
from django.db.models import Count, Q

from crm.accounts.models import Team, User
from crm.common.grouping_sets import grouping_sets

pytestmark = pytest.mark.django_db
SETS = [("team", "role"), ("team",), ("role",), ()]


def test_it_gives_each_set_of_keys_its_rows() -> None:
    east = Team.objects.create(name="East")
    for number, (team, role) in enumerate(
        [(east, "rep"), (east, "rep"), (east, "manager"), (None, "rep"), (None, "admin")]
    ):
        User.objects.create_user(f"u{number}", team=team, role=role)
    people = User.objects.filter(username__startswith="u").order_by()
    asked = {"count": Count("pk"), "reps": Count("pk", filter=Q(role="rep"))}
    groups = people.values("team", "role")
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {one: [] for one in SETS}
    for one, row in grouping_sets(groups.annotate(**asked), ("team", "role"), *SETS):
        assert all(row[key] is None for key in {"team", "role"} - set(one))
        found[one].append((row["count"], row["reps"]))
    for one in SETS[:-1]:
        alone = people.values(*one).annotate(**asked).values_list("count", "reps")
        assert sorted(found[one]) == sorted(alone), one
    assert found[()] == [(5, 3)]


def test_it_gives_all_together_of_nothing() -> None:
    groups = User.objects.none().order_by().values("team").annotate(count=Count("pk"))
    assert list(grouping_sets(groups, ("team",), ("team",), ())) == []
    nobody = User.objects.filter(username="x").order_by().values("team")
    found = list(grouping_sets(nobody.annotate(count=Count("pk")), ("team",), ("team",), ()))
    assert found == [((), {"team": None, "count": 0})]
