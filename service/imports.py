"""Service requests from a file of texts with their categories.

A row is one request: created, or skipped when an earlier import brought the same text of the
same category for the same time. Texts that stand in a file several times are as many requests.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from customers.imports.changes import make_new
from customers.imports.layout import Row
from customers.imports.ledger import Ledger
from customers.imports.registry import Importer, Setting, importer, require
from service.models import Category, ServiceRequest

SUBJECT = 200
CODE = 80


@importer
class RequestRows(Importer):
    kind = "requests"
    label = gettext_lazy("Service requests")
    hint = gettext_lazy(
        "One row per request with the columns text and category; new categories are made."
    )
    icon = "headset"
    reasons = {
        "no_text": gettext_lazy("The text is missing."),
        "no_category": gettext_lazy("The category is missing."),
    }

    def __init__(self, header: Sequence[str], setting: Setting) -> None:
        super().__init__(header, setting)
        self._times: Counter[bytes] = Counter()
        self._categories: dict[str, int] = {}

    @classmethod
    def places(cls, header: Sequence[str]) -> dict[str, int]:
        return require(header, ["text", "category"])

    def remember(self, row: Row) -> None:
        self._key(*self._cells(row))

    def load(self, rows: Sequence[Row], ledger: Ledger) -> None:
        wanted: dict[str, tuple[str, str]] = {}
        for row in rows:
            text, code = self._cells(row)
            key = self._key(text, code)
            if not text:
                ledger.reject(row, "no_text")
            elif not code:
                ledger.reject(row, "no_category")
            else:
                wanted[key] = (text, code)
        there = ServiceRequest.objects.filter(external_id__in=wanted)
        known = set(there.values_list("external_id", flat=True))
        self._learn({code for _text, code in wanted.values()}, ledger)
        new = [self._request(key, *wanted[key]) for key in wanted if key not in known]
        make_new(new, ledger.changes)
        ledger.objects["requests"] += len(new)
        ledger.take(len(wanted), created=len(new))

    def _cells(self, row: Row) -> tuple[str, str]:
        text, category = (row.cells[self.at[name]].strip() for name in ("text", "category"))
        return text, _code(category)

    def _key(self, text: str, code: str) -> str:
        """The external id: text, category, and the how-manyth time it stands in the file."""
        same = hashlib.sha256(f"{code}\n{text}".encode()).digest()
        self._times[same] += 1
        return hashlib.sha256(same + str(self._times[same]).encode()).hexdigest()[:40]

    def _learn(self, codes: set[str], ledger: Ledger) -> None:
        """The ids of the categories; a missing one is made, an existing one stays as it is."""
        unknown = codes - set(self._categories)
        if not unknown:
            return
        there = set(Category.objects.filter(code__in=unknown).values_list("code", flat=True))
        missing = [Category(code=code, name=_words(code)) for code in sorted(unknown - there)]
        Category.objects.bulk_create(missing)
        ledger.changes.made(missing)
        ledger.objects["categories"] += len(missing)
        found = Category.objects.filter(code__in=unknown)
        self._categories.update(found.values_list("code", "pk"))

    def _request(self, key: str, text: str, code: str) -> ServiceRequest:
        request = ServiceRequest(
            subject=" ".join(text.split())[:SUBJECT],
            description=text,
            category_id=self._categories[code],
            channel=ServiceRequest.Channel.IMPORT,
            opened_at=timezone.now(),
            external_id=key,
            team_id=self.setting.team_id,
            created_by=self.setting.actor,
        )
        request.search = request.search_texts()
        return request


def _code(category: str) -> str:
    """The category as it stands when it can be a code, else a code like it."""
    plain = re.fullmatch(r"[-\w]+", category)
    return (category if plain else slugify(category, allow_unicode=True))[:CODE]


def _words(code: str) -> str:
    return code.replace("_", " ").replace("-", " ").capitalize()[:80]
