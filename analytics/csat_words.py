"""What the drivers of satisfaction are called, and what a step of each is, for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.score_words import feature_names
from crm.common import formats
from service.models import Category, Priority, ServiceRequest

# Sentences of the method that name drivers in “columns”.
NAMED = frozenset({"silent_differ", "drivers_left_out", "constant_columns_dropped"})


def driver_names() -> dict[str, str]:
    """The drivers of ``analytics.service_frames`` in the reader's language."""
    return {
        "response_hours": _("Hours until the first response"),
        "resolution_hours": _("Hours until resolved"),
        "reopened": _("Reopenings"),
        "replies": _("Replies"),
        "kind": pgettext("request", "Kind"),
        "channel": _("Channel"),
        "priority": _("Priority"),
        "category": pgettext("request", "Category"),
        "load": _("Open requests of the agent"),
        "off_hours": _("Came in outside business hours"),
    }


def named_columns(columns: str) -> str:
    """A list of drivers or features, “a, b”, with their names."""
    names = feature_names() | driver_names()
    return formats.listed(names.get(column, column) for column in columns.split(", "))


def level_text(column: str, value: str) -> str:
    """A driver's value as people read it."""
    choices: dict[str, Any] = {
        "kind": ServiceRequest.Kind.choices,
        "channel": ServiceRequest.Channel.choices,
        "priority": [(str(value), label) for value, label in Priority.choices],
        "off_hours": [("yes", _("Yes")), ("no", _("No"))],
    }
    if column == "category":
        return categories().get(value, value)
    if value == "(rare)":
        return _("rare ones")
    return str(dict(choices.get(column, ())).get(value) or formats.written(value))


def categories() -> dict[str, str]:
    """Categories' names by code."""
    return {one.code: str(one.label) for one in Category.objects.all()}


def step_text(ratio: dict[str, Any], usual: dict[str, str]) -> str:
    """What one step of a term is, as the beginning of a sentence."""
    column, _equals, level = ratio["name"].partition("=")
    if level and column != "off_hours":
        return _("%(name)s “%(level)s” instead of “%(usual)s”") % {
            "name": driver_names().get(column, column),
            "level": level_text(column, level),
            "usual": level_text(column, usual.get(column, "")),
        }
    double = ratio["per"] == "double"
    steps = {
        "response_hours": (
            _("Waiting twice as long for the first response"),
            _("Each further hour until the first response"),
        ),
        "resolution_hours": (
            _("Taking twice as long to resolve"), _("Each further hour until resolved")
        ),
        "reopened": (_("Twice as many reopenings"), _("Each further reopening")),
        "replies": (_("Twice as many replies"), _("Each further reply")),
        "load": (
            _("Twice as many open requests of the agent"),
            _("Each further open request of the agent"),
        ),
        "priority": (_("Half the priority"), _("Each lower priority")),
        "off_hours": (_("Coming in outside business hours"),) * 2,
    }  # fmt: skip
    return steps.get(column, (column, column))[0 if double else 1]


def reason_texts(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored reasons of a request: label, value, usual one, whether they raise the risk."""
    names = driver_names()
    return [
        {
            "label": names.get(one["column"], one["column"]),
            "value": level_text(one["column"], one["value"]),
            "usual": level_text(one["column"], one["typical"]),
            "raises": one["effect"] > 0,
        }
        for one in reasons
    ]
