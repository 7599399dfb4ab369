"""How forms are written: by templates, but boxes and choices, of which pages have many, here.

Django's templates take most of a millisecond for a box with five choices. The markup is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from crm.common.markup import joined

Widget = Mapping[str, Any]
_TYPES = (
    "checkbox", "date", "datetime", "email", "hidden", "number", "password", "text", "time", "url",
)  # fmt: skip


class Renderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = _WRITERS.get(template_name)
        return (
            write(context["widget"]) if write else super().render(template_name, context, request)
        )


def _text(value: Any) -> str:
    return conditional_escape(str(value))


def _attributes(widget: Widget) -> str:
    said = [(name, value) for name, value in widget["attrs"].items() if value is not False]
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in said
    )


def _input(widget: Widget) -> SafeString:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    head = f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"'
    return joined([head, value, _attributes(widget), ">"])


def _select(widget: Widget) -> SafeString:
    parts = [f'<select name="{_text(widget["name"])}"', _attributes(widget), ">"]
    for group, choices, _place in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{_text(group)}">')
        parts += [
            f'<option value="{_text(one["value"])}"{_attributes(one)}>'
            + _text(one["label"])
            + "</option>"
            for one in choices
        ]
        if group:
            parts.append("</optgroup>")
    return joined([*parts, "</select>"])


_WRITERS: dict[str, Callable[[Widget], SafeString]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/select_multiple.html": _select,
    **{f"django/forms/widgets/{name}.html": _input for name in _TYPES},
}
