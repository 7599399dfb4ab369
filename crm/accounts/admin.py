from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Absence, Team, User
from crm.common.admin import TunedAdmin


@admin.register(Team)
class TeamAdmin(TunedAdmin):
    list_display = ["name", "name_en"]
    search_fields = ["name", "name_en"]


@admin.register(User)
class PersonAdmin(UserAdmin):
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


@admin.register(Absence)
class AbsenceAdmin(TunedAdmin):
    list_display = ["user", "starts_on", "ends_on", "reason"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    date_hierarchy = "starts_on"
