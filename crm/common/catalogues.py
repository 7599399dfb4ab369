"""The message catalogues: what is to be translated, and what is missing.

Extraction by Babel alone, so that no system package is needed. Templates pass through Django's
own ``templatize``, which leaves their messages as calls.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, Any] = dict.fromkeys(
    (
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
    )
)
APPS = ("customers", "sales", "communications", "service", "marketing", "analytics")
SHELL = ("base.html", "base_plain.html", "components", "cotton", "account", "mfa", "errors",
         "allauth")  # fmt: skip


@dataclass(frozen=True)
class Message:
    """One text of the sources: its catalogue, key, and where it stands."""

    part: str
    context: str | None
    text: str
    plural: str | None
    place: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def messages() -> Iterator[Message]:
    """Every message of the project's Python files and templates."""
    base: Path = settings.BASE_DIR
    for top in ("crm", *APPS):
        for path in sorted((base / top).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _read(path, path.read_text(), base)
    for path in sorted((base / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            source = templatize(path.read_text())
            flat = "\n".join(line.strip() for line in source.splitlines())
            yield from _read(path, flat, base)


def _read(path: Path, source: str, base: Path) -> Iterator[Message]:
    place = path.relative_to(base)
    found = extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"})
    for line, function, arguments, _comments in found:
        name = str(function)
        given: Any = arguments
        texts: list[Any] = list(given) if isinstance(given, tuple) else [given]
        context = texts.pop(0) if "pgettext" in name else None
        if texts and texts[0]:
            plural = texts[1] if name.startswith(("ngettext", "npgettext")) else None
            yield Message(_part(place), context, texts[0], plural, f"{place}:{line}")


def _part(place: Path) -> str:
    top, name = place.parts[0], place.parts[1]
    if top == "templates":
        return name if name in APPS else "shell" if name in SHELL else "crm"
    return top if top in APPS else "crm"


def catalogue_path(part: str) -> Path:
    base: Path = settings.BASE_DIR
    return base / "locale" / part / LANGUAGE / "LC_MESSAGES" / "django.po"


def load(part: str) -> Catalog:
    path = catalogue_path(part)
    if not path.exists():
        return Catalog(locale=LANGUAGE, domain="django", fuzzy=False)
    with path.open("rb") as handle:
        return read_po(handle, locale=LANGUAGE, domain="django")


def parts() -> list[str]:
    return ["shell", "crm", *APPS]


def untranslated() -> list[Message]:
    """Messages without a Chinese text in any catalogue."""
    known = {
        (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0])
        for part in parts()
        for entry in load(part)
        if entry.id and not entry.fuzzy and _has_text(entry)
    }
    return [message for message in messages() if message.key not in known]


def _has_text(entry: Any) -> bool:
    return all(entry.string) if isinstance(entry.string, tuple) else bool(entry.string)


def update() -> int:
    """Add what is missing to the catalogues, untranslated. Gives the number of new entries."""
    added = 0
    catalogues = {part: load(part) for part in parts()}
    for message in untranslated():
        catalogue = catalogues[message.part]
        if catalogue.get(message.text, context=message.context) is None:
            added += 1
        key = (message.text, message.plural) if message.plural else message.text
        catalogue.add(key, context=message.context)
    for part, catalogue in catalogues.items():
        path = catalogue_path(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as handle:
            write_po(handle, catalogue, width=100, sort_output=True, no_location=True)
    return added
