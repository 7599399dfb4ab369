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
_LONGEST_WORD = 40
_MOST_TOKENS = 400


def normalise(text: str) -> str:
    """Lower case, full width folded to half width, accents kept."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(texts: Iterable[str]) -> list[str]:
    """Distinct search tokens in order: words, prefixes by pairs, Chinese uni- and bigrams."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _RUN.findall(normalise(text)):
            for token in _cut(run):
                found[token] = None
                if len(found) >= _MOST_TOKENS:
                    return list(found)
    return list(found)


def _cut(run: str) -> list[str]:
    if _IS_CJK.match(run):
        return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
    return [run[:_LONGEST_WORD]]


def vector_literal(texts: Iterable[str]) -> str:
    """The text form of a tsvector, as COPY and casts take it.

    >>> vector_literal(["张三 ltd"])
    "'ltd' '三' '张' '张三'"
    """
    return " ".join(f"'{token}'" for token in sorted(tokens(texts)))


def query_literal(text: str) -> str:
    """The text form of a tsquery that all tokens of ``text`` must match; "" when none.

    Latin words match by prefix, so that typing ahead finds them; Chinese runs match by
    their pairs, which the caller rechecks with LIKE for order.
    """
    parts: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if not _IS_CJK.match(run):
            parts.append(f"'{run[:_LONGEST_WORD]}':*")
        elif len(run) == 1:
            parts.append(f"'{run}'")
        else:
            parts.extend(f"'{run[i : i + 2]}'" for i in range(len(run) - 1))
    return " & ".join(parts)


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


NgramField.register_lookup(NgramMatch)
