"""A column that holds a record's name as it is compared (``crm.common.names``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from crm.common.names import LONGEST_KEY, name_key

if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField  # generic for the type checker only


class NameKeyField(TextField):
    """Filled from ``name`` whenever a record is saved, inserted in bulk or copied.

    Updates of many rows pass by it; the nightly search for duplicates puts that right.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": LONGEST_KEY, "default": "", "blank": True, "editable": False, **kwargs}
        )

    def pre_save(self, model_instance: Any, add: bool) -> str:
        key = name_key(model_instance.name)
        setattr(model_instance, self.attname, key)
        return key
