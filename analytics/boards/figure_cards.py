"""Cards of one figure: the figure itself, its chart, its table of the largest groups."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.boards import courses, drawings, words
from analytics.boards.looks import Look
from analytics.boards.models import BoardCard
from analytics.boards.shown import Shown, deaf_to
from crm.common.charting import Chart
from crm.records.figures import Figure, Group, figures
from sales.reports.layout import lowered

Form = BoardCard.Form
MOST_BARS = 15


def figure_of(card: BoardCard) -> Figure | None:
    return figures.get(card.key)


def title_of(card: BoardCard, figure: Figure) -> str:
    """The card's own title, or what it shows: “Sales by region”."""
    if card.title:
        return card.title
    group = figure.group(card.by)
    if group is None or card.kind == BoardCard.Kind.METRIC:
        return str(figure.label)
    return _("%(what)s by %(by)s") % {"what": figure.label, "by": lowered(group.label)}


def is_quick(card: BoardCard, look: Look) -> bool:
    """Whether the page may wait for the card: sums that are kept answer it."""
    figure = figure_of(card)
    if figure is None or card.kind != BoardCard.Kind.METRIC or figure.made is not None:
        return False
    return figure.source.is_quick(figure, look.part)


def show_metric(card: BoardCard, figure: Figure, look: Look) -> Shown:
    """The value, its change, and its course as a small line. At most three queries beside a
    caveat's.
    """
    part, unit = look.part, figure.unit
    line = _course(figure, look)
    now = sum(value for _step, value in line) if line and figure.adds_up else figure.value(part)
    then = None
    if look.before is not None and not figure.is_now:
        then = figure.value(look.before)
    change = words.change_of(now, then)
    values = [words.drawn(value, unit) for _step, value in line]
    return Shown(
        card, title_of(card, figure), "metric", url=figure.list_url(part), raw=now,
        value=words.said(now, unit), change=words.change_said(change),
        direction=words.direction(change), good=_good(change, low=figure.low_is_good),
        then=words.said(then, unit) if then is not None else "",
        spark=drawings.spark(values) if len(values) > 2 else None,
        about=str(figure.about), notes=_notes(figure, look), is_empty=not now,
    )  # fmt: skip


def _course(figure: Figure, look: Look) -> list[tuple[courses.Step, Any]]:
    if not figure.has_course:
        return []
    return courses.course(figure, look.part, courses.usual_step(look.part))


def _good(change: float | None, *, low: bool) -> bool | None:
    return None if not change else (change < 0) == low


def _notes(figure: Figure, look: Look) -> list[str]:
    notes = [_("As things stand now.")] if figure.is_now else []
    if figure.caveat and (left_out := figure.caveat(look.part)):
        notes.append(left_out)
    return notes + deaf_to(look, figure.obeys)


def show_chart(card: BoardCard, figure: Figure, look: Look) -> Shown:
    group = figure.group(card.by)
    over_time = figure.has_course and card.form in {Form.LINE, Form.STACKED}
    if group is not None and over_time:
        chart = _crossed(card, figure, look, group)
    elif group is not None:
        chart = _bars(card, figure, look, group)
    elif figure.has_course:
        chart = _line(card, figure, look)
    else:
        return show_metric(card, figure, look)
    return Shown(
        card, chart.title, "chart", url=figure.list_url(look.part), chart=chart,
        about=str(figure.about), notes=_notes(figure, look), is_empty=not chart.rows,
    )  # fmt: skip


def _line(card: BoardCard, figure: Figure, look: Look) -> Chart:
    """The figure over time, beside the period compared with."""
    step, unit = courses.step_used(look.part, card.step), figure.unit
    now = courses.course(figure, look.part, step)
    before: list[Any] = []
    if look.before is not None:
        before = [value for _step, value in courses.course(figure, look.before, step)]
        before = [*before, *[None] * len(now)][: len(now)]
    series: list[dict[str, Any]] = [
        {"name": str(figure.label), "data": [words.drawn(value, unit) for _step, value in now]}
    ]
    columns = [pgettext("chart", "When"), str(figure.label)]
    if before:
        name = pgettext("report", "Before")
        data = [words.drawn(value, unit) for value in before]
        series.append({"name": name, "data": data, "dashed": True})
        columns.append(name)
    urls = [figure.list_url(look.part.during(one.start, one.end)) for one, _value in now]
    bars = card.form in {Form.BAR, Form.STACKED} or len(now) < 3
    spec = {
        "type": "bar" if bars else "line", "zero": True, "unit": words.axis(unit),
        "x": [one.label for one, _value in now], "series": series, "drill": urls,
    }  # fmt: skip
    rows = [
        [one.label, value, *([before[n]] if before else [])]
        for n, (one, value) in enumerate(now)
    ]  # fmt: skip
    if not any(value for _step, value in now) and not any(before):
        rows = []
    return _chart(card, figure, spec, columns, rows, urls)


