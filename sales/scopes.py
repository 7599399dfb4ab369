"""Whose deals of which pipeline a sales figure is about, as an address asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from crm.accounts.models import Team
from customers.models import Customer
from sales.models import Pipeline


@dataclass(frozen=True)
class SalesScope:
    """Records that ``user`` sees, of one pipeline, narrowed to an owner or a team.

    ``acquisition`` and ``source`` are those of the deals' customers; kept sums know them not.
    """

    user: Any
    pipelines: Sequence[Pipeline]
    pipeline: Pipeline
    owner_id: int | None = None
    team_id: int | None = None
    acquisition: str = ""
    source: str = ""

    def whose(self, records: Any) -> Any:
        """The visible records of the owner and team: deals, orders, targets or sums of them."""
        found = records.visible_to(self.user)
        if self.team_id:
            found = found.filter(team=self.team_id)
        return found.filter(owner=self.owner_id) if self.owner_id else found

    def deals(self, deals: Any) -> Any:
        """The deals of the scope, of its pipeline and its customers' channel and source."""
        found = self.whose(deals).filter(pipeline=self.pipeline)
        if self.acquisition:
            found = found.filter(customer__acquisition=self.acquisition)
        return found.filter(customer__source=self.source) if self.source else found

    def sums(self, sums: Any) -> Any:
        """Of the kept sums of deals, those of the pipeline."""
        return self.whose(sums).filter(stage__pipeline=self.pipeline)

    @property
    def asked(self) -> dict[str, str]:
        """What the address says, without what is so by default."""
        chosen = {
            "pipeline": self.pipeline.pk if self.pipeline != self.pipelines[0] else "",
            "owner": self.owner_id or "",
            "team": self.team_id or "",
            "acquisition": self.acquisition,
            "source": self.source,
        }
        return {name: str(value) for name, value in chosen.items() if value}

    def deal_list(self, **filters: Any) -> str:
        """The list of the deals behind a figure."""
        asked = {**self.asked, "pipeline": str(self.pipeline.pk)}
        return f"{reverse('sales:deal_list')}?{urlencode({**asked, **filters})}"


def sales_scope(user: Any, params: Mapping[str, str]) -> SalesScope | None:
    """Read the address; None as long as there is no pipeline. Unknown values are left out."""
    pipelines = list(Pipeline.objects.all())
    if not pipelines:
        return None
    wanted = params.get("pipeline", "")
    acquisition = params.get("acquisition", "")
    return SalesScope(
        user=user,
        pipelines=pipelines,
        pipeline=next((p for p in pipelines if str(p.pk) == wanted), pipelines[0]),
        owner_id=None if user.is_rep else _number(params.get("owner", "")),
        team_id=_number(params.get("team", "")) if user.is_admin else None,
        acquisition=acquisition if acquisition in Customer.Acquisition.values else "",
        source=params.get("source", "").strip()[:120].replace("\x00", ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def choosable_teams(user: Any) -> Sequence[Team]:
    """The teams among which a reader may choose."""
    return list(Team.objects.all()) if user.is_admin else []
