"""What the pages about duplicates show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.common.columns import phone
from crm.common.formats import day, listed
from crm.records.keyset import Page, Sort, capped_count, paginate
from customers.duplicates.kinds import Doubles
from customers.duplicates.models import ContactPair
from customers.duplicates.values import JOINED, OTHER, SURVIVOR, default_choice, fields_of
from customers.models import Affiliation, Contact, Customer

PAGE = 15
MOST_SIMILAR = 5
LEVELS = {
    3: ("equal", pgettext_lazy("agreement", "same")),
    2: ("close", pgettext_lazy("agreement", "nearly the same")),
    1: ("akin", pgettext_lazy("agreement", "similar")),
    0: ("unlike", pgettext_lazy("agreement", "different")),
}
_BY_KEY = dict(LEVELS.values())
SHOWN = ("name", "phone", "email", "address", "city", "region")
SHOWN_OF_CONTACTS = ("name", "title", "phone", "email", "wechat")
BY_PROBABILITY = Sort("probability", "probability")


def pair_rows(
    doubles: Doubles, user: Any, state: str, after: str, before: str
) -> tuple[Page, int, bool]:
    """A page of pairs in ``state``, likeliest first, with both records; their number, capped."""
    pairs = doubles.pairs.objects.visible_to(user).filter(state=state)
    mergeable = doubles.model.objects.mergeable_by(user)
    decidable = doubles.pairs.objects.decidable_by(user).filter(pk=OuterRef("pk"))
    shown = pairs.select_related("first__owner", "second__owner", "decided_by").annotate(
        may_decide=Exists(decidable),
        may_merge=Exists(mergeable.filter(pk=OuterRef("first")))
        & Exists(mergeable.filter(pk=OuterRef("second"))),
    )
    page = paginate(shown, BY_PROBABILITY, descending=True, size=PAGE, after=after, before=before)
    count, exact = capped_count(pairs)
    work = _work_of(user, page.rows) if doubles.of_contacts else {}
    for pair in page.rows:
        pair.name_line, *pair.lines = _lines(pair)
        pair.percent = int(100 * pair.probability)
        pair.merge_url = f"{doubles.url('merge', pair.first_id)}?with={pair.second_id}"
        pair.dismiss_url = doubles.url("duplicate_dismiss", pair.pk)
        pair.reopen_url = doubles.url("duplicate_reopen", pair.pk)
        pair.facts = [_fact(one, work) for one in (pair.first, pair.second)]
    return page, count, exact


def merge_rows(doubles: Doubles, user: Any, after: str, before: str) -> tuple[Page, int, bool]:
    """A page of merges, newest first."""
    merges = doubles.merges.objects.visible_to(user).filter(undone_at=None)
    undoable = doubles.merges.objects.undoable_by(user).filter(pk=OuterRef("pk"))
    shown = merges.select_related("winner", "loser", "made_by").annotate(may_undo=Exists(undoable))
    page = paginate(
        shown, Sort("made", "made_at"), descending=True, size=PAGE, after=after, before=before
    )
    count, exact = capped_count(merges)
    for merge in page.rows:
        merge.undo_url = doubles.url("merge_undo", merge.pk)
    return page, count, exact


def _work_of(user: Any, pairs: Sequence[Any]) -> dict[int, str]:
    """{contact: the customers it works for that the user sees}."""
    contacts = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    parts = Affiliation.objects.filter(
        contact__in=contacts, customer__in=Customer.objects.visible_to(user)
    )
    work: dict[int, list[str]] = {}
    for contact, name in parts.values_list("contact", "customer__name"):
        work.setdefault(contact, []).append(name)
    return {contact: listed(names[:MOST_SIMILAR]) for contact, names in work.items()}


def _fact(record: Any, work: dict[int, str]) -> str:
    """Who has it, and how much hangs on it."""
    owner = str(record.owner or "–")
    if isinstance(record, Contact):
        return f"{owner} · {work.get(record.pk) or _('No customer yet.')}"
    orders = ngettext("%(n)d order", "%(n)d orders", record.order_count)
    return f"{owner} · {orders % {'n': record.order_count}}"


def _lines(pair: Any) -> list[dict[str, Any]]:
    """Both values of each compared field with how far they agree; the name stands first."""
    agreed = {entry["field"]: entry for entry in pair.evidence}
    lines = []
    for name in SHOWN_OF_CONTACTS if isinstance(pair.first, Contact) else SHOWN:
        first, second = getattr(pair.first, name), getattr(pair.second, name)
        if not first and not second:
            continue
        entry = agreed.get(name)
        level = entry["level"] if entry and first and second else ""
        render = phone_text if name == "phone" else str
        lines.append(
            {
                "label": pair.first._meta.get_field(name).verbose_name,
                "first": render(first), "second": render(second),
                "level": level, "agreement": _BY_KEY.get(level, ""),
            }
        )  # fmt: skip
    return lines


def phone_text(number: str) -> Any:
    return phone(number)


EXTRA = [
    ("owner", gettext_lazy("Owner")),
    ("order_count", gettext_lazy("Orders")),
    ("open_deals", gettext_lazy("Open deals")),
    ("open_requests", gettext_lazy("Open requests")),
]


def merge_lines(
    survivor: Any, other: Any, chosen: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """The fields in which both differ, with the proposed choice."""
    lines = []
    for name in fields_of(survivor):
        mine, theirs = getattr(survivor, name), getattr(other, name)
        if mine == theirs:
            continue
        options = [(SURVIVOR, _shown(survivor, name)), (OTHER, _shown(other, name))]
        lines.append(
            {
                "name": name, "label": survivor._meta.get_field(name).verbose_name,
                "options": options, "both": name in JOINED and mine and theirs,
                "chosen": (chosen or {}).get(name) or default_choice(name, survivor, other),
            }
        )  # fmt: skip
    return lines


def merge_facts(user: Any, survivor: Any, other: Any) -> list[tuple[Any, Any, Any]]:
    """What is not chosen but helps to choose: (label, survivor's, other's)."""
    facts: list[tuple[Any, Any, Any]] = [
        (label, getattr(survivor, name) or "–", getattr(other, name) or "–")
        for name, label in EXTRA
        if hasattr(survivor, name)
    ]
    if isinstance(survivor, Contact):
        work = _work_of(user, [ContactPair(first=survivor, second=other)])
        facts.append((_("Works for"), work.get(survivor.pk, "–"), work.get(other.pk, "–")))
    created = (pgettext_lazy("date", "Created"), day(survivor.created_at), day(other.created_at))
    return [*facts, created]


def same_lines(survivor: Any, other: Any) -> Sequence[tuple[Any, str]]:
    """The filled fields in which both agree: (label, value)."""
    return [
        (survivor._meta.get_field(name).verbose_name, _shown(survivor, name))
        for name in fields_of(survivor)
        if getattr(survivor, name) == getattr(other, name) and getattr(survivor, name)
    ]


def _shown(record: Any, name: str) -> Any:
    value = getattr(record, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "phone":
        return phone_text(value)
    return (
        getattr(record, f"get_{name}_display")() if record._meta.get_field(name).choices else value
    )
