"""What a manager may choose before a method runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from analytics.models import Run


class OptionsForm(forms.Form):
    """Options of a run; ``run`` is the newest result, which knows what can be asked for."""

    def __init__(self, *args: Any, run: Run | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")

    def params(self) -> dict[str, Any]:
        """The chosen values as a run stores them; empty fields are left out."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return {k: float(v) if isinstance(v, Decimal) else v for k, v in chosen.items()}
