"""Full-text search that serves Chinese: words cut into single characters and pairs.

PostgreSQL's own parsers cannot cut Chinese, and trigrams miss names of two characters.
A ``tsvector`` of uni- and bigrams made here answers both through one GIN index.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_DIGITS = re.compile(r"[0-9]+")
_PHONE = re.compile(r"[+( ]*[0-9][0-9 ()./\-]*")
_LONGEST_WORD = 40
_MOST_TOKENS = 400
# Names, addresses and numbers are short: their words are also found by their inner parts.
_SHORT_TEXT = 120
_SHORTEST_PART = 3
_LONGEST_PARTED = 24
_LONG_NUMBER = 7  # digits: a phone number, found by its end as well
_SHORTEST_END = 4
# No text holds these: they keep inner parts and backward numbers apart from words.
_PART, _BACKWARD = "~", "#"


def normalise(text: str) -> str:
    """Lower case, full width folded to half width, accents kept."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(texts: Iterable[str]) -> list[str]:
    """Distinct search tokens in order: words, Chinese uni- and bigrams; in short texts also the
    inner parts of words, and long numbers backwards (so that their last digits find them)."""
    found: dict[str, None] = {}
    for text in texts:
        short = len(text) <= _SHORT_TEXT
        for run in _RUN.findall(normalise(text)):
            for token in _cut(run, short):
                found[token] = None
                if len(found) >= _MOST_TOKENS:
                    return list(found)
    return list(found)


def _cut(run: str, short: bool) -> list[str]:
    if _IS_CJK.match(run):
        return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
    if not short:
        return [run[:_LONGEST_WORD]]
    if _DIGITS.fullmatch(run):
        backward = [_BACKWARD + run[::-1][:_LONGEST_WORD]] if len(run) >= _LONG_NUMBER else []
        return [run[:_LONGEST_WORD], *backward]
    if len(run) > _LONGEST_PARTED:
        return [run[:_LONGEST_WORD]]
    return [run, *(_PART + run[i:] for i in range(1, len(run) - _SHORTEST_PART + 1))]


def vector_literal(texts: Iterable[str]) -> str:
    """The text form of a tsvector, as COPY and casts take it.

    >>> vector_literal(["张三 ltd"])
    "'ltd' '三' '张' '张三'"
    """
    return " ".join(f"'{token}'" for token in sorted(tokens(texts)))


def query_literal(text: str) -> str:
    """The text form of a tsquery for ``text``; "" when it has no token.

    Latin words match by prefix, so that typing ahead finds them, from three letters on also
    inside words; Chinese runs match by their pairs. Digits match the beginning of a number or,
    from four on, its end; a phone number matches however it is grouped.
    """
    text = normalise(text)
    runs = _RUN.findall(text)
    if len(runs) > 1 and _PHONE.fullmatch(text.strip()):
        return _grouped(runs)
    parts: list[str] = []
    for run in runs:
        if _DIGITS.fullmatch(run):
            parts.append(_either(_number(run)))
        elif not _IS_CJK.match(run):
            parts.append(_either(_word(run)))
        elif len(run) == 1:
            parts.append(f"'{run}'")
        else:
            parts.extend(f"'{run[i : i + 2]}'" for i in range(len(run) - 1))
    return " & ".join(parts)


def _grouped(groups: list[str]) -> str:
    """Digits in groups: the same groups, or one number however it is grouped.

    The groups match whole, only the last, which may still be typed, by its beginning: the first
    two digits of a country begin every number of it.
    """
    *whole, last = (group[:_LONGEST_WORD] for group in groups)
    typed = f"'{last}':*" if len(last) >= _SHORTEST_PART else f"'{last}'"
    same = " & ".join([*(f"'{group}'" for group in whole), typed])
    return f"({same}) | {_either(_phone(''.join(groups)))}"


def _either(choices: list[str]) -> str:
    found = " | ".join(f"'{choice}':*" for choice in dict.fromkeys(choices))
    return f"({found})" if len(choices) > 1 else found


def _word(run: str) -> list[str]:
    inner = len(run) >= _SHORTEST_PART
    return [run[:_LONGEST_WORD], *([_PART + run[:_LONGEST_WORD]] if inner else [])]


def _number(run: str) -> list[str]:
    run = run[:_LONGEST_WORD]
    ends = [_BACKWARD + run[::-1]] if len(run) >= _SHORTEST_END else []
    rest = run.lstrip("0")
    if rest != run and len(rest) >= _SHORTEST_END:  # the 0 before an area code is not stored
        ends += [rest, _BACKWARD + rest[::-1]]
    return [run, *ends]


def _phone(digits: str) -> list[str]:
    """The digits of a number that was typed in groups, with or without the country's code."""
    return _number(digits.removeprefix("00") if digits.startswith("00") else digits)


class NgramField(SearchVectorField):
    """A tsvector column that takes an iterable of texts, or a ready literal."""

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector"

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str) or hasattr(value, "as_sql"):
            return value
        return vector_literal(value)


class NgramMatch(models.Lookup):
    """``search__ngram="张三"``: the tokens of the text, through the GIN index."""

    lookup_name = "ngram"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        query = query_literal(str(self.rhs))
        if not query:
            return "false", []
        return f"{left} @@ %s::tsquery", [*left_params, query]


class TokensMatch(models.Lookup):
    """``search__tokens=query_literal("张三")``: the same with a query made before."""

    lookup_name = "tokens"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", [*left_params, self.rhs]


NgramField.register_lookup(NgramMatch)
NgramField.register_lookup(TokensMatch)
