"""Every address of the product; see DESIGN for those that other programs rely on."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("crm.home.urls")),
    path("account/", include("crm.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("customers/", include("customers.urls")),
    path("communications/", include("communications.urls")),
    path("lists/", include("crm.records.urls")),
    path("jobs/", include("crm.jobs.urls")),
    path("mail/", include("crm.mail.urls")),
    path("analytics/", include("analytics.urls")),
    path("sales/", include("sales.urls")),
    path("service/", include("service.urls")),
    path("marketing/", include("marketing.urls")),
    path("", include("crm.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "crm.common.errors.bad_request"
handler403 = "crm.common.errors.forbidden"
handler404 = "crm.common.errors.not_found"
handler500 = "crm.common.errors.server_error"
