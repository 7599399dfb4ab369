"""Rules by words: what a request's text says about its category and priority."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm.common.ngrams import normalise
from service.models import Category, Rule

_COMMAS = re.compile(r"[,，、;；\n]")


@dataclass
class Verdict:
    """What the rules decided, each by the first rule that says anything about it."""

    category: Category | None = None
    priority: int | None = None
    category_rule: Rule | None = None
    priority_rule: Rule | None = None


def words_of(rule: Rule) -> list[str]:
    """The rule's words, folded like the texts that they are looked for in."""
    return [word for part in _COMMAS.split(rule.words) if (word := normalise(part).strip())]


def judge(
    text: str, rules: Iterable[Rule], *, category: Category | None, priority: int | None
) -> Verdict:
    """Apply ``rules`` in their order to a request's subject and description.

    A category or priority that is given stands.
    """
    folded, verdict = normalise(text), Verdict(category, priority)
    for rule in rules:
        if not any(word in folded for word in words_of(rule)):
            continue
        if verdict.category is None and rule.category is not None:
            verdict.category = rule.category
            verdict.category_rule = rule
        if verdict.priority is None and rule.priority is not None:
            verdict.priority = rule.priority
            verdict.priority_rule = rule
    return verdict
