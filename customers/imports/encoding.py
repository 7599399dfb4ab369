"""Which encoding a text file has, told by its mark or by decoding all of it.

Older Western files, such as Salesforce's reports, decode as nearly anything; they are told by their
accented letters, which stand alone among others. Big5 decodes as GB18030 without a fault; it is
told by its second bytes and by which characters it would be.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from crm.common.errors import RefusedError

BLOCK = 1 << 20
SAMPLE_CHARACTERS = 20_000
SAMPLE_LINES = 2_000
LEAST_BIG5 = 6

UTF8 = "UTF-8"
GB18030 = "GB18030"
BIG5 = "Big5"
UTF16 = "UTF-16"
UTF16LE, UTF16BE = "UTF-16LE", "UTF-16BE"  # without a mark
WESTERN = "Windows-1252"
CODECS = {
    UTF8: "utf-8-sig", GB18030: "gb18030", BIG5: "cp950", UTF16: "utf-16", UTF16LE: "utf-16-le",
    UTF16BE: "utf-16-be", WESTERN: "cp1252",
}  # fmt: skip

_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = (b"PK\x03\x04", b"%PDF", b"\x1f\x8b")
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|table|\?xml)", re.IGNORECASE
)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_LOCKED = "EncryptedPackage".encode("utf-16-le")


class FileRefusedError(RefusedError):
    """The file cannot be read; the message is one sentence with the line and the cause."""

    permanent = True


def detect_encoding(path: Path) -> str:
    """``UTF8``, ``GB18030``, ``BIG5``, ``WESTERN`` or, by its mark or the zeros, UTF-16.

    Raises
    ------
    FileRefusedError
        It is empty, no text, holds a NUL, or is in none of these encodings as a whole.
    """
    head = _head(path)
    if head.startswith(_MARKS_OF_UTF16):
        return check_encoding(path, UTF16)
    if unmarked := _unmarked_utf16(head):
        return check_encoding(path, unmarked)
    wrong = _first_undecodable(path, "utf-8")
    if wrong is None:
        return UTF8
    if _is_mostly_utf8(path):
        return check_encoding(path, UTF8)
    western = partial(_reads, path, "cp1252", _reads_as_western)
    if _reads(path, "cp950", _reads_as_big5) and not western():
        return BIG5
    if _reads(path, "gb18030", _reads_as_chinese):
        return GB18030
    if western():
        return WESTERN
    raise FileRefusedError(
        _(
            "Line %(line)s (byte %(byte)s) is neither UTF-8 nor GB18030; save the file as "
            "UTF-8 (in Excel: “CSV UTF-8”) and choose it again."
        )
        % {"line": wrong[1], "byte": wrong[0]}
    )


def _unmarked_utf16(head: bytes) -> str | None:
    """Every other byte of plain letters and delimiters is a zero there."""
    least = max(2, len(head) // 16)
    first, second = head[::2].count(0), head[1::2].count(0)
    if min(first, second) > 0 or max(first, second) < least:
        return None
    return UTF16BE if first else UTF16LE


def _is_mostly_utf8(path: Path) -> bool:
    """Whether most lines with foreign characters are UTF-8: a file cut off or glued together."""
    well = badly = 0
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(BLOCK), b""):
            if line.isascii():
                continue
            try:
                line.decode()
                well += 1
            except UnicodeDecodeError:
                badly += 1
            if well + badly == SAMPLE_LINES:
                break
    return well > badly


def _reads(path: Path, codec: str, as_it: Callable[[Path], bool]) -> bool:
    return _first_undecodable(path, codec) is None and as_it(path)


def check_encoding(path: Path, encoding: str) -> str:
    """``encoding`` when all of the file is text in it; FileRefusedError names the line else."""
    marked = _head(path).startswith(_MARKS_OF_UTF16)
    if marked is not (encoding == UTF16):
        raise FileRefusedError(
            _("Line %(line)s (byte %(byte)s) is not %(encoding)s.")
            % {"line": 1, "byte": 1, "encoding": encoding}
        )
    wrong = _first_undecodable(path, CODECS[encoding].removesuffix("-sig"))
    if wrong is not None:
        raise FileRefusedError(
            _("Line %(line)s (byte %(byte)s) is not %(encoding)s.")
            % {"line": wrong[1], "byte": wrong[0], "encoding": encoding}
        )
    return encoding


def _head(path: Path) -> bytes:
    """The first bytes of what may be text."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if not head:
        raise FileRefusedError(_("The file is empty."))
    if head.startswith(_OLD_WORKBOOK) and _is_locked(path):
        raise FileRefusedError(
            _("The workbook is protected by a password; save it without one and choose it again.")
        )
    if head.startswith(_OLD_WORKBOOK):
        raise FileRefusedError(
            _("This is a workbook of Excel 2003 or older; save it as .xlsx and choose it again.")
        )
    if _WEB_PAGE.match(head):
        raise FileRefusedError(
            _(
                "This is a web page or XML, whatever its name says; open it in Excel and save it "
                "as .xlsx."
            )
        )
    if head.startswith(_NO_TEXT):
        raise FileRefusedError(
            _("This is no text file; CSV, Excel (.xlsx) and vCard can be imported.")
        )
    return head


