"""The forms of the import pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from customers.imports.encoding import CODECS
from customers.imports.guessing import SEVERAL
from customers.imports.layout import CARDS, CSV, WORKBOOK, Layout, Wish
from customers.imports.mapped import MappedImporter, key_choices
from customers.imports.registry import Importer, importers, kinds_for
from customers.imports.targets import KEEP, Target
from customers.models import ImportBatch, Tag

COLUMN = "column_"
ANSWER = "answer_"
DELIMITER_NAMES = [(",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", "|")]


class _DressedForm(forms.Form):
    """A form in the look of ours; ``prefix_id`` makes its ids unlike those of others."""

    prefix_id = "import"

    def dress(self) -> None:
        for name, field in self.fields.items():
            widget = field.widget
            css = "form-control"
            if isinstance(widget, forms.CheckboxInput):
                css = "form-check-input"
            elif isinstance(widget, forms.Select | forms.SelectMultiple):
                css = "form-select"
            widget.attrs.setdefault("class", css)
            widget.attrs.setdefault("id", f"{self.prefix_id}-{name}")


class ImportForm(_DressedForm):
    """A file, what it holds, and to whom its records go."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.vcf,.vcard"}),
    )
    kind = forms.ChoiceField(label=_("What the file holds"), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False,
        empty_label=_("No team: administrators only"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_for(user)
        choices: list[tuple[str, Any]] = [(kind.kind, kind.label) for kind in kinds]
        choices.insert(0, ("", _("Recognise by the columns")))
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if user.is_admin:
            self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["team"]
        self.dress()

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            limit = settings.IMPORT_MAX_BYTES // (1024 * 1024)
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return upload


class ReadingForm(_DressedForm):
    """How the file is written, where what was found out is not right."""

    prefix_id = "reading"

    kind = forms.ChoiceField(label=_("What the file holds"))
    encoding = forms.ChoiceField(label=_("Encoding"), choices=[(name, name) for name in CODECS])
    delimiter = forms.ChoiceField(label=_("Columns are divided by"), choices=DELIMITER_NAMES)
    sheet = forms.ChoiceField(label=_("Sheet"))
    header_line = forms.IntegerField(
        label=_("Line with the names of the columns"), min_value=0, max_value=1000,
        help_text=_("0: there is none, the first line is data."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, layout: Layout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.kind, kind.label) for kind in kinds_for(user)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["sheet"].choices = [(name, name) for name in layout.sheets]  # type: ignore[attr-defined]  # a ChoiceField
        asked = {
            CSV: {"kind", "encoding", "delimiter", "header_line"},
            WORKBOOK: {"kind", "sheet", "header_line"},
            CARDS: {"kind", "encoding"},
        }[layout.format]
        for name in set(self.fields) - asked:
            del self.fields[name]
        self.layout = layout
        for name in asked - {"kind"}:
            self.fields[name].initial = getattr(layout, name)
        self.dress()

    def wish(self) -> Wish:
        """What was said; the header's line only when it was changed or the sheet was not."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "kind"}
        if said.get("sheet", self.layout.sheet) != self.layout.sheet:
            said.pop("header_line", None)
        return Wish(**said)


class ColumnsForm(_DressedForm):
    """Where each column goes, and how rows are taken in."""

    prefix_id = "columns"

    key = forms.ChoiceField(label=_("Known records are found by"), required=False)
    overwrites = forms.BooleanField(label=_("Blank cells empty their fields"), required=False)
    lenient = forms.BooleanField(
        label=_("Leave out cells that cannot be read, not their rows"), required=False,
        help_text=_("Such as “ask reception” for a phone number. A download tells what was left."),
    )  # fmt: skip
    adds_customers = forms.BooleanField(
        label=_("Create customers that are not there yet"), required=False
    )
    month_first = forms.TypedChoiceField(
        label=_("Dates such as 3/4/2026"), required=False, coerce=lambda said: said == "1",
        choices=[("0", _("3 April (day first)")), ("1", _("March 4 (month first)"))],
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Owner of new records"), queryset=User.objects.none(), required=False,
        empty_label=_("Nobody yet"),
    )  # fmt: skip
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags for all customers of the file"), queryset=Tag.objects.all(), required=False,
        widget=forms.SelectMultiple(attrs={"data-enhance": ""}),
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Currency of amounts"), required=False, max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", _("Three letters, such as CNY or GBP."))],
        widget=forms.TextInput(attrs={"maxlength": "3"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, user: Any, batch: ImportBatch, titles: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = importers[batch.kind]
        self.titles = titles
        self.targets: list[Target] = []
        if issubclass(self.kind, MappedImporter):
            self.targets = self.kind.offered(user)
            self._add_columns(batch.options.get("mapping", {}))
        self._drop(user)
        self._ask(batch.options.get("answers", {}))
        for name in ("key", "overwrites", "lenient", "adds_customers", "owner", "tags", "currency"):
            if name in self.fields and name in batch.options:
                self.fields[name].initial = batch.options[name]
        if "month_first" in self.fields:
            self.fields["month_first"].initial = str(int(batch.options.get("month_first", False)))
        if "adds_customers" in self.fields and "adds_customers" not in batch.options:
            self.fields["adds_customers"].initial = True
        self.dress()

    def _add_columns(self, mapping: dict[str, str]) -> None:
        choices = _grouped(self.targets)
        for place, title in enumerate(self.titles):
            self.fields[f"{COLUMN}{place}"] = forms.ChoiceField(
                label=title, choices=choices, required=False, initial=mapping.get(str(place), "")
            )

    def _ask(self, answers: dict[str, Any]) -> None:
        for ask in getattr(self.kind, "asks", ()):
            told = {"label": ask.label, "help_text": ask.hint, "required": False,
                    "initial": answers.get(ask.name)}  # fmt: skip
            self.fields[f"{ANSWER}{ask.name}"] = (
                forms.ChoiceField(choices=ask.choices, **told)
                if ask.choices
                else forms.BooleanField(**told)
            )

    def _drop(self, user: Any) -> None:
        kind: type[Importer] = self.kind
        unused = set()
        if issubclass(kind, MappedImporter):
            self.fields["key"].choices = key_choices(*kind.keys)  # type: ignore[attr-defined]  # a ChoiceField
            if not kind.keys:
                unused.add("key")
            if all(target.empty is KEEP for target in self.targets):
                unused.add("overwrites")
            if not kind.takes_tags or not Tag.objects.exists():
                unused.add("tags")
            if not kind.may_add_customers:
                unused.add("adds_customers")
            if not any(target.needs_order for target in self.targets):
                unused.add("month_first")
            self.fields["owner"].queryset = _owners(user)  # type: ignore[attr-defined]  # a ModelChoiceField
            if user.is_rep:
                unused.add("owner")
        else:
            unused |= set(self.fields) - {"currency"}
        default = kind.default_currency or settings.BASE_CURRENCY
        self.fields["currency"].widget.attrs["placeholder"] = default
        if not kind.uses_currency:
            unused.add("currency")
        for name in unused:
            del self.fields[name]

    def columns(self) -> list[Any]:
        """The bound field of each column."""
        return [self[name] for name in self.fields if name.startswith(COLUMN)]

    def options_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if not name.startswith(COLUMN)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        labels = {target.key: target.label for target in self.targets}
        mapped = self.mapping()
        for key, times in Counter(mapped.values()).items():
            if times > 1 and key not in SEVERAL:
                last = max(place for place, chosen in mapped.items() if chosen == key)
                self.add_error(
                    f"{COLUMN}{last}",
                    _("Another column already goes to “%(field)s”.") % {"field": labels[key]},
                )
        return cleaned

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def mapping(self) -> dict[int, str]:
        """Place of a column → key of its target."""
        return {
            int(name.removeprefix(COLUMN)): key
            for name, key in self.cleaned_data.items()
            if name.startswith(COLUMN) and key
        }

    def options(self) -> dict[str, Any]:
        said = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith(COLUMN)
        }
        answers = {name: said.pop(name) for name in list(said) if name.startswith(ANSWER)}
        return {**said, "answers": {n.removeprefix(ANSWER): v for n, v in answers.items()}}


def _owners(user: Any) -> Any:
    people = User.objects.filter(is_active=True).order_by("full_name", "username")
    return people if user.is_admin else people.filter(team=user.team_id)


def _grouped(targets: Iterable[Target]) -> list[Any]:
    """Choices of a column: nothing, then the fields by group."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for target in targets:
        groups.setdefault(str(target.group), []).append((target.key, target.label))
    choices: list[Any] = [("", pgettext_lazy("column of a file", "Do not import"))]
    for group, members in groups.items():
        choices += [(group, members)] if group else members
    return choices
