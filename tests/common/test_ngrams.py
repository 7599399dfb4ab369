import pytest

from crm.common.ngrams import query_literal, tokens, vector_literal


def test_it_cuts_chinese_into_characters_and_pairs() -> None:
    assert tokens(["云海科技"]) == ["云", "海", "科", "技", "云海", "海科", "科技"]


def test_it_folds_case_and_full_width() -> None:
    assert tokens(["ＡＢＣ Ltd"]) == ["abc", "ltd"]


def test_it_keeps_the_inner_parts_of_words_in_short_texts_only() -> None:
    assert tokens(["Phone"]) == ["phone", "~hone", "~one"]
    assert "~hone" not in tokens(["Phone " + "and much more " * 20])


def test_it_keeps_long_numbers_backwards() -> None:
    assert tokens(["+862162881234"]) == ["862162881234", "#432188261268"]
    assert tokens(["SO-2026-000123"]) == ["so", "2026", "000123"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("云", "'云'"),
        ("云海科", "'云海' & '海科'"),
        ("Ac", "'ac':*"),
        ("Acme", "('acme':* | '~acme':*)"),
        ("张三 lt", "'张三' & 'lt':*"),
        ("'); DR", "'dr':*"),
        ("123", "'123':*"),
        ("8000", "('8000':* | '#0008':*)"),
        ("000123", "('000123':* | '#321000':*)"),
        ("0106288", "('0106288':* | '#8826010':* | '106288':* | '#882601':*)"),
        ("!!", ""),
    ],
)
def test_it_asks_for_all_tokens(text: str, query: str) -> None:
    assert query_literal(text) == query


def test_it_never_lets_quotes_into_a_vector() -> None:
    assert vector_literal(["a'b\\c"]) == "'a' 'b' 'c'"