def _bars(card: BoardCard, figure: Figure, look: Look, group: Group) -> Chart:
    """The largest groups as bars, or as shares of the whole."""
    unit = figure.unit
    slots = courses.largest(figure, look.part, group, min(card.top, MOST_BARS))
    urls = [_slot_url(figure, look, group, slot) for slot in slots]
    shares = card.form == Form.SHARES and figure.adds_up
    labels, values = [slot.label for slot in slots], [words.drawn(s.value, unit) for s in slots]
    total = sum(slot.value for slot in slots) if shares and slots else 0
    spec: dict[str, Any] = {
        "type": "donut" if shares else "hbar", "labels_y": labels, "values": values,
        "drill": urls, "unit": words.axis(unit),
    }  # fmt: skip
    if shares:
        spec["total"] = words.said(total, unit)
    else:
        spec["texts"] = [words.said(slot.value, unit) for slot in slots]
    rows = [[slot.label, slot.value] for slot in slots]
    return _chart(card, figure, spec, [str(group.label), str(figure.label)], rows, urls)


def _crossed(card: BoardCard, figure: Figure, look: Look, group: Group) -> Chart:
    unit, step = figure.unit, courses.step_used(look.part, card.step)
    steps, found = courses.crossed(figure, look.part, step, group)
    urls = [figure.list_url(look.part.during(one.start, one.end)) for one in steps]
    spec = {
        "type": "stacked" if card.form == Form.STACKED and figure.adds_up else "line", "zero": True,
        "unit": words.axis(unit),
        "x": [one.label for one in steps], "drill": urls,
        "series": [
            {"name": slot.label, "data": [words.drawn(value, unit) for value in values]}
            for slot, values in found
        ],
    }  # fmt: skip
    columns = [pgettext("chart", "When"), *(slot.label for slot, _values in found)]
    rows = [
        [one.label, *(values[n] for _slot, values in found)] for n, one in enumerate(steps)
    ] if found else []  # fmt: skip
    return _chart(card, figure, spec, columns, rows, urls)


def _slot_url(figure: Figure, look: Look, group: Group, slot: courses.Slot) -> str:
    return "" if slot.key == courses.OTHERS else figure.list_url(look.part, group, slot.key)


def _chart(
    card: BoardCard, figure: Figure, spec: dict[str, Any], columns: list[str],
    rows: list[list[Any]], urls: list[str],
) -> Chart:  # fmt: skip
    """The picture with its data; the cells of the table lead where the bars do."""
    cells = [
        [_linked(row[0], url), *(words.said(value, figure.unit) for value in row[1:])]
        for row, url in zip(rows, urls, strict=False)
    ]
    return Chart(f"card-{card.pk}", title_of(card, figure), spec, columns, rows, said=cells)


def _linked(label: str, url: str) -> str:
    return format_html('<a href="{}">{}</a>', url, label) if url else label


def show_table(card: BoardCard, figure: Figure, look: Look) -> Shown:
    """The largest groups with share and change."""
    group = figure.group(card.by) or (figure.groups[0] if figure.groups else None)
    if group is None:
        return show_metric(card, figure, look)
    slots = courses.largest(figure, look.part, group, card.top)
    total = sum(slot.value for slot in slots) if figure.adds_up and slots else None
    past: dict[Any, Any] = {}
    compares = look.before is not None and not figure.is_now
    if compares and look.before is not None:
        past = figure.by_group(look.before, group)
    columns = [str(group.label), str(figure.label)]
    columns += [pgettext("report", "Share")] if total else []
    columns += [pgettext("report", "Change")] if compares else []
    rows, cells = [], []
    for slot in slots:
        change = words.change_of(slot.value, past.get(slot.key))
        share = float(slot.value / total) if total else None
        rows.append([slot.label, slot.value, *([share] if total else []),
                     *([change] if compares else [])])  # fmt: skip
        url = _slot_url(figure, look, group, slot)
        cells.append([
            _linked(slot.label, url), words.said(slot.value, figure.unit),
            *([words.said(share, "share")] if total else []),
            *([words.change_said(change) or "–"] if compares else []),
        ])  # fmt: skip
    return Shown(
        card, title_of(card, figure), "table", url=figure.list_url(look.part), columns=columns,
        rows=rows, cells=cells, about=str(figure.about), notes=_notes(figure, look),
        is_empty=not rows, numbers=True,
    )  # fmt: skip


SHOW = {"metric": show_metric, "chart": show_chart, "table": show_table}
