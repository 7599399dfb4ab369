"""The campaigns that a report's rows name: found by the platform's id, else by name, or made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import CharField, Q
from django.db.models.functions import Lower
from django.db.models.lookups import In

from customers.imports.ledger import Ledger, RowRejectedError
from customers.imports.pool import Key, Pool, by_column
from customers.imports.registry import Setting
from marketing.models import Campaign
from marketing.platforms import campaign_channel

Span = Callable[[Sequence[int]], tuple[date, date]]
Name = tuple[str, str]  # the platform's id, the name; one of them may be ""
_KEPT = ("name", "external_id", "team_id", "currency", "actual_cost")
_TEXT: CharField[str, str] = CharField()

BY_NAME = Key(
    "name", lambda campaign: campaign.name.lower(),
    lambda values: Q(In(Lower("name", output_field=_TEXT), list(values))),
)  # fmt: skip
BY_ID = Key("pk", lambda campaign: str(campaign.pk), lambda values: Q(pk__in=map(int, values)))


class CampaignBook:
    """Names are known by their numbers; several may mean one campaign."""

    def __init__(self, setting: Setting, *, adds: bool) -> None:
        self.pool = Pool(
            Campaign, [by_column("external_id"), BY_NAME, BY_ID], actor=setting.actor,
            shelf=setting.shelf, kept=_KEPT,
        )  # fmt: skip
        self._setting = setting
        self._adds = adds
        self._numbers: dict[Name, int] = {}
        self._names: list[Name] = []  # as the file has them
        self._groups: dict[str, list[int]] = {}  # of one campaign
        self._group: dict[int, str] = {}
        self._refused: dict[int, str] = {}
        self._ids: dict[str, int] = {}  # group → campaign

    def number(self, external_id: str, name: str) -> int:
        """The number of a name, the same for every row that has it."""
        key = (external_id, name.lower())
        if key not in self._numbers:
            self._numbers[key] = len(self._names)
            self._names.append((external_id, name))
        return self._numbers[key]

    def look_up(self, numbers: Sequence[int]) -> None:
        """Lock the campaigns of these names; all names of the file are resolved the first time."""
        if len(self._group) + len(self._refused) < len(self._names):
            self._resolve()
        pks = {self._ids[group] for n in numbers if (group := self._group.get(n)) in self._ids}
        self.pool.look_up({"pk": {str(pk) for pk in pks}})

    def known(self, number: int) -> int | None:
        """The id of the campaign that a name means, when there is one already."""
        return self._ids.get(self._group.get(number, ""))

    def members(self, number: int) -> list[int]:
        """All names that mean the same campaign."""
        return self._groups[self._group[number]]

    def find(self, number: int, channel: str, span: Span) -> Campaign:
        """The campaign, made when it is not there yet; raises RowRejectedError.

        ``span`` gives the days of some names, for a new campaign.
        """
        if number in self._refused:
            raise RowRejectedError(self._refused[number])
        group = self._group[number]
        if group not in self._ids:
            self._ids[group] = self._make(number, channel, span).pk
        pk = self._ids[group]
        campaign: Campaign | None = self.pool.new.get(pk) or self.pool.known.get(pk)
        if campaign is None:
            raise RowRejectedError("no_campaign")
        if not self.pool.may_write(campaign):
            raise RowRejectedError("foreign_campaign")
        self._remember_id(campaign, number)
        return campaign

    def write(self, ledger: Ledger) -> None:
        ledger.objects["campaigns"] += len(self.pool.new)
        self.pool.write(ledger.changes)

    def _resolve(self) -> None:
        self.pool.look_up(
            {
                "external_id": {external_id for external_id, _name in self._names},
                "name": {name.lower() for _id, name in self._names},
            }
        )
        for (external_id, lowered), number in self._numbers.items():
            try:
                group = self._group_of(external_id, lowered)
            except RowRejectedError as refusal:
                self._refused[number] = refusal.reason
                continue
            self._group[number] = group
            self._groups.setdefault(group, []).append(number)

    def _group_of(self, external_id: str, lowered: str) -> str:
        found = self._one(self.pool.find("external_id", external_id)) if external_id else None
        if found is None and lowered:
            found = self._one(self.pool.find("name", lowered))
        if found is not None:
            self._ids[str(found.pk)] = found.pk
            return str(found.pk)
        if not self._adds:
            raise RowRejectedError("no_campaign")
        return f"new {lowered or external_id}"

    def _one(self, found: Sequence[Any]) -> Any:
        """Of several the one of the team that imports."""
        seen = [campaign for campaign in found if self.pool.may_see(campaign)]
        own = [campaign for campaign in seen if campaign.team_id == self._setting.team_id] or seen
        if len(own) > 1:
            raise RowRejectedError("ambiguous_campaign")
        return own[0] if own else None

    def _make(self, number: int, channel: str, span: Span) -> Campaign:
        external_id, name = self._names[number]
        first, last = span(self.members(number))
        campaign = Campaign(
            name=name or external_id, external_id=external_id, starts_on=first, ends_on=last,
            channel=campaign_channel(channel, Campaign.Channel.values),
            status=Campaign.Status.RUNNING, currency=settings.BASE_CURRENCY,
            owner_id=self._setting.owner_id, team_id=self._setting.team_id,
            created_by=self._setting.actor,
        )  # fmt: skip
        self.pool.add(campaign)
        return campaign

    def _remember_id(self, campaign: Campaign, number: int) -> None:
        """So that the campaign is found when the platform calls it otherwise."""
        external_id = self._names[number][0]
        if external_id and not campaign.external_id:
            self.pool.change(campaign, {"external_id": external_id})
