from django.urls import path

from crm.common.views import resource_urls
from customers import views
from customers.resources import CONTACTS, CUSTOMERS, NEEDS

app_name = "customers"
urlpatterns = [
    *resource_urls(CONTACTS, "contacts/"),
    *resource_urls(NEEDS, "needs/"),
    *resource_urls(CUSTOMERS),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("<int:pk>/take/", views.take, name="take"),
]
