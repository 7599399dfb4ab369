"""Changes of a customer's own values on its timeline, from the rows that the triggers kept."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common.changes import value_text
from crm.common.registries import custom_texts
from customers.models import Customer
from customers.part_history import named_actors
from customers.timeline import timeline_values

_MODEL = "customers.customer"
# Only names of our own stand in these texts, nothing of a request.
_VALUE = """CASE side.key
  WHEN 'owner_id' THEN (
    SELECT to_jsonb(coalesce(nullif(u.full_name, ''), u.username)) FROM accounts_user AS u
    WHERE u.id = (side.value #>> '{}')::bigint)
  WHEN 'team_id' THEN (
    SELECT to_jsonb(t.name) FROM accounts_team AS t WHERE t.id = (side.value #>> '{}')::bigint)
  ELSE side.value END"""
# {"column": [before, after]} of one kept row against the next one, or the customer as it is now;
# people and teams by name.
_DIFFERENCES = """(
SELECT jsonb_object_agg(was.key, jsonb_build_array(WAS, NOW))::text
FROM jsonb_each(to_jsonb(customers_customerevent)) AS was
JOIN jsonb_each(coalesce(
    (SELECT to_jsonb(later) FROM customers_customerevent AS later
     WHERE later.pgh_obj_id = customers_customerevent.pgh_obj_id
       AND later.pgh_id > customers_customerevent.pgh_id ORDER BY later.pgh_id LIMIT 1),
    (SELECT to_jsonb(live) FROM customers_customer AS live
     WHERE live.id = customers_customerevent.pgh_obj_id))) AS now ON now.key = was.key
WHERE was.value IS DISTINCT FROM now.value
  AND was.key NOT LIKE 'pgh%%' AND was.key <> 'trashed_by_id')"""
_DIFFERENCES = _DIFFERENCES.replace("WAS", _VALUE.replace("side.", "was.")).replace(
    "NOW", _VALUE.replace("side.", "now.")
)


def changes_rows(user: Any, customer_id: int) -> Any:
    """The changes of a customer that the reader sees, for the timeline's UNION."""
    events: Any = Customer._meta.get_field("events").related_model
    seen = Customer.objects.visible_to(user).filter(pk=customer_id)
    kept = events._default_manager.filter(pgh_obj__in=seen, pgh_label="update")
    differences = RawSQL(_DIFFERENCES, (), output_field=CharField())  # noqa: S611  # a constant
    kept = named_actors(kept).annotate(differences=differences).filter(differences__isnull=False)
    return timeline_values(kept, "change", "pgh_created_at", text="differences", who="who")


def describe_change(row: dict[str, Any]) -> dict[str, Any]:
    """What one change says: the value's name, from what to what."""
    lines = list(_lines(json.loads(row["text"])))
    if len(lines) == 1 and (moved := _trash(json.loads(row["text"]))):
        title, body = moved, ""
    elif len(lines) == 1:
        label, change = lines[0]
        title, body = _("%(field)s changed") % {"field": label}, change
    else:
        said = ngettext("%(n)d value changed", "%(n)d values changed", len(lines))
        title = said % {"n": len(lines)}
        body = "\n".join(_("%(field)s: %(change)s") % {"field": f, "change": c} for f, c in lines)
    return {"title": title, "body": body, "tone": "secondary"}


def _trash(differences: dict[str, Any]) -> str:
    """Said when a change was nothing but a way into the trash or out of it."""
    if "trashed_at" not in differences:
        return ""
    after = differences["trashed_at"][1]
    return _("Put into the trash") if after else _("Taken out of the trash")


def _lines(differences: dict[str, Any]) -> Any:
    fields = {field.attname: field for field in Customer._meta.fields}
    for name, (before, after) in sorted(differences.items()):
        if name == "custom":
            yield from _added(before or {}, after or {})
        elif name in fields:
            field = fields[name]
            was, now = value_text(field, before), value_text(field, after)
            yield capfirst(str(field.verbose_name)), f"{was} → {now}"


def _added(before: dict[str, Any], after: dict[str, Any]) -> Any:
    texts = custom_texts(_MODEL)
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            label, text = texts.get(key, (key, str))
            yield label, f"{text(before.get(key)) or '–'} → {text(after.get(key)) or '–'}"
