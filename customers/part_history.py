"""Tags and links to contacts in the history of customers and contacts, and on the timeline."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.common import formats
from crm.common.history import events_of
from crm.common.part_changes import UNSEEN
from crm.common.registries import HistoryPart, history_parts
from customers.models import Affiliation, Contact, Customer, CustomerTag, Tag
from customers.timeline import timeline_values

PART = ("role", "is_primary", "active")
TITLES = {
    "tag insert": gettext_lazy("Tag added"),
    "tag delete": gettext_lazy("Tag taken off"),
    "link insert": gettext_lazy("Contact linked"),
    "link delete": gettext_lazy("Contact unlinked"),
    "link update": gettext_lazy("Contact's part changed"),
}


def part_words(row: Any) -> str:
    """What somebody is at a customer, in words; "" for a contact like any other."""
    return _words(row.role, row.is_primary, row.active)


def _words(role: str, is_primary: bool, active: bool) -> str:
    said = [role, _("primary contact") if is_primary else "", "" if active else _("inactive")]
    return formats.listed(filter(None, said))


history_parts["customers.customer"] = [
    HistoryPart(CustomerTag, "customer", "tag", gettext_lazy("tag")),
    HistoryPart(Affiliation, "customer", "contact", gettext_lazy("contact"), part_words),
]
history_parts["customers.contact"] = [
    HistoryPart(
        Affiliation, "contact", "customer", pgettext_lazy("of a contact", "works for"), part_words
    ),
]


def named_actors(kept: Any) -> Any:
    """Kept rows with who did it: the ``actor``'s id, and the name as ``who``."""
    actor = Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField())
    names = get_user_model()._default_manager.filter(pk=OuterRef("actor"))
    name = names.annotate(shown=Coalesce(NullIf("full_name", Value("")), "username"))
    kept = kept.annotate(actor=actor)
    return kept.annotate(who=Coalesce(Subquery(name.values("shown")[:1]), Value("")))


def tag_rows(user: Any, customer_id: int) -> Any:
    """Tags put on a customer that the reader sees, and taken off."""
    tags = Tag.objects.filter(pk=OuterRef("tag"))
    return _rows(
        CustomerTag, user, customer_id, "tag", Subquery(tags.values("name")[:1]), Value("")
    )


def link_rows(user: Any, customer_id: int) -> Any:
    """Contacts linked to a customer that the reader sees, unlinked, and changed in their part."""
    seen = Contact.objects.visible_to(user).filter(pk=OuterRef("contact"))
    part = JSONObject(**{name: F(name) for name in PART})
    later = (
        events_of(Affiliation)
        .filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__gt=OuterRef("pgh_id"))
        .order_by("pgh_id")
    )
    living = Affiliation.objects.filter(pk=OuterRef("pgh_obj"))
    after = Coalesce(
        Subquery(later.annotate(said=part).values("said")[:1]),
        Subquery(living.annotate(said=part).values("said")[:1]),
    )
    said = JSONObject(before=part, after=after)
    return _rows(Affiliation, user, customer_id, "link", Subquery(seen.values("name")[:1]), said)


def _rows(model: Any, user: Any, customer_id: int, kind: str, name: Any, said: Any) -> Any:
    seen = Customer.objects.visible_to(user).filter(pk=customer_id)
    kept = events_of(model).filter(customer__in=seen)
    # What a customer was made with is no change of it; a part that only moved in a merge neither.
    made = Q(pgh_label="insert", pgh_created_at__lte=F("customer__created_at"))
    kept = named_actors(kept.exclude(made)).annotate(said=said)
    if kind == "link":
        kept = kept.exclude(pgh_label="update", said__before=F("said__after"))
    label = F("pgh_label")
    return timeline_values(
        kept, kind, "pgh_created_at", title=Coalesce(name, Value("")), text="said", extra=label,
        who="who",
    )  # fmt: skip


def describe_part(row: dict[str, Any]) -> dict[str, Any]:
    """What one change of a tag or a link says."""
    title = TITLES[f"{row['source']} {row['extra']}"]
    said = json.loads(row["text"]) if row["text"] else {}
    before = _words(**said["before"]) if said else ""
    name = row["title"] or UNSEEN
    if row["extra"] == "update":
        before = f"{before or '–'} → {_words(**said['after']) or '–'}"
    body = f"{name} · {before}" if before else name
    return {"title": title, "body": body, "tone": "secondary"}
