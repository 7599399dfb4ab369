"""The demo company's teams and colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crm.accounts.models import Team, User
from crm.common.roles import Role

_FIRST_OWNERS = {3: "manager", 6: "rep"}
SIGN_INS = ("admin", "manager", "rep", "agent")
_TEAMS = {
    "east": ("华东团队", "East China"),
    "world": ("国际团队", "International"),
    "service": ("客服团队", "Service"),
}
# user name, full name, role, team, language
_PEOPLE = (
    ("admin", "周明远", Role.ADMIN, None, "zh-hans"),
    ("manager", "高翔", Role.MANAGER, "east", "zh-hans"),
    ("rep", "林晓", Role.REP, "east", "zh-hans"),
    ("agent", "许晴", Role.AGENT, "service", "zh-hans"),
    ("chen.wei", "Chen Wei", Role.REP, "east", "zh-hans"),
    ("wang.fang", "王芳", Role.REP, "east", "zh-hans"),
    ("zhao.lei", "赵磊", Role.REP, "east", "zh-hans"),
    ("sun.yue", "孙悦", Role.REP, "east", "zh-hans"),
    ("liu.yang", "刘洋", Role.REP, "east", "zh-hans"),
    ("sarah.li", "Sarah Li", Role.MANAGER, "world", "zh-hans"),
    ("emma.clarke", "Emma Clarke", Role.REP, "world", "en"),
    ("david.wu", "David Wu", Role.REP, "world", "zh-hans"),
    ("he.jing", "何静", Role.MANAGER, "service", "zh-hans"),
    ("tang.hao", "唐浩", Role.AGENT, "service", "zh-hans"),
    ("luo.min", "罗敏", Role.AGENT, "service", "zh-hans"),
    ("feng.qi", "冯琪", Role.AGENT, "service", "zh-hans"),
)  # fmt: skip


@dataclass(frozen=True)
class Staff:
    """Numbers of teams and colleagues, as the rows need them."""

    teams: dict[str, int]
    users: dict[str, int]
    owners: dict[str, tuple[int, ...]]
    agents: tuple[int, ...]

    def owner(self, rng: Random, team: str, index: int) -> int | None:
        """Who looks after a new customer; a few wait for someone, managers keep a few.

        Among the first hundred the sign-ins get some for sure, however small the company.
        """
        if team == "east" and index < 100 and (name := _FIRST_OWNERS.get(index % 10)):
            return self.users[name]
        luck = rng.random()
        if luck < 0.03:
            return None
        if luck < 0.07:
            return self.users["manager" if team == "east" else "sarah.li"]
        owners = self.owners[team]
        return owners[int(rng.random() * len(owners))]

    def agent(self, rng: Random) -> int:
        """Who takes a request; the demo's own agent takes most."""
        return self.agents[max(int(rng.random() * (len(self.agents) + 1)) - 1, 0)]


def hire() -> Staff:
    """Create teams and colleagues; only the four sign-ins have a password."""
    teams = {
        key: Team.objects.get_or_create(name=name, defaults={"name_en": english})[0].pk
        for key, (name, english) in _TEAMS.items()
    }
    users: dict[str, int] = {}
    for username, full_name, role, team, language in _PEOPLE:
        user = User(
            username=username,
            full_name=full_name,
            email=f"{username}@yunmai.example.com",
            role=role,
            team_id=teams[team] if team else None,
            language=language,
        )
        if username in SIGN_INS:
            user.set_password(f"demo-{username}")
        else:
            user.set_unusable_password()
        user.save()
        users[username] = user.pk

    def of(role: Role, team: str) -> tuple[int, ...]:
        return tuple(users[n] for n, _, r, t, _ in _PEOPLE if r == role and t == team)

    return Staff(
        teams=teams,
        users=users,
        owners={"east": of(Role.REP, "east"), "world": of(Role.REP, "world")},
        agents=of(Role.AGENT, "service"),
    )
