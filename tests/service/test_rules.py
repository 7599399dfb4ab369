"""Rules by words."""

import pytest

from service.rules import judge
from tests.factories.service import CategoryFactory, RuleFactory

pytestmark = pytest.mark.django_db


def verdict(text: str, *rules, category=None, priority=None):
    return judge(text, rules, category=category, priority=priority)


@pytest.mark.parametrize("words", ["登录,密码", "登录，密码", " 密码 、 登录", "Login;密码"])
def test_it_finds_any_of_the_words(words: str) -> None:
    rule = RuleFactory(words=words, priority=1)
    assert verdict("忘记密码怎么办", rule).priority == 1


def test_it_ignores_case_and_width() -> None:
    rule = RuleFactory(words="login", priority=1)
    assert verdict("Ｌｏｇｉｎ fails", rule).priority == 1


def test_it_says_nothing_without_a_word() -> None:
    rule = RuleFactory(words=" , ", priority=1)
    assert verdict("anything", rule).priority is None


def test_it_lets_the_first_rule_decide_each_thing() -> None:
    first, second = CategoryFactory(), CategoryFactory()
    rules = [
        RuleFactory(words="login", category=first),
        RuleFactory(words="login", category=second, priority=2),
    ]
    found = verdict("login", *rules)
    assert (found.category, found.priority) == (first, 2)
    assert (found.category_rule, found.priority_rule) == tuple(rules)


def test_it_leaves_what_is_given() -> None:
    given = CategoryFactory()
    rule = RuleFactory(words="login", category=CategoryFactory(), priority=1)
    found = verdict("login", rule, category=given, priority=4)
    assert (found.category, found.priority, found.category_rule) == (given, 4, None)
