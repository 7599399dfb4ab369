"""The four roles. A role decides the action, the record decides the reach."""

from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REP = "rep", _("Sales rep")
    AGENT = "agent", _("Service agent")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")


class Person(Protocol):
    """What visibility rules need to know of a signed-in user."""

    pk: int
    role: str
    team_id: int | None


def is_admin(user: Person) -> bool:
    return getattr(user, "role", "") == Role.ADMIN


def is_manager(user: Person) -> bool:
    return getattr(user, "role", "") == Role.MANAGER


def is_rep(user: Person) -> bool:
    return getattr(user, "role", "") == Role.REP


def is_agent(user: Person) -> bool:
    return getattr(user, "role", "") == Role.AGENT
