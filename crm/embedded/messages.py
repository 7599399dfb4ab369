"""Compile .po files given as arguments to the .mo files beside them (no gettext tools needed)."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_messages(source: Path) -> Path:
    """Written under another name and renamed, so that a reader never sees half a file."""
    with source.open("rb") as handle:
        catalog = read_po(handle, locale=source.parent.parent.name)
    target = source.with_suffix(".mo")
    draft = target.with_suffix(".mo.new")
    with draft.open("wb") as handle:
        write_mo(handle, catalog)
    draft.replace(target)
    return target


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compile_messages(Path(name))
