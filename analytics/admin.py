from django.contrib import admin

from analytics.models import Run
from crm.common.admin import TunedAdmin


@admin.register(Run)
class RunAdmin(TunedAdmin):
    list_display = ["id", "method", "state", "team", "rows_used", "seconds", "created_at"]
    list_filter = ["method", "state"]
    list_select_related = ["team"]

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
