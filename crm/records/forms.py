"""Forms of records: the project's look, the version check, bounded choices."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zlib import crc32

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.common import formats
from crm.common.models import new_submission
from crm.common.phones import more_digits, normalise_phone
from crm.common.years import LAST, check_known
from crm.records.custom import PREFIX, added_fields, split_values


class LocalDateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__({"max": f"{LAST}-12-31T23:59", **(attrs or {})}, **kwargs)

    def format_value(self, value: Any) -> str | None:
        if hasattr(value, "strftime"):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return str(local.strftime("%Y-%m-%dT%H:%M"))
        return super().format_value(value)


class MomentField(forms.DateTimeField):
    """A time in the person's zone; a change of the clocks leaves one out or makes it come twice."""

    widget = LocalDateTimeInput

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            raise ValidationError(_clock_change(error.params["datetime"])) from None


def _clock_change(local: datetime) -> str:
    """Why a time without a zone names no single moment (PEP 495 tells a gap by its offsets)."""
    zone = timezone.get_current_timezone()
    before, after = (local.replace(fold=fold, tzinfo=zone).utcoffset() for fold in (0, 1))
    missing = before is not None and after is not None and before < after
    said = (
        _("%(time)s is left out in your time zone (%(zone)s): the clocks are put forward over it. "
          "Give an earlier or a later time.")
        if missing else
        _("%(time)s comes twice in your time zone (%(zone)s): the clocks are put back over it. "
          "Give an earlier or a later time.")
    )  # fmt: skip
    time = f"{formats.day(local.date())} {local:%H:%M}"
    return said % {"time": time, "zone": timezone.get_current_timezone_name()}


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        attrs = {"max": f"{LAST}-12-31", **(attrs or {})}  # so that a year has four digits
        super().__init__(attrs, format="%Y-%m-%d", **kwargs)


class RecordForm(forms.ModelForm):
    """A record's form. ``user`` bounds what its choices offer.

    ``expected_version`` is the version that the person saw and ``shown`` its values' checksums;
    ``submission`` makes a form that is sent twice one record.
    """

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    default_error = _("Please correct the fields below. Nothing you typed is lost.")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["expected_version"].initial = self.instance.version
            del self.fields["submission"]
        else:
            self.fields["submission"].initial = new_submission()
            del self.fields["shown"]
        self._add_custom_fields()
        if self.instance.pk:
            sums = [_checksum(name, value) for name, value in self.initial.items()]
            self.fields["shown"].initial = " ".join(sums)
        for field in self.fields.values():
            _dress(field)
            if isinstance(field, forms.DateField | forms.DateTimeField):
                field.validators.append(check_known)
        self.bound_choices()

    def _add_custom_fields(self) -> None:
        for added in added_fields(self._meta.model._meta.label_lower):
            self.fields[added.name] = added.form_field()
            self.initial.setdefault(added.name, self.instance.custom.get(added.key, ""))

    def bound_choices(self) -> None:
        """Limit each related field to what the user may see; subclasses narrow further."""
        for field in self.fields.values():
            queryset = getattr(field, "queryset", None)
            if queryset is not None and hasattr(queryset, "visible_to"):
                field.queryset = queryset.visible_to(self.user)  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        number = normalise_phone(typed, settings.DEFAULT_PHONE_REGION)
        if more_digits(typed, number):
            raise forms.ValidationError(
                _("“%(text)s” holds an extension or a second number. One number fits here: write"
                  " the rest into the note."),
                params={"text": typed},
            )  # fmt: skip
        return number

    def changes(self) -> dict[str, Any]:
        """The cleaned values of the record's own fields, ready for a service."""
        own = set(self._meta.fields or ())
        changes = {name: value for name, value in self.cleaned_data.items() if name in own}
        if any(name.startswith(PREFIX) for name in self.fields):
            kind = self._meta.model._meta.label_lower
            changes["custom"] = split_values(kind, self.cleaned_data, self.instance.custom)
        return changes

    def compared(self) -> list[str]:
        """The fields that two editors may have given different values."""
        added = [name for name in self.fields if name.startswith(PREFIX)]
        return [name for name in [*self.changes(), *added] if name in self.fields]

    def left_alone(self, name: str) -> bool:
        """Whether the person sent a value as the form had shown it to them."""
        shown = self.cleaned_data.get("shown") or ""
        return _checksum(name, self.cleaned_data.get(name)) in shown.split()


def comparable(value: Any) -> Any:
    """A value as comparable text: records by id, lists of records by their ids."""
    if hasattr(value, "all"):
        value = list(value.all())
    if isinstance(value, list | tuple) or (
        hasattr(value, "__iter__") and not isinstance(value, str)
    ):
        return sorted(str(comparable(item)) for item in value)
    return str(getattr(value, "pk", value) if value is not None else "")


def _checksum(name: str, value: Any) -> str:
    return f"{name}:{crc32(str(comparable(value)).encode()):x}"


def _dress(field: forms.Field) -> None:
    """Give each widget the class of the look."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, forms.Select | forms.SelectMultiple):
        css = "form-select"
        if getattr(field, "empty_label", None) == "---------":  # Django's
            field.empty_label = "–"  # type: ignore[attr-defined]  # a ModelChoiceField
    elif isinstance(widget, forms.HiddenInput):
        return
    else:
        css = "form-control"
    widget.attrs.setdefault("class", css)


class RemoteSelect(forms.Select):
    """A select whose choices come by type-ahead; only the chosen one is rendered."""

    def __init__(self, url: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs["data-remote"] = format_lazy("{}?q=", url)

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        chosen = [v for v in value if v]
        choices: Any = self.choices  # a ModelChoiceIterator
        queryset = choices.queryset
        found = queryset.filter(pk__in=[v for v in chosen if v.isdecimal()]) if chosen else []
        options = [
            self.create_option(name, item.pk, str(item), True, index)
            for index, item in enumerate(found)
        ]
        if not self.is_required:
            options.insert(0, self.create_option(name, "", "", not options, 0))
        return [(None, options, 0)]


class RemoteSelectMultiple(forms.SelectMultiple):
    """As ``RemoteSelect``, for any number of records."""

    def __init__(self, url: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs["data-remote"] = format_lazy("{}?q=", url)

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        choices: Any = self.choices  # a ModelChoiceIterator
        chosen = [v for v in value if str(v).isdecimal()]
        found = choices.queryset.filter(pk__in=chosen) if chosen else []
        options = [
            self.create_option(name, item.pk, str(item), True, index)
            for index, item in enumerate(found)
        ]
        return [(None, options, 0)]


def problems(form: Any) -> str:
    """What is wrong with a form that nobody sees, each with its field's label."""
    return formats.listed(
        formats.labelled(form.fields[name].label, error) if name in form.fields else error
        for name, errors in form.errors.items() for error in errors
    )  # fmt: skip
