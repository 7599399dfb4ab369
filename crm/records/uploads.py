"""What an uploaded file is called and what it really is: names without tricks, kinds by content.

Only listed kinds pass, and only when the content is of the kind that the name says. Nothing that
a browser would run (HTML, SVG, scripts) is among them.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from crm.common.errors import RefusedError

LONGEST_NAME = 120
HEAD_BYTES = 65_536
MOST_UNPACKED = 500 * 1024 * 1024
GREATEST_RATIO = 50  # of a zip that unpacks to more than SMALL_ZIP
SMALL_ZIP = 10 * 1024 * 1024
MOST_PARTS = 5_000

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
# ending → (media type, how its content is known)
KINDS: dict[str, tuple[str, str]] = {
    "pdf": ("application/pdf", "magic"),
    "png": ("image/png", "magic"),
    "jpg": ("image/jpeg", "magic"),
    "jpeg": ("image/jpeg", "magic"),
    "gif": ("image/gif", "magic"),
    "webp": ("image/webp", "magic"),
    "docx": (f"{_OOXML}wordprocessingml.document", "word/"),
    "xlsx": (f"{_OOXML}spreadsheetml.sheet", "xl/"),
    "pptx": (f"{_OOXML}presentationml.presentation", "ppt/"),
    "odt": (f"{_ODF}text", "mimetype"),
    "ods": (f"{_ODF}spreadsheet", "mimetype"),
    "odp": (f"{_ODF}presentation", "mimetype"),
    "zip": ("application/zip", ""),
    "doc": ("application/msword", "ole"),
    "xls": ("application/vnd.ms-excel", "ole"),
    "ppt": ("application/vnd.ms-powerpoint", "ole"),
    "txt": ("text/plain", "text"),
    "csv": ("text/csv", "text"),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|head|body|script|svg|iframe|object|embed)", re.I)
_SEPARATORS = re.compile(r'[/\\:*?"<>|]+')


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its harmless name, its media type, its size in bytes."""

    name: str
    media_type: str
    size: int


def harmless_name(name: str) -> str:
    """The last part of a name, without control, bidirectional or invisible characters.

    >>> harmless_name("../../invoice\\u202efdp.exe\\x00")
    'invoicefdp.exe'
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    kept = " ".join(_SEPARATORS.sub("_", kept).split()).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        return kept[:LONGEST_NAME] or "file"
    room = LONGEST_NAME - len(ending[:10]) - 1
    return f"{stem[:room].rstrip(' .') or 'file'}.{ending[:10]}"


def check_upload(upload: Any, most_bytes: int) -> Checked:
    """What an uploaded file is.

    Raises
    ------
    RefusedError
        It is empty, too large, of no listed kind, or its content is not what its name says.
    """
    name = harmless_name(str(upload.name or ""))
    if not upload.size:
        raise RefusedError(_("“%(name)s” is empty.") % {"name": name})
    if upload.size > most_bytes:
        limit = most_bytes // (1024 * 1024)
        said = _("“%(name)s” is larger than %(limit)d MB.")
        raise RefusedError(said % {"name": name, "limit": limit})
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if ending not in KINDS:
        said = _("“%(name)s” is of a kind that is not taken. Taken are: %(kinds)s.")
        raise RefusedError(said % {"name": name, "kinds": ", ".join(KINDS)})
    media_type, known_by = KINDS[ending]
    if not _is_kind(upload, ending, media_type, known_by):
        said = _("“%(name)s” is not what its name says: the content is no %(kind)s file.")
        raise RefusedError(said % {"name": name, "kind": ending.upper()})
    upload.seek(0)
    return Checked(name, media_type, upload.size)


def _is_kind(upload: IO[bytes], ending: str, media_type: str, known_by: str) -> bool:
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    if known_by == "text":
        return _is_text(head)
    if known_by == "ole":
        return head.startswith(_OLE)
    if known_by == "magic":
        return _is_magic(head, media_type)
    return head.startswith(b"PK\x03\x04") and _is_zip(upload, media_type, known_by)


def _is_magic(head: bytes, media_type: str) -> bool:
    import puremagic  # a megabyte that few processes need

    if media_type == "application/pdf" and not head.startswith(b"%PDF-"):
        return False
    try:
        return any(found.mime_type == media_type for found in puremagic.magic_string(head))
    except (puremagic.PureError, ValueError):
        return False


def _is_text(head: bytes) -> bool:
    """Readable in a usual encoding, and not the source of a page or a drawing."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = head.decode(encoding)
        except UnicodeDecodeError as cut:
            # The head may end within a character.
            if len(head) < HEAD_BYTES or cut.start < len(head) - 4:
                continue
            text = head[: cut.start].decode(encoding)
        if "\x00" in text:
            continue
        return not _MARKUP.search(text[:1024].lstrip())
    return False


def _is_zip(upload: IO[bytes], media_type: str, known_by: str) -> bool:
    """A sound archive that does not burst; of an office file, one with its parts."""
    try:
        with zipfile.ZipFile(upload) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or _bursts(parts):
                return False
            names = {part.filename for part in parts}
            if known_by == "mimetype":
                return "mimetype" in names and archive.read("mimetype")[:100].decode() == media_type
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError, OSError):
        return False
    if not known_by:
        return True
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    inside = any(name.startswith(known_by) for name in names)
    return "[Content_Types].xml" in names and inside and not macros


def _bursts(parts: list[zipfile.ZipInfo]) -> bool:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    return unpacked > MOST_UNPACKED or (unpacked > SMALL_ZIP and unpacked / packed > GREATEST_RATIO)
