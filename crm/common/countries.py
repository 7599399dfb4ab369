"""Countries by the names that people write."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

_LANGUAGES = ("en", "zh", "zh_Hant", "de", "fr", "es")
_OTHERS = {
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "prc": "CN", "p.r. china": "CN", "people's republic of china": "CN", "mainland china": "CN",
    "中华人民共和国": "CN", "中国大陆": "CN", "hong kong": "HK", "香港": "HK", "macau": "MO",
    "macao": "MO", "澳门": "MO", "中国香港": "HK", "中国澳门": "MO", "中国台湾": "TW",
    "korea": "KR", "south korea": "KR", "uae": "AE", "holland": "NL",
    "czech republic": "CZ", "chn": "CN", "gbr": "GB", "deu": "DE", "fra": "FR", "jpn": "JP",
}  # fmt: skip


@lru_cache(maxsize=1_000)
def region_of(country: str) -> str:
    """The ISO 3166 code of a country's name or code; "" when nobody is called so.

    >>> region_of("United States"), region_of("美国"), region_of("us"), region_of("Atlantis")
    ('US', 'US', 'US', '')
    """
    said = country.strip().casefold()
    return _codes().get(said, "") if said else ""


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Code by name, folded: CLDR's names in some languages, the codes, and others in use."""
    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                codes.setdefault(name.casefold(), code)
                codes.setdefault(code.casefold(), code)
    return {**codes, **_OTHERS}
