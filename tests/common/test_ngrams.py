import pytest

from crm.common.ngrams import query_literal, tokens, vector_literal


def test_it_cuts_chinese_into_characters_and_pairs() -> None:
    assert tokens(["云海科技"]) == ["云", "海", "科", "技", "云海", "海科", "科技"]


def test_it_folds_case_and_full_width() -> None:
    assert tokens(["ＡＢＣ Ltd"]) == ["abc", "ltd"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("云", "'云'"),
        ("云海科", "'云海' & '海科'"),
        ("Acme", "'acme':*"),
        ("张三 ltd", "'张三' & 'ltd':*"),
        ("'); DROP", "'drop':*"),
        ("!!", ""),
    ],
)
def test_it_asks_for_all_tokens(text: str, query: str) -> None:
    assert query_literal(text) == query


def test_it_never_lets_quotes_into_a_vector() -> None:
    assert vector_literal(["a'b\\c"]) == "'a' 'b' 'c'"
