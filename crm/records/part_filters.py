"""Filters that figures lead to: hidden in a list's bar, shown as chips, taken away there.

``none`` asks for records without a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team

NONE = "none"
NOTHING: Any = pgettext_lazy("group without a value", "Not given")


def hidden(shown: Any) -> Any:
    """The filter without a place in the bar."""
    shown.extra["widget"] = forms.HiddenInput
    return shown


class PartTextFilter(django_filters.CharFilter):
    """A text as it is."""

    def __init__(self, field_name: str, label: Any) -> None:
        super().__init__(
            field_name=field_name, label=label, widget=forms.HiddenInput, max_length=200
        )

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        if value == NONE:
            missing = Q(**{self.field_name: ""}) | Q(**{f"{self.field_name}__isnull": True})
            return queryset.filter(missing)
        return queryset.filter(**{self.field_name: value})


class PartChoiceFilter(django_filters.ChoiceFilter):
    def __init__(self, field_name: str, label: Any, choices: Any) -> None:
        super().__init__(
            field_name=field_name, label=label, choices=[*choices, (NONE, NOTHING)],
            widget=forms.HiddenInput,
        )  # fmt: skip

    def filter(self, queryset: Any, value: str) -> Any:
        if not value:
            return queryset
        return queryset.filter(**{self.field_name: "" if value == NONE else value})


class OwnedByFilter(django_filters.ModelChoiceFilter):
    """Whoever owns, or owned until leaving, a record that the reader sees."""

    def __init__(self, models: Callable[[], list[Any]], **kwargs: Any) -> None:
        def owners(request: Any) -> Any:
            users = get_user_model()._default_manager
            if request is None:
                return users.none()
            if request.user.is_admin:
                return users.all()
            found = Q(pk__in=[])
            for model in models():
                found |= Q(pk__in=model.objects.visible_to(request.user).values("owner"))
            return users.filter(found)

        super().__init__(
            field_name="owner", label=_("Owner"), queryset=owners, widget=forms.HiddenInput,
            null_label=NOTHING, null_value=NONE, **kwargs,
        )  # fmt: skip


class TeamFilter(django_filters.ModelChoiceFilter):
    """One's own team; any for administrators, and where ``any_team`` for everybody."""

    def __init__(self, *, any_team: bool = False, **kwargs: Any) -> None:
        def teams(request: Any) -> Any:
            if request is None:
                return Team.objects.none()
            if any_team or request.user.is_admin:
                return Team.objects.all()
            return Team.objects.filter(pk=request.user.team_id)

        super().__init__(
            label=_("Team"), queryset=teams, widget=forms.HiddenInput, null_label=NOTHING,
            null_value=NONE, **kwargs,
        )  # fmt: skip