def _is_locked(path: Path) -> bool:
    """Whether a compound file's list names an encrypted workbook (MS-OFFCRYPTO 2.3.1)."""
    with path.open("rb") as stream:
        return any(_LOCKED in block for block in iter(lambda: stream.read(BLOCK), b""))


def _first_undecodable(path: Path, codec: str) -> tuple[int, int] | None:
    """(byte, line) of the first byte that is no text, both from 1; None when all is well."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    offset, line = 0, 1
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            nul = block.find(b"\0")
            if nul >= 0 and not codec.startswith("utf-16"):
                at = line + block.count(b"\n", 0, nul)
                raise FileRefusedError(
                    _("Line %(line)s holds a NUL byte; this is no text file.") % {"line": at}
                )
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                place = max(error.start - pending, 0)
                return offset + place + 1, line + block.count(b"\n", 0, place)
            offset += len(block)
            line += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return offset, line
    return None


def _reads_as_chinese(path: Path) -> bool:
    """Whether the foreign characters are Chinese rather than accents read as Chinese.

    GB18030 takes nearly any bytes. In Chinese text the second byte of a character is almost
    always above 0xA0; an accented letter of Latin-1 swallows the ASCII letter after it.
    """
    genuine = doubtful = 0
    with path.open(encoding="gb18030", newline="") as stream:
        while genuine + doubtful < SAMPLE_CHARACTERS and (text := stream.read(BLOCK)):
            for character in text:
                if character.isascii():
                    continue
                code = character.encode("gb18030")
                if len(code) == 2 and code[1] < 0x80:
                    doubtful += 1
                else:
                    genuine += 1
    return genuine > doubtful


def _reads_as_big5(path: Path) -> bool:
    """Whether two-byte characters are traditional Chinese rather than GB18030 read as Big5.

    Two in five second bytes of Big5 are below 0x7F, next to none of GB18030; and nine in ten of its
    characters are of its first plane, the 5401 in common use (0xA440 to 0xC67E), where GB18030
    and accented letters read as Big5 lie on the second as often. A few characters say too little.
    """
    low = common = rare = every = 0
    with path.open(encoding="cp950", newline="") as stream:
        while every < SAMPLE_CHARACTERS and (text := stream.read(BLOCK)):
            for code in (one.encode("cp950") for one in text if not one.isascii()):
                every += 1
                low += code[-1] < 0x7F
                common += b"\xa4\x40" <= code <= b"\xc6\x7e"
                rare += code > b"\xc6\x7e"
    return every >= LEAST_BIG5 and low > 0.15 * every and common > 9 * rare


def _reads_as_western(path: Path) -> bool:
    """Whether the foreign bytes are accented letters and signs in words of plain letters.

    In Chinese, Japanese or Cyrillic text of another encoding most have such a byte beside them.
    """
    alone = together = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            for run in _FOREIGN.findall(block):
                alone += len(run) == 1
                together += len(run) if len(run) > 1 else 0
    return alone > 4 * together
