from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.accounts.forms import PersonForm
from crm.accounts.models import Absence, Team, User
from crm.common.admin import TunedAdmin
from crm.common.registries import owned


@admin.register(Team)
class TeamAdmin(TunedAdmin):
    list_display = ["name", "name_en"]
    search_fields = ["name", "name_en"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    list_display = ["username", "full_name", "role", "team", "is_active", "last_login"]
    list_filter = ["role", "team", "is_active"]
    list_select_related = ["team"]
    search_fields = ["username", "full_name", "email"]
    show_full_result_count = False
    autocomplete_fields = ["team"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["full_name", "email", "role", "team", "is_active"]}),
        (_("Preferences"), {"fields": ["language", "theme", "time_zone"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "role", "team", "password1", "password2"]})
    ]
    readonly_fields = ["last_login", "date_joined"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"team", "is_active"} & set(form.changed_data):
            left = [found for one in owned if (found := one(obj))]
            if left:
                messages.warning(request, _left_behind(obj, left))


def _left_behind(person: User, left: list[tuple[str, str]]) -> str:
    """What stays with the old team, and how it is handed over."""
    links = format_html_join(", ", '<a href="{}">{}</a>', ((url, words) for words, url in left))
    text = gettext(
        "{name} owns {links}. They stay in their team: choose “Change owner” in the list to give "
        "them to others there, or to {name} again so that they move along. Open deals and "
        "follow-ups go with them."
    )
    return format_html(text, name=person.display_name, links=links)


@admin.register(Absence)
class AbsenceAdmin(TunedAdmin):
    list_display = ["user", "starts_on", "ends_on", "reason"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    date_hierarchy = "starts_on"
