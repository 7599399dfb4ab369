from typing import Any

from django.urls import URLPattern, path

from crm.records.views import resource_urls
from customers import contact_views, import_views, views
from customers.duplicates import kinds
from customers.duplicates import views as duplicates
from customers.privacy import views as privacy
from customers.quality import views as quality
from customers.resources import CONTACTS, CUSTOMERS, NEEDS


def _doubles(of: kinds.Doubles, base: str) -> list[URLPattern]:
    """The addresses about records of one kind that were entered twice."""
    pages: list[tuple[str, Any, str]] = [
        ("duplicates/", duplicates.duplicates, "duplicates"),
        ("duplicates/<int:pk>/dismiss/", duplicates.dismiss, "duplicate_dismiss"),
        ("duplicates/<int:pk>/reopen/", duplicates.reopen, "duplicate_reopen"),
        ("merges/<int:pk>/undo/", duplicates.undo, "merge_undo"),
        ("<int:pk>/merge/", duplicates.merge, "merge"),
    ]
    return [
        path(base + route, view, {"doubles": of}, name=of.prefix + name)
        for route, view, name in pages
    ]


app_name = "customers"
urlpatterns = [
    *resource_urls(CONTACTS, "contacts/", detail=duplicates.ContactDetail),
    *resource_urls(NEEDS, "needs/"),
    *resource_urls(CUSTOMERS, detail=duplicates.CustomerDetail),
    path("import/", import_views.import_list, name="import"),
    path("import/<int:pk>/", import_views.import_detail, name="import_detail"),
    path("import/<int:pk>/columns/", import_views.import_columns, name="import_columns"),
    path("import/<int:pk>/reading/", import_views.import_reading, name="import_reading"),
    path("import/<int:pk>/preview/", import_views.import_preview, name="import_preview"),
    path("import/<int:pk>/dry-run/", import_views.import_try, name="import_try"),
    path(
        "import/<int:pk>/dry-run/rejects/",
        import_views.import_trial_rejects,
        name="import_trial_rejects",
    ),
    path("import/<int:pk>/start/", import_views.import_begin, name="import_begin"),
    path("import/<int:pk>/discard/", import_views.import_discard, name="import_discard"),
    path("import/<int:pk>/undo/", import_views.import_undo, name="import_undo"),
    path("import/<int:pk>/rejects/", import_views.import_rejects, name="import_rejects"),
    path("quality/", quality.quality, name="quality"),
    path("privacy/", privacy.request_list, name="privacy_list"),
    path("privacy/new/", privacy.request_create, name="privacy_create"),
    path("privacy/<int:pk>/", privacy.request_detail, name="privacy_detail"),
    path("privacy/<int:pk>/approve/", privacy.approve, name="privacy_approve"),
    path("privacy/<int:pk>/decline/", privacy.decline, name="privacy_decline"),
    path("privacy/<int:pk>/withdraw/", privacy.withdraw, name="privacy_withdraw"),
    path("privacy/<int:pk>/run/", privacy.run, name="privacy_run"),
    path("privacy/<int:pk>/file/", privacy.download, name="privacy_file"),
    *_doubles(kinds.CUSTOMERS, ""),
    *_doubles(kinds.CONTACTS, "contacts/"),
    path("duplicates/find/", duplicates.find, name="duplicates_find"),
    path("duplicates/similar/", duplicates.similar, name="similar"),
    path("contacts/duplicates/similar/", duplicates.similar_contacts, name="contact_similar"),
    path("contacts/<int:pk>/customers/", contact_views.employer, name="employer"),
    path("<int:pk>/contacts/", contact_views.contacts, name="contacts"),
    path("<int:pk>/contacts/<int:contact_pk>/", contact_views.affiliation, name="affiliation"),
    path("<int:pk>/contacts/<int:contact_pk>/unlink/", contact_views.unlink, name="unlink"),
    path(
        "<int:pk>/contacts/<int:contact_pk>/relink/<str:token>/",
        contact_views.relink,
        name="relink",
    ),
    path("<int:pk>/tab/<slug:key>/", views.tab, name="tab"),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("<int:pk>/take/", views.take, name="take"),
]
