"""The stages that rows of deals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from customers.imports import headers
from customers.imports.headers import plain
from customers.imports.mapped import MappedImporter
from sales.models import Deal, Stage

_BESIDE = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")


class StageBook:
    """Stages by every name that a file may have for them."""

    def __init__(self) -> None:
        rows = Stage.objects.select_related("pipeline")
        self._all = list(rows.order_by("-pipeline__is_default", "pipeline", "order"))
        self.by_id = {stage.pk: stage for stage in self._all}

    def find(self, importer: MappedImporter, values: Mapping[str, Any], deal: Deal | None) -> Stage:
        """The stage that a row means; without any, the deal's own or the first one."""
        if not self._all:
            raise importer.reject("no_stages")
        stages = self._of_pipeline(values.get("pipeline", ""), deal)
        said = values.get("stage", "")
        if said:
            by_name = self._named(stages, said) or self._near(stages, per_cent_of(said))
            found = by_name or self._near(stages, values.get("probability"))
            if found is None:
                raise importer.reject("unknown_stage", "stage")
            return found
        if deal is not None:
            return self.by_id[deal.stage_id]
        if values.get("probability"):
            return self._near(stages, values["probability"]) or stages[0]
        return next((stage for stage in stages if stage.kind == Stage.Kind.OPEN), stages[0])

    def first_of(self, stage: Stage) -> Stage | None:
        """Where deals of the stage's pipeline begin."""
        mine = (one for one in self._all if one.pipeline_id == stage.pipeline_id)
        return next((one for one in mine if one.kind == Stage.Kind.OPEN), None)

    def _of_pipeline(self, said: str, deal: Deal | None) -> list[Stage]:
        """Those of the named pipeline, else of the deal's own, else of the default one."""
        asked = plain(said)
        for stage in self._all:
            names = {plain(stage.pipeline.name), plain(stage.pipeline.name_en)} - {""}
            if asked and asked in names:
                return [one for one in self._all if one.pipeline_id == stage.pipeline_id]
        chosen = deal.pipeline_id if deal is not None else self._all[0].pipeline_id
        return [one for one in self._all if one.pipeline_id == chosen]

    def _named(self, stages: Sequence[Stage], said: str) -> Stage | None:
        asked = {plain(said), plain(_BESIDE.sub("", said))}
        for stage in stages:
            if asked & ({plain(stage.name), plain(stage.name_en)} - {""}):
                return stage
        return None

    def _near(self, stages: Sequence[Stage], per_cent: int | None) -> Stage | None:
        """The stage of the kind, and of several open ones the nearest in probability."""
        if per_cent is None:
            return None
        kinds = {0: Stage.Kind.LOST, 100: Stage.Kind.WON}
        kind = kinds.get(per_cent, Stage.Kind.OPEN)
        mine = [stage for stage in stages if stage.kind == kind]
        return min(mine, key=lambda stage: abs(stage.probability - per_cent), default=None)


def per_cent_of(said: str) -> int | None:
    """How far on the way a stage of others is: 0 lost … 100 won."""
    known = headers.STAGE_PER_CENT
    return known.get(plain(said), known.get(plain(_BESIDE.sub("", said))))
