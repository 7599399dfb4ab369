"""PDF from HTML, with the fonts inside. For workers: a page takes about a second."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError

STYLE: Path = settings.BASE_DIR / "static" / "css" / "pdf.css"
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei", "SimSun",
)  # fmt: skip


class PdfImpossibleError(RefusedError):
    """This machine lacks what PDF needs; the message says what to install."""


def render_pdf(html: str) -> bytes:
    """The HTML as PDF in the look of ``static/css/pdf.css``; nothing is fetched from anywhere.

    Raises
    ------
    PdfImpossibleError
        Pango or a Chinese font is missing.
    """
    weasyprint = _library()
    _require_chinese_font()
    made = io.BytesIO()
    sheet = weasyprint.CSS(string=STYLE.read_text())
    document = weasyprint.HTML(string=html, url_fetcher=_fetch_nothing)
    document.write_pdf(made, stylesheets=[sheet])
    return made.getvalue()


def _library() -> Any:
    try:
        import weasyprint
    except OSError as missing:
        raise PdfImpossibleError(
            _(
                "PDF needs the library Pango. Install it on the machine of the worker "
                "(Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk)."
            )
        ) from missing
    return weasyprint


def _require_chinese_font() -> None:
    """Without one, Chinese would be printed as empty boxes."""
    if not any(_has_font(name) for name in CHINESE_FONTS):
        raise PdfImpossibleError(
            _(
                "PDF needs a Chinese font. Install one on the machine of the worker "
                "(Debian: apt install fonts-noto-cjk)."
            )
        )


def _has_font(family: str) -> bool:
    """Whether fontconfig has that family; asked for any other, it gives its nearest."""
    from weasyprint.text.ffi import ffi, fontconfig

    pattern = fontconfig.FcPatternCreate()
    try:
        fontconfig.FcPatternAddString(pattern, b"family", family.encode())
        config = ffi.NULL
        fontconfig.FcConfigSubstitute(config, pattern, fontconfig.FcMatchPattern)
        fontconfig.FcDefaultSubstitute(pattern)
        result = ffi.new("FcResult *")
        match = fontconfig.FcFontMatch(config, pattern, result)
        if match == ffi.NULL:
            return False
        try:
            return family in _families(match)
        finally:
            fontconfig.FcPatternDestroy(match)
    finally:
        fontconfig.FcPatternDestroy(pattern)


def _families(match: Any) -> list[str]:
    from weasyprint.text.ffi import ffi, fontconfig

    names: list[str] = []
    text = ffi.new("FcChar8 **")
    while fontconfig.FcPatternGetString(match, b"family", len(names), text) == 0:
        names.append(ffi.string(text[0]).decode())
    return names


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError(f"PDF loads nothing: {url}")
