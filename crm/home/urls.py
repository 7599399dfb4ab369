from django.urls import path

from crm.home import views

app_name = "home"
urlpatterns = [
    path("", views.my_day, name="my_day"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
