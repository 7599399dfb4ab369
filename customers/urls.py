from django.urls import path

from crm.records.views import resource_urls
from customers import import_views, views
from customers.resources import CONTACTS, CUSTOMERS, NEEDS

app_name = "customers"
urlpatterns = [
    *resource_urls(CONTACTS, "contacts/"),
    *resource_urls(NEEDS, "needs/"),
    *resource_urls(CUSTOMERS),
    path("import/", import_views.import_list, name="import"),
    path("import/<int:pk>/", import_views.import_detail, name="import_detail"),
    path("import/<int:pk>/rejects/", import_views.import_rejects, name="import_rejects"),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("<int:pk>/take/", views.take, name="take"),
]
