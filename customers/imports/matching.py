"""Which of the records that share a key with a row is the row's own.

An external id tells one record. An e-mail address may stand in several: the one of the same name
is meant. A telephone number is often the switchboard's: colleagues who share it stay apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import phonenumbers
from django.utils.translation import gettext_lazy as _

from crm.common.names import name_key
from customers.imports.mapped import MappedImporter
from customers.imports.merged import MERGED_REASONS, MergedRows
from customers.imports.pool import Pool

MATCH_REASONS = {
    "ambiguous_key": _("Several records have this; merge them, or give an external id."),
    "shared_email": _(
        "Some new records have an e-mail address that another one has too, under another external "
        "id. Merge those that are one: they will stand among the duplicates."
    ),
    **MERGED_REASONS,
}
_OF_ONE_PERSON = {
    phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
}  # fmt: skip


def found_by(
    importer: MappedImporter,
    pool: Pool,
    key: str,
    values: Mapping[str, Any],
    another: Callable[[Any, Mapping[str, Any]], bool],
) -> Any:
    """The record that a row means by one of its keys, or None.

    ``another`` says whether a record is surely not the row's. A number that the person chose as
    the key is trusted. RowRejectedError when several records may be meant; a row with an external
    id that nobody has is then a new one.
    """
    said = values.get(key, "")
    found = pool.find(key, said.lower() if key == "email" else said)
    found = [record for record in found if not another(record, values)]
    if key == "phone" and importer.setting.key != key:
        found = [record for record in found if _answers(record, values)]
    if len(found) < 2:
        return found[0] if found else None
    named = [record for record in found if _same_name(record, values)]
    if not named and not values.get("external_id"):
        raise importer.reject("ambiguous_key", key)
    return named[0] if named else None


def shares_email(pool: Pool, values: Mapping[str, Any]) -> bool:
    """Whether a row, which is to be a new record, has the address of another one."""
    said = values.get("email", "").lower()
    return bool(said and pool.find("email", said))


def was_merged(merged: MergedRows, pool: Pool, record: Any, values: Mapping[str, Any]) -> bool:
    """Whether a row is about a record that was merged into another, which keeps its values."""
    said = values.get("external_id", "")
    if said and merged.by_id(said):
        return not any(pool.may_see(one) for one in pool.find("external_id", said))
    return record is None and merged.by_mail(values.get("email", ""))


def _answers(record: Any, values: Mapping[str, Any]) -> bool:
    """Whether who has the same number is the one: a mobile, or the same name as well."""
    ours, theirs = record.email.lower(), values.get("email", "").lower()
    told_apart = bool(ours and theirs and ours != theirs)
    if _is_personal(values["phone"]):
        return not told_apart or _same_name(record, values)
    return not told_apart and _same_name(record, values)


def _same_name(record: Any, values: Mapping[str, Any]) -> bool:
    said = values.get("name", "")
    return not said or said == record.name or name_key(said) == name_key(record.name)


@lru_cache(maxsize=10_000)
def _is_personal(number: str) -> bool:
    return phonenumbers.number_type(phonenumbers.parse(number)) in _OF_ONE_PERSON
