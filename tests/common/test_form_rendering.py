"""Boxes and choices are written as Django's own templates write them."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from crm.common.form_rendering import Renderer

HOSTILE = """<b>"x"&'y'</b>"""
CHOICES = [
    ("", gettext_lazy("All")), (HOSTILE, HOSTILE), (3, mark_safe("<i>three</i>")),
    ("group & co", [("a", "A"), ("b", "B")]), (None, "none"),
]  # fmt: skip
ATTRS = {"class": 'x"y', "required": True, "disabled": False, "maxlength": 1234, "data-n": None}


@pytest.mark.parametrize("value", [None, "", HOSTILE, "3", 3, "a", 12345.5, True])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(), forms.EmailInput(), forms.NumberInput(), forms.HiddenInput(),
        forms.PasswordInput(render_value=True), forms.URLInput(), forms.DateInput(),
        forms.DateTimeInput(), forms.TimeInput(), forms.CheckboxInput(),
        forms.TextInput({"type": "search"}),
        forms.Select(choices=CHOICES), forms.NullBooleanSelect(),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_it_writes_what_django_writes(widget: forms.Widget, value: Any) -> None:
    assert written(widget, value, Renderer()) == written(widget, value, TemplatesSetting())


def test_it_writes_several_choices_as_django_does() -> None:
    widget = forms.SelectMultiple(choices=CHOICES)
    chosen = [HOSTILE, "b"]
    assert written(widget, chosen, Renderer()) == written(widget, chosen, TemplatesSetting())


def written(widget: forms.Widget, value: Any, renderer: Any) -> str:
    """Without the white space between tags, which says nothing."""
    lines = widget.render("na&me", value, dict(ATTRS), renderer).splitlines()
    return "".join(line.strip() for line in lines)
