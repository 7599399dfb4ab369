"""What a sales forecast says to a manager: the whole, its groups, the plan beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import charts, outlook
from analytics.forecast_frames import APART, MARK, REST, apart_label
from analytics.forecast_runs import WEEKS
from analytics.forms import OptionsForm
from analytics.model_names import model_label, model_name
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart
from sales.reports.dimensions import BY_KEY, NOTHING

QUESTION = gettext_lazy("How much will we sell?")
EXPLANATION = gettext_lazy(
    "Several models forecast weeks they had not seen, from several points in the past. Their mean "
    "is used: the smaller a model's error there, the more it weighs. MASE below 1 means better "
    "than repeating the same week of last season. Coverage says how many of the true values the "
    "drawn intervals really held. Groups are forecast each by themselves and then scaled so that "
    "they add up to the whole."
)
WHOLE = ""
HORIZONS = (13, 26, 52)
_TOLD = 0.005  # a smaller change is written as 0 %
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


class ForecastForm(OptionsForm):
    """How far, and told apart by what; at first as the newest result."""

    by = forms.ChoiceField(
        label=gettext_lazy("Told apart by"), required=False,
        choices=lambda: [
            ("", gettext_lazy("Nothing: the whole alone")),
            *((name, apart_label(name)) for name in APART),
        ],
    )  # fmt: skip
    horizon = forms.TypedChoiceField(
        label=gettext_lazy("Weeks ahead"), required=False, coerce=int, empty_value=None,
        choices=lambda: [
            (n, ngettext("%(n)d week", "%(n)d weeks", n) % {"n": n}) for n in HORIZONS
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.run.params if self.run else {}
        self.initial = {"by": asked.get("by", ""), "horizon": asked.get("horizon", WEEKS)}
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def clean_by(self) -> str | None:
        return self.cleaned_data["by"] or None


def options(run: Run, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The choice of the group that is drawn; none without groups."""
    if "parts" not in run.result:
        return []
    names = group_names(run.result)
    choices = [(WHOLE, _("The whole")), *names.items()]
    return [{
        "name": "group", "label": apart_label(run.result["by"]), "choices": choices,
        "chosen": _chosen(run, asked),
    }]  # fmt: skip


def _chosen(run: Run, asked: Mapping[str, str]) -> str:
    known = {part["key"] for part in run.result.get("parts", [])}
    wanted = asked.get("group", WHOLE)
    return wanted if wanted in known else WHOLE


def group_names(result: dict[str, Any]) -> dict[str, str]:
    """The names of a result's groups, the largest forecast first, what is left last."""
    parts = sorted(result["parts"], key=lambda part: (part["key"] == REST, -_total(part)))
    keys = [part["key"].removeprefix(MARK) for part in parts if part["key"] != REST]
    dimension = BY_KEY[result["by"]]
    asked: list[Any] = keys if dimension.text else [int(key) for key in keys if key.isdecimal()]
    labels = {str(key): name for key, name in dimension.labels(asked).items()}
    return {
        part["key"]: _("All others") if part["key"] == REST
        else str(labels.get(key := part["key"].removeprefix(MARK)) or key or NOTHING)
        for part in parts
    }  # fmt: skip


def _total(part: dict[str, Any], band: str = "mean") -> float:
    return float(sum(step[band] for step in part["forecast"]))


def forecast_page(run: Run, asked: Mapping[str, str]) -> Page:
    result, chosen = run.result, _chosen(run, asked)
    found = next((p for p in result.get("parts", []) if p["key"] == chosen), None)
    shown = _drawn(result, found) if found else result
    pictures = [charts.fan(shown)]
    if "parts" in result:
        pictures.append(_groups(result))
    if not found and (plan := outlook.plan_chart(run)):
        pictures.append(plan)
    steps = [(_("Compare with targets"), reverse("sales:target_list"))]
    if "parts" in result:
        report = f"{reverse('sales:reports')}?by={result['by']}"
        steps.append((_("See the report of these groups"), report))
    name = group_names(result)[chosen] if found else ""
    return _sentence(shown, name), pictures, _quality(result, shown), steps


