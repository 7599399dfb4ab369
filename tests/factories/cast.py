"""The shared cast: two sales teams, a service team, and a record of everyone's."""

from dataclasses import dataclass

from crm.accounts.models import Team, User
from crm.common.roles import Role
from tests.factories.customers import TeamFactory, UserFactory


@dataclass(frozen=True)
class Cast:
    """``rep`` and ``colleague`` share a team with ``manager``; ``stranger`` is of another team."""

    team: Team
    other_team: Team
    service_team: Team
    rep: User
    colleague: User
    manager: User
    agent: User
    admin: User
    stranger: User

    def user(self, role: str) -> User:
        return getattr(self, role)


def make_cast() -> Cast:
    team, other, service = TeamFactory(), TeamFactory(), TeamFactory()
    return Cast(
        team=team,
        other_team=other,
        service_team=service,
        rep=UserFactory(team=team),
        colleague=UserFactory(team=team),
        manager=UserFactory(team=team, role=Role.MANAGER),
        agent=UserFactory(team=service, role=Role.AGENT),
        admin=UserFactory(team=None, role=Role.ADMIN),
        stranger=UserFactory(team=other),
    )
