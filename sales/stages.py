"""How stages look, one definition for lists, pages and the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.common.columns import Column, stored_path
from sales.models import Stage

OPEN_TONES = ("azure", "blue", "indigo", "purple", "orange")
CLOSED_TONES = {Stage.Kind.WON.value: "green", Stage.Kind.LOST.value: "red"}


def stage_tone(stage: Stage) -> str:
    """Won is green, lost is red, open stages get warmer on their way."""
    return CLOSED_TONES.get(stage.kind) or OPEN_TONES[(stage.order - 1) % len(OPEN_TONES)]


def stage_label(path: str) -> Any:
    """The stage's name in the reader's language, as an expression."""
    if (get_language() or "").startswith("en"):
        return Coalesce(NullIf(F(f"{path}__name_en"), Value("")), F(f"{path}__name"))
    return F(f"{path}__name")


@dataclass(frozen=True)
class StageColumn(Column):
    """The stage as a badge in its tone."""

    def source(self, model: Any) -> Any:
        return stored_path(model, "stage.label")

    def render(self, record: Any) -> SafeString:
        stage = record.stage
        return format_html('<span class="badge bg-{}-lt">{}</span>', stage_tone(stage), stage.label)
