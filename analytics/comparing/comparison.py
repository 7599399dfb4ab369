"""Two results of one method beside each other: how good, what was asked, of which rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.comparing.sides import Side
from crm.common import formats


@dataclass(frozen=True)
class Row:
    """``better`` names the side that is: “first”, “second” or neither."""

    name: str
    first: str
    second: str
    difference: str = ""
    better: str = ""


@dataclass(frozen=True)
class Section:
    """Rows under a heading; ``nothing`` stands there when there are none. Rows of a ``counted``
    section have one figure, about both."""

    title: str
    rows: list[Row]
    nothing: str = ""
    measured: bool = False
    counted: bool = False

    @property
    def differs(self) -> bool:
        return any(row.difference for row in self.rows)


def compared(first: Side, second: Side) -> list[Section]:
    """The sections of a comparison; ``first`` is the earlier result."""
    return [
        Section(_("Quality"), _figures(first, second), _("Nothing was measured."), measured=True),
        Section(_("What was asked"), _params(first, second), _("The same parameters.")),
        Section(_("Data"), _data(first, second)),
        Section(
            _("Results of single records"),
            _moved(first, second),
            _("Not stored for these two."),
            counted=True,
        ),
        Section(_("Library versions"), _versions(first, second), _("The same versions.")),
    ]


def cautions(first: Side, second: Side) -> list[str]:
    """What keeps a difference from being an improvement."""
    if not (first.finished and second.finished):
        return [_("One of the two has no result.")]
    told = []
    if not first.fingerprint or first.fingerprint != second.fingerprint:
        told.append(
            _("They read different data, so a difference in quality may come from the data.")
        )
    if _params(first, second):
        told.append(
            _("They were asked different things, so a difference in quality may come from that.")
        )
    return told


def _figures(first: Side, second: Side) -> list[Row]:
    rows = [
        Row(
            str(figure.label), figure.text(first.answer), figure.text(second.answer),
            figure.difference(first.answer, second.answer),
            figure.better_side(first.answer, second.answer),
        )
        for figure in first.figures
    ]  # fmt: skip
    return [row for row in rows if (row.first, row.second) != ("–", "–")]


def _params(first: Side, second: Side) -> list[Row]:
    names = {**first.params, **second.params}
    rows = [
        Row(
            str(first.names.get(name, name)), _said(first.params.get(name)),
            _said(second.params.get(name)),
        )
        for name in names
    ]  # fmt: skip
    return [row for row in rows if row.first != row.second]


def _said(value: Any) -> str:
    if value in (None, "", []):
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _data(first: Side, second: Side) -> list[Row]:
    rows = [
        Row(name, _count(one), _count(other), _more(one, other))
        for name, one, other in zip(
            (_("Rows used"), _("Rows left out")), first.rows, second.rows, strict=True
        )
    ]
    days = zip((_("Data from"), _("Data until")), first.days, second.days, strict=True)
    rows += [Row(name, formats.day(one) or "–", formats.day(other) or "–")
             for name, one, other in days if one or other]  # fmt: skip
    marks = (first.fingerprint[:16] or "–", second.fingerprint[:16] or "–")
    same = _("the same") if marks[0] == marks[1] != "–" else ""
    return [*rows, Row(_("Data fingerprint"), *marks, same)]


def _count(value: int | None) -> str:
    return "–" if value is None else formats.number(value)


def _more(one: int | None, other: int | None) -> str:
    if one is None or other is None or one == other:
        return ""
    return ("+" if other > one else "−") + formats.number(abs(other - one))


def _versions(first: Side, second: Side) -> list[Row]:
    names = sorted({*first.versions, *second.versions})
    rows = [
        Row(name, first.versions.get(name, "–"), second.versions.get(name, "–")) for name in names
    ]
    return [row for row in rows if row.first != row.second]


def _moved(first: Side, second: Side) -> list[Row]:
    """How many got another result; kept against the run that was shown before."""
    counts = _stored(first, second) or _relabelled(first, second)
    words = {
        "same": _("With the same result"), "changed": _("With another result"),
        "came": _("Only in the later one"), "went": _("Only in the earlier one"),
    }  # fmt: skip
    return [Row(words[name], "", formats.number(n)) for name, n in counts]


def _stored(first: Side, second: Side) -> list[tuple[str, int]]:
    moved = second.result.get("moved") or {}
    if moved.get("run") == first.number:
        return [(name, moved[name]) for name in ("same", "changed", "came", "went")]
    drift = second.result.get("drift") or {}
    if drift.get("run") == first.number:
        return [("same", drift["stayed"]), ("changed", drift["moved"])]
    return []


def _relabelled(first: Side, second: Side) -> list[tuple[str, int]]:
    """Groups of the same rows, told by the naming that fits best."""
    from analytics.methods.relabelling import alike

    one, other = first.labels, second.labels
    if not one or len(one) != len(other) or first.fingerprint != second.fingerprint:
        return []
    same = alike(one, other)
    return [("same", same), ("changed", len(one) - same)]


def lines(sections: list[Section]) -> Iterator[list[str]]:
    """The comparison as rows of a file."""
    for section in sections:
        for row in section.rows:
            yield [section.title, row.name, row.first, row.second, row.difference, _which(row)]


def _which(row: Row) -> str:
    return {"first": _("Earlier"), "second": _("Later")}.get(row.better, "")
