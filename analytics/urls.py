from django.urls import path

from analytics import views
from analytics.warehouse import views as warehouse

app_name = "analytics"
urlpatterns = [
    path("", views.overview, name="dashboard"),
    path("cards/<slug:key>.csv", views.card_csv, name="card_csv"),
    path("runs/<int:pk>/", views.run_detail, name="run_detail"),
    path("runs/<int:pk>/<slug:key>.csv", views.run_csv, name="run_csv"),
    path("warehouse/", warehouse.overview, name="warehouse"),
    path("warehouse/start/", warehouse.start, name="warehouse_start"),
    path("warehouse/<str:day>/<slug:table>.parquet", warehouse.download, name="warehouse_file"),
    path("<slug:name>/", views.method, name="method"),
    path("<slug:name>/start/", views.start, name="start"),
]