def _drawn(result: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A group as a result of its own, for the same picture."""
    weeks = result["history"]["x"][-len(part["history"]) :]
    return {**part, "history": {"x": weeks, "actual": part["history"]}}


def _sentence(shown: dict[str, Any], name: str) -> str:
    steps = shown["forecast"]
    values = {
        "name": name, "weeks": len(steps), "total": _short(_total(shown)),
        "low": _short(_total(shown, "lo80") / len(steps)),
        "high": _short(_total(shown, "hi80") / len(steps)),
    }  # fmt: skip
    if name:
        return (
            _(
                "%(name)s: the next %(weeks)d weeks are expected to bring %(total)s; single weeks "
                "lie between %(low)s and %(high)s in 80%% of cases."
            )
            % values
        )
    return (
        _(
            "The next %(weeks)d weeks are expected to bring %(total)s; single weeks lie between "
            "%(low)s and %(high)s in 80%% of cases."
        )
        % values
    )


def notices(run: Run, asked: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The stored notices of the chosen group, else of all groups, by their names."""
    parts = {part["key"]: part.get("notices") for part in run.result.get("parts", [])}
    if not parts or None in parts.values():  # results of before they were kept
        return {}
    chosen = _chosen(run, asked)
    names = group_names(run.result)
    return {name: parts[key] for key, name in names.items() if chosen in {WHOLE, key}}


def findings(run: Run, asked: Mapping[str, str]) -> list[str]:
    """Who brings most, who grows and who falls most against the same weeks a year before."""
    result = run.result
    if "parts" not in result or _chosen(run, asked):
        return []
    names = group_names(result)
    parts = {part["key"]: part for part in result["parts"] if part["key"] not in {REST, MARK}}
    whole = sum(map(_total, result["parts"]))
    if not parts or whole <= 0:
        return []
    most = max(parts, key=lambda key: _total(parts[key]))
    said = [
        _("%(name)s brings most: %(total)s, %(share)s of all.")
        % {"name": names[most], "total": _short(_total(parts[most])),
           "share": formats.percent(_total(parts[most]) / whole)}
    ]  # fmt: skip
    changes = {key: change for key, part in parts.items() if (change := _change(part)) is not None}
    if len(changes) < 2:
        return said
    up, down = max(changes, key=lambda k: changes[k]), min(changes, key=lambda k: changes[k])
    if changes[up] >= _TOLD:
        values = {"name": names[up], "change": formats.percent(changes[up])}
        said.append(
            _("%(name)s grows most: %(change)s more than in the same weeks a year before.") % values
        )
    if changes[down] <= -_TOLD:
        values = {"name": names[down], "change": formats.percent(-changes[down])}
        said.append(
            _("%(name)s falls most: %(change)s less than in the same weeks a year before.") % values
        )
    return said


def _change(part: dict[str, Any]) -> float | None:
    return _total(part) / part["before"] - 1 if part["before"] and part["before"] > 0 else None


def _groups(result: dict[str, Any]) -> Chart:
    names = group_names(result)
    parts = {part["key"]: part for part in result["parts"]}
    whole = sum(map(_total, parts.values()))
    rows, texts = [], []
    for key, name in names.items():
        part, change = parts[key], _change(parts[key])
        test = part["backtest"]
        moved = "" if change is None else f" · {formats.signed_percent(change)}"
        texts.append(f"{_short(_total(part))}{moved}")
        rows.append([
            name, _total(part), _total(part) / whole if whole else None, part["before"], change,
            test["mase"], test["naive_mase"], test["coverage80"],
            model_name(part["chosen"]),
        ])  # fmt: skip
    shares = {2, 4, 7}
    table = [
        [formats.percent(v) if k in shares and v is not None else v for k, v in enumerate(row)]
        for row in rows
    ]
    drawn = len(rows) - (REST in parts)  # of many small ones together the bar would be longest
    spec = {
        "type": "hbar", "labels_y": list(names.values())[:drawn],
        "values": [row[1] for row in rows[:drawn]], "texts": texts[:drawn],
        "unit": charts.currency_symbol(),
    }  # fmt: skip
    columns = [
        str(apart_label(result["by"])), _("Expected"), _("Share"), _("Same weeks a year before"),
        _("Change"), _("MASE on unseen weeks"), _("MASE of the naive rival"),
        _("Interval coverage (80%)"), _("Model"),
    ]  # fmt: skip
    note = _("Behind the amount: the change against the same weeks a year before.")
    if REST in parts:
        note = _(
            "Behind the amount: the change against the same weeks a year before. All others "
            "together, not drawn: %(total)s."
        ) % {"total": texts[-1]}
    return Chart("groups", _("Expected by group"), spec, columns, table, note=note, height="lg")


def _quality(result: dict[str, Any], shown: dict[str, Any]) -> list[tuple[str, str]]:
    test = shown["backtest"]
    rows = [
        (_("Model"), _model(shown)),
        (_("MASE on unseen weeks"), _figure(test["mase"])),
        (_("MASE of the naive rival"), _figure(test["naive_mase"])),
        ("sMAPE", "–" if test["smape"] is None else formats.percent(test["smape"] / 100, 1)),
        (_("Interval coverage (80%)"), _share(test["coverage80"])),
        (_("Interval coverage (95%)"), _share(test["coverage95"])),
        (_("Backtest starts"), _figure(test.get("origins"), 0)),
    ]
    if result.get("gap") is not None:
        rows.append(
            (_("Groups before they were made to add up"), formats.signed_percent(result["gap"]))
        )
    return rows


def _model(shown: dict[str, Any]) -> str:
    """The model that forecasts, or those whose weighted mean does."""
    models = shown.get("models", [])
    names = {m["name"]: model_label(m) for m in models}
    if shown["chosen"] != "combination" or not models:
        return names.get(shown["chosen"]) or model_name(shown["chosen"])
    members = [names[m["name"]] for m in models if m["member"]]
    return _("Weighted mean of: %(models)s") % {"models": formats.listed(members)}


def _figure(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else formats.number(value, digits)


def _share(value: float | None) -> str:
    return "–" if value is None else formats.percent(value)


def _short(amount: float) -> str:
    return formats.short_money(amount, settings.BASE_CURRENCY)
