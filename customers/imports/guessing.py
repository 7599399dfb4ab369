"""Which column means what, and what a file holds, told by its header and some of its cells."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation

from customers.imports.headers import Names, plain
from customers.imports.problems import CellError
from customers.imports.signs import SIGNS, SIGNS_OF_KIND, SURE_SIGNS_OF_KIND
from customers.imports.targets import Target

SAMPLE = 20
MARKS_TO_TELL = 2
SURE = 3  # what a sure sign weighs
# “Phone (2)” (see ``layout``: a name that came before), “Phone 1”, “E-mail 1 - Value”.
# “Opportunity Owner: Full Name” is who owns it.
_PERSON = frozenset({"fullname", "name", "alias"})
# “Person - Email - Work”, “Organization - Country of Address”: so Pipedrive writes.
_PIPEDRIVE = re.compile(
    r"(?:Person|Organization|Deal) - (.+?)(?: - (?:Work|Home|Mobile|Other)| of Address)?",
    re.IGNORECASE,
)
# “客户名称（必填）”, “Create Date (GMT+8)”, “Email *”.
_REMARK = re.compile(r"(?<=\S)\s*(?:[(（\[【][^()（）\[\]【】]*[)）\]】]|\*+)\s*$")
_NUMBERED = re.compile(r"(?: \(\d+\)$| ?\d{1,2}(?=$| - ))")


def signature(header: Sequence[str]) -> str:
    """The same for files with the same columns in the same order."""
    return hashlib.sha256("\n".join(plain(name) for name in header).encode()).hexdigest()[:40]


def guess_mapping(
    header: Sequence[str], targets: Sequence[Target], names: Names, sample: Sequence[Sequence[str]]
) -> dict[int, str]:
    """Place of a column → key of the target that it most likely means.

    A name that may mean several targets goes to the one that understands most of the sample.
    A target that does not join takes further columns only when it has several names for them.
    """
    called = _called(targets, names)
    by_key = {target.key: target for target in targets}
    mapping: dict[int, str] = {}
    for place, title in enumerate(header):
        keys = next((found for one in _spelt(title) if (found := called.get(plain(one)))), [])
        cells = [row[place] for row in sample if place < len(row) and row[place].strip()]
        keys = [key for key in keys if _may_mean(by_key[key], cells)]
        if keys:
            mapping[place] = max(keys, key=lambda key: _understood(by_key[key], cells))
    return _single(mapping, header, names, by_key)


def _spelt(title: str) -> Iterator[str]:
    """A title as it is, without number or remark, and in its parts: “Account Name: Account ID”."""
    yield title
    if found := _PIPEDRIVE.fullmatch(title):
        yield found[1]
    yield _NUMBERED.sub("", title)
    yield _REMARK.sub("", title)
    of, colon, name = title.partition(": ")
    if colon:
        yield of if plain(name) in _PERSON else name


def _called(targets: Sequence[Target], names: Names) -> dict[str, list[str]]:
    """What columns may be called → the keys of targets, the field's own labels first."""
    own = [(name, target.key) for target in targets for name in (*_labels(target), target.key)]
    others = [(name, target.key) for target in targets for name in names.get(target.key, ())]
    called: dict[str, list[str]] = {}
    for name, key in (*own, *others):
        keys = called.setdefault(plain(name), [])
        if key not in keys:
            keys.append(key)
    return called


def _labels(target: Target) -> list[str]:
    labels = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            labels.append(str(target.label))
    return labels


def _may_mean(target: Target, cells: Sequence[str]) -> bool:
    """Not when the target has choices and the sample names none: all rows would be rejected."""
    return not (target.choices and cells) or _understood(target, cells) > 0


def _understood(target: Target, cells: Sequence[str]) -> int:
    """How many of the cells the target can clean."""
    good = 0
    for cell in cells:
        try:
            target.clean(cell.strip())
        except CellError:
            continue
        good += 1
    return good


# Targets of which several columns may be used, the first that says something counting.
SEVERAL = frozenset({"phone", "email", "address", "note", "tags"})


def _single(
    mapping: Mapping[int, str],
    header: Sequence[str],
    names: Names,
    targets: Mapping[str, Target],
) -> dict[int, str]:
    """At most one column per target, the best named, except where several make sense."""
    kept: dict[int, str] = {}
    for key in dict.fromkeys(mapping.values()):
        places = [place for place, chosen in mapping.items() if chosen == key]
        if key not in SEVERAL:
            order = [plain(name) for name in (*_labels(targets[key]), *names.get(key, ()))]
            places = [min(places, key=lambda place: _rank(order, header[place]))]
        kept |= dict.fromkeys(places, key)
    return dict(sorted(kept.items()))


def _rank(order: Sequence[str], title: str) -> int:
    name = plain(title)
    return order.index(name) if name in order else len(order)


def guess_source(header: Sequence[str]) -> str:
    """The product whose export this is; "" when it may be anybody's."""
    titles = {title.strip() for title in header}
    if all(title == title.upper() for title in titles):  # so the Data Loader of Salesforce writes
        titles = {name for signs in SIGNS.values() for name in signs if name.upper() in titles}
    marks = {product: len(titles.intersection(signs)) for product, signs in SIGNS.items()}
    best = max(marks, key=lambda product: marks[product])
    return best if marks[best] >= MARKS_TO_TELL else ""


def kind_marks(kind: str, header: Sequence[str]) -> int:
    """How many of a header's names speak for a kind."""
    signs, sure = _signs_of(kind), _sure_signs_of(kind)
    titles = [{plain(one) for one in _spelt(title)} for title in header]
    marks = sum(1 for title in titles if title & signs)
    return marks + SURE * sum(1 for title in titles if title & sure)


@lru_cache(maxsize=8)
def _signs_of(kind: str) -> frozenset[str]:
    return frozenset(plain(name) for name in SIGNS_OF_KIND.get(kind, ()))


@lru_cache(maxsize=8)
def _sure_signs_of(kind: str) -> frozenset[str]:
    return frozenset(plain(name) for name in SURE_SIGNS_OF_KIND.get(kind, ()))


def as_places(stored: Mapping[str, Any]) -> dict[int, str]:
    """A mapping out of JSON, whose keys are texts."""
    return {int(place): str(key) for place, key in stored.items()}
