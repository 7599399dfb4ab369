"""What runs on orders say to a manager."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import rule_charts
from analytics.charts import currency_symbol
from analytics.models import Run
from crm.common import formats
from crm.common.charting import Chart
from customers.models import Customer

SHOWN = 15
QUESTIONS = {
    Run.Method.VALUE: gettext_lazy("What is a customer worth?"),
    Run.Method.RULES: gettext_lazy("What goes together?"),
}
EXPLANATIONS = {
    Run.Method.VALUE: gettext_lazy(
        "Each customer is taken to order at a rate of their own and to leave for good with a "
        "chance of their own after each order (BG/NBD); what an order brings is drawn towards the "
        "average of all (gamma-gamma). Both are learnt from the earlier two thirds of the time "
        "and judged on the last third, beside each customer's past rate, a regression and a tree."
    ),
    Run.Method.RULES: gettext_lazy(
        "Products that stand together in orders more often than the popularity of each and the "
        "size of the orders would give. Confidence is the share of orders with the first products "
        "that hold the other too; lift says how many times more often than usual. Of the rules "
        "shown at most one in twenty is expected to be chance."
    ),
}
Page = tuple[str, list[Chart], list[tuple[str, str]], list[tuple[str, str]]]


def value_page(run: Run) -> Page:
    result = run.result
    test = result["holdout"]
    steps = [(_("See the customers"), reverse("customers:list"))]
    if test is not None and not test["better_than_historical_rate"]:
        sentence = _(
            "No better than each customer's past rate: what customers will bring cannot be told "
            "from these orders by more than that."
        )
        return sentence, [], _value_quality(result), steps
    total = result["value"] or result["purchases"]
    shown = _money if result["value"] else formats.number
    sentence = _(
        "%(customers)s customers are expected to bring %(total)s in the next %(days)d days "
        "(80%% between %(low)s and %(high)s); the best tenth brings %(share)s of it."
    ) % {
        "customers": formats.number(result["customer_count"]),
        "total": shown(total["mean"]) + ("" if result["value"] else " " + _("orders")),
        "days": result["horizon_days"],
        "low": shown(total["lo80"]),
        "high": shown(total["hi80"]),
        "share": formats.percent(result["tenths"][0]),
    }
    return sentence, [tenths(result), _best(result)], _value_quality(result), steps


def _money(amount: float) -> str:
    return formats.short_money(amount, settings.BASE_CURRENCY)


def _when_quality(test: dict[str, Any] | None) -> list[tuple[str, str]]:
    """How the next order's day was told on time not seen."""
    if not test:
        return []
    by_name = {one["name"]: one for one in test["models"]}
    best, naive = by_name.get(test["chosen"]), by_name["usual_pause"]
    ways = {"bgnbd": _("by the purchase model"), "own_rhythm": _("by each customer's own rhythm")}
    rows = [(_("Next order told"), ways.get(test["chosen"], _("no better than everybody's pause")))]
    if best:
        rows += [
            (_("Days off, on average"), formats.number(best["error"])),
            (_("Days off by everybody's usual pause"), formats.number(naive["error"])),
            (_("Next orders within their interval (80%)"), _share(best["coverage80"])),
        ]
    return rows


def _value_quality(result: dict[str, Any]) -> list[tuple[str, str]]:
    test = result["holdout"]
    if test is None:
        return []
    judged = test["money"] or test["purchases"]
    own, naive = judged[0], next(one for one in judged if one["name"] == "historical_rate")
    return [
        *_when_quality(result.get("next_order")),
        (_("Days not seen"), formats.number(test["days"])),
        (_("Orders that came"), formats.number(test["actual"])),
        (
            _("Orders foreseen (80%)"),
            f"{formats.number(test['predicted'])} ({formats.number(test['predicted_lo80'])}–"
            f"{formats.number(test['predicted_hi80'])})",
        ),
        (_("Foreseen of the total"), _share(own["total_ratio"])),
        (_("The past rate's total"), _share(naive["total_ratio"])),
        (_("Share of the best tenth"), _share(own["top_share"])),
        (_("The past rate's best tenth"), _share(naive["top_share"])),
        (_("Interval coverage (80%)"), _share(test["coverage80"])),
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else formats.percent(value)


def tenths(result: dict[str, Any]) -> Chart:
    labels = [_("Tenth %(number)d") % {"number": k} for k in range(1, 11)]
    shares = [round(100 * share, 1) for share in result["tenths"]]
    spec = {
        "type": "hbar", "labels_y": labels, "values": shares,
        "texts": [formats.percent(share) for share in result["tenths"]], "unit": "%",
    }  # fmt: skip
    rows = [[label, share] for label, share in zip(labels, shares, strict=True)]
    columns = [_("Customers by value"), _("Share of what is to come (%)")]
    return Chart("tenths", _("What each tenth of the customers brings"), spec, columns, rows)


def _best(result: dict[str, Any]) -> Chart:
    best = result["customers"]
    # Names are looked up, not stored: a customer may be erased after the run.
    names = dict(
        Customer.objects.alive().filter(pk__in=[one["customer"] for one in best])
        .values_list("pk", "name")
    )  # fmt: skip
    known = [one for one in best if one["customer"] in names]
    money = bool(result["value"])
    figure = "value" if money else "purchases"
    spec = {
        "type": "hbar", "unit": currency_symbol() if money else "",
        "labels_y": [names[one["customer"]] for one in known[:SHOWN]],
        "values": [round(one[figure], 1) for one in known[:SHOWN]],
        "texts": [_money(one[figure]) if money else formats.number(one[figure], 1)
                  for one in known[:SHOWN]],
    }  # fmt: skip
    columns = [
        _("Customer"), _("Still a customer (%)"), _("Orders to come"), _("Low (80%)"),
        _("High (80%)"), _("Value to come"),
    ]  # fmt: skip
    rows = [
        [names[one["customer"]], round(100 * one["alive"], 1), round(one["purchases"], 2),
         one["lo80"], one["hi80"], one["value"]]
        for one in known
    ]  # fmt: skip
    return Chart("best", _("Customers worth most"), spec, columns, rows, height="lg")


def rules_page(run: Run) -> Page:
    result = run.result
    found = result["rules"]
    steps = [(_("See the orders"), reverse("sales:order_list"))]
    if not found:
        sentence = _("No products are bought together more often than chance would have it.")
        return sentence, [], _rules_quality(result), steps
    first = max(found, key=lambda rule: rule["leverage"])
    sentence = _(
        "Orders with %(first)s hold %(then)s in %(confidence)s of cases, %(lift)s times as often "
        "as usual; %(rules)d rules are beyond chance."
    ) % {
        "first": rule_charts.joined(first["lhs"]),
        "then": first["rhs"],
        "confidence": formats.percent(first["confidence"]),
        "lift": formats.number(first["lift"], 1),
        "rules": result["rules_significant"],
    }
    return (
        sentence,
        [rule_charts.bars(found), rule_charts.network(found)],
        _rules_quality(result),
        steps,
    )


def _rules_quality(result: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (_("Orders"), formats.number(result["baskets"])),
        (_("Products"), formats.number(result["items"])),
        (_("Rules beyond chance"), formats.number(result["rules_significant"])),
        (_("Customers with a next product"), formats.number(result["next_products"])),
    ]
    if test := result["holdout"]:
        rows += [
            (_("Hidden products guessed by three, later orders"), _share(test["hits"])),
            (_("The same by what sells most"), _share(test["popular_hits"])),
        ]
    return rows
