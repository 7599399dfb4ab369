"""Is every string that users see translated? `make lint` asks, and fails with the list if not."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = "zh_Hans"
SKIPPED = {"node_modules", "var", "tests", "docs", "benchmarks", "static", "locale", "migrations"}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# A place in the source (for example "sales/forms.py:12"), the message, its context.
Use = tuple[str, str, str | None]


def problems() -> list[str]:
    """One line for each message that is missing, empty, uncertain or malformed in Chinese."""
    catalogs = [_read(path) for path in sorted((ROOT / "locale").glob(f"*/{LOCALE}/**/*.po"))]
    found = [
        f"{place}: not translated: {message!r}"
        for place, message, context in uses()
        if not any(_translated(catalog, message, context) for catalog in catalogs)
    ]
    for catalog in catalogs:
        for message, errors in catalog.check():
            found += [f"{catalog.project}: {message.id!r}: {error}" for error in errors]
    return found


def uses() -> Iterator[Use]:
    """Every message that Python files and templates ask for."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if any(part in SKIPPED or part.startswith(".") for part in parts):
            continue
        if path.suffix == ".py":
            yield from _uses_in(path, path.read_bytes())
        elif path.suffix in {".html", ".txt"} and "templates" in parts:
            yield from _uses_in(path, _as_python(path))


def _uses_in(path: Path, source: bytes) -> Iterator[Use]:
    name = path.relative_to(ROOT)
    for line, message, _, context in extract("python", io.BytesIO(source), KEYWORDS):
        text = message[0] if isinstance(message, tuple) else message
        if text:
            yield f"{name}:{line}", text, context


def _as_python(path: Path) -> bytes:
    """Django's own translation of a template into calls; without the indents of the template."""
    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in calls.splitlines()).encode()


def _translated(catalog: Catalog, text: str, context: str | None) -> bool:
    message = catalog.get(text, context)
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return all(strings)


def _read(path: Path) -> Catalog:
    with path.open("rb") as handle:
        catalog = read_po(handle, locale=LOCALE)
    catalog.project = str(path.relative_to(ROOT))
    return catalog


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines) if lines else "Every message is translated.")
    sys.exit(1 if lines else 0)
