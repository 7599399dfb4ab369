"""The figures of communications that dashboards are composed of. Notes are no communication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from communications.models import Communication
from crm.accounts.models import Team, User
from crm.records.figures import Day, Figure, Group, Source, offer
from crm.records.resources import EVERYONE

HAPPENED = Day("happened_at", ("happened_from", "happened_until"))


def _people(keys: Any) -> Mapping[Any, str]:
    return {pk: str(user) for pk, user in User.objects.in_bulk(list(keys)).items()}


def _teams(keys: Any) -> Mapping[Any, str]:
    return {pk: team.label for pk, team in Team.objects.in_bulk(list(keys)).items()}


def _channels(keys: Any) -> Mapping[Any, str]:
    return {value: str(label) for value, label in Communication.Channel.choices}


def _directions(keys: Any) -> Mapping[Any, str]:
    return {value: str(label) for value, label in Communication.Direction.choices}


TALKS = Source(
    Communication, "communications:list",
    {"team": "team", "owner": "owner", "region": "customer__region"},
    {"team": "team", "owner": "owned_by", "region": "region"},
    {"talks": Count("pk"), "customers": Count("customer", distinct=True)},
    (
        Group("way", _("Channel"), "channel", _channels, "channel"),
        Group("direction", _("Direction"), "direction", _directions, "direction"),
        Group("owner", _("Owner"), "owner", _people, "owned_by"),
        Group("team", _("Team"), "team", _teams, "team"),
    ),
    {"talks": "true"},
)  # fmt: skip
_NO_NOTES = ~Q(channel=Communication.Channel.NOTE)

offer(
    Figure("talks", _("Communications"), _("Calls, mails, chats, visits and meetings; no notes."),
           "count", EVERYONE, TALKS, ("talks",), HAPPENED, _NO_NOTES, order=50),
    Figure("talked_to", _("Customers talked to"),
           _("Customers with at least one communication in the period."), "count", EVERYONE, TALKS,
           ("customers",), HAPPENED, _NO_NOTES, adds_up=False, order=51),
)  # fmt: skip
