"""Reads vCard files (.vcf; versions 2.1, 3.0 and 4.0) as rows, one per card.

Each card is parsed by itself, so that a broken one is one rejected row.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.common.names import full_name
from customers.imports.encoding import CODECS, FileRefusedError, check_encoding, detect_encoding
from customers.imports.layout import CARDS, GROUP, Layout, Row, Wish

COLUMNS = [
    "UID", "KIND", "FN", "ORG", "TITLE", "TEL", "TEL 2", "TEL 3", "EMAIL", "EMAIL 2", "EMAIL 3",
    "STREET", "CITY", "REGION", "POSTCODE", "COUNTRY", "ROLE", "URL", "CATEGORIES", "NOTE",
    "WECHAT",
]  # fmt: skip
MAX_CARD = 1 << 20  # characters; photographs make cards long
MAX_LINES = 20_000

# The parser would write what it cannot read, which is somebody's data, into the log.
logging.getLogger("vobject").setLevel(logging.CRITICAL)

_BEGIN, _END = "BEGIN:VCARD", "END:VCARD"
_STARTS = re.compile(rb"\s*BEGIN\s*:\s*VCARD", re.IGNORECASE)
# Pictures and sounds are not read: they cost time and tell nothing.
_HEAVY = re.compile(r"(?:item\d+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)


def starts(head: bytes) -> bool:
    """Whether a file that begins with ``head`` holds vCards."""
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(codec, "ignore").encode()
    return bool(_STARTS.match(head.removeprefix(b"\xef\xbb\xbf")))


def read_layout(path: Path, wish: Wish) -> Layout:
    encoding = wish.encoding
    encoding = check_encoding(path, encoding) if encoding else detect_encoding(path)
    return Layout(format=CARDS, header=COLUMNS, header_line=0, encoding=encoding)


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """A card that cannot be read comes as a row of one cell: the ledger rejects it.

    So does a group of cards, which is nobody: kinds take it for a note.
    """
    for line, card in _cards(path, layout.encoding):
        fields = _fields(card)
        if fields is None or fields.get("KIND") == GROUP:
            yield Row(line, [GROUP if fields else card[:200]])
        else:
            yield Row(line, [fields.get(column, "") for column in COLUMNS])


def _cards(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """(line of BEGIN, text) of each card."""
    began, lines, size, heavy = 0, [], 0, False
    with path.open(encoding=CODECS[encoding], newline=None) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_CARD), ""), 1):
            mark = line.strip().upper()
            if mark == _BEGIN:
                began, lines, size, heavy = number, [line], 0, False
            elif began:
                heavy = heavy if line[:1] in {" ", "\t"} else bool(_HEAVY.match(line))
                if not heavy or mark == _END:
                    lines.append(line)
                    size += len(line)
                if size > MAX_CARD or len(lines) > MAX_LINES:
                    raise FileRefusedError(
                        _("The card on line %(line)s is never closed.") % {"line": began}
                    )
                if mark == _END:
                    yield began, "".join(lines)
                    began = 0
    if began:
        raise FileRefusedError(_("The card on line %(line)s is never closed.") % {"line": began})


def _fields(text: str) -> dict[str, str] | None:
    """The texts of a card by column; None when it cannot be read or says nothing."""
    import vobject  # with its rules of dates: most processes never read a card

    try:
        card = vobject.readOne(text, allowQP=True, ignoreUnreadable=True)
        texts = ((name, said.replace("\0", "").strip()) for name, said in _texts(card))
        return {name: said for name, said in texts if said} or None
    except Exception:  # noqa: BLE001  # whatever the parser trips over, it is this one card
        return None


def _texts(card: Any) -> Iterator[tuple[str, str]]:
    contents = card.contents
    for name in ("uid", "title", "role", "note", "url"):
        for line in contents.get(name, [])[:1]:
            yield name.upper(), _flat(line.value)
    for name in ("tel", "email"):
        said = [
            _flat(line.value).removeprefix("tel:") for line in _preferred(contents.get(name, []))
        ]
        said = [text for text in dict.fromkeys(said) if text.strip()]
        yield name.upper(), said[0] if said else ""
        yield f"{name.upper()} 2", said[1] if said[1:] else ""
        yield f"{name.upper()} 3", "; ".join(said[2:])
    yield "ORG", "\n".join(filter(None, map(_company, contents.get("org", []))))
    for line in contents.get("categories", [])[:1]:
        yield "CATEGORIES", _flat(line.value)
    yield "WECHAT", _wechat(contents)
    for line in _preferred(contents.get("adr", []))[:1]:
        yield from _address(line.value)
    yield from _who(contents)


def _wechat(contents: dict[str, list[Any]]) -> str:
    """An account of WeChat, in a field of its own or among messengers (IMPP, X-SOCIALPROFILE)."""
    for line in contents.get("x-wechat", []):
        return _flat(line.value)
    for line in (*contents.get("impp", []), *contents.get("x-socialprofile", [])):
        said = {one.casefold() for kinds in line.params.values() for one in kinds}
        scheme, _colon, name = _flat(line.value).rpartition(":")
        if {"wechat", "weixin"} & {*said, scheme.casefold()}:
            return name
    return ""


def _who(contents: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """The name, and the kind (RFC 6350, 6.1.4); a company's own card names it as company too."""
    name = _name(contents)
    yield "FN", name
    keys = ("kind", "x-addressbookserver-kind", "x-abshowas")
    said = {_flat(line.value).casefold() for key in keys for line in contents.get(key, [])}
    companies = {_company(line) for line in contents.get("org", [])}
    if "group" in said:
        yield "KIND", GROUP
    elif said & {"org", "company"} or _quoted(name) in companies:
        yield "KIND", "org"
        yield from [] if companies else [("ORG", _quoted(name))]
    else:
        yield "KIND", "individual"


def _company(line: Any) -> str:
    """A company without its departments."""
    return _quoted(_flat(line.value[0] if isinstance(line.value, list) else line.value).strip())


def _quoted(name: str) -> str:
    """One name where several may stand, though it holds what divides them."""
    return f'"{name}"' if {";", "；"} & set(name) and '"' not in name else name


def _address(value: Any) -> Iterator[tuple[str, str]]:
    parts = {"STREET": "street", "CITY": "city", "REGION": "region", "POSTCODE": "code",
             "COUNTRY": "country"}  # fmt: skip
    for column, part in parts.items():
        yield column, _flat(getattr(value, part, ""))


def _name(contents: dict[str, list[Any]]) -> str:
    """The full name; from its parts when a card of version 2.1 has no other."""
    for line in contents.get("fn", [])[:1]:
        if said := _flat(line.value):
            return said
    for line in contents.get("n", [])[:1]:
        return full_name(_flat(line.value.given), _flat(line.value.family))
    return ""


def _preferred(lines: list[Any]) -> list[Any]:
    """Those marked as preferred first, and by the number of their preference (RFC 6350, 5.3)."""
    return sorted(lines, key=_preference)


def _preference(line: Any) -> int:
    kinds = {kind.casefold() for kind in line.params.get("TYPE", [])}
    if "pref" in kinds or "PREF" in line.singletonparams:
        return 1
    said = "".join(line.params.get("PREF", []))
    return int(said) if said.isdecimal() else 101


def _flat(value: Any) -> str:
    """A text of one or several parts."""
    if isinstance(value, list | tuple):
        return ", ".join(str(part).strip() for part in value if str(part).strip())
    return str(value or "")
