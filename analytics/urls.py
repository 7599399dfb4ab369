from django.urls import path

from analytics import views
from analytics.datasets import views as datasets
from analytics.warehouse import views as warehouse

app_name = "analytics"
urlpatterns = [
    path("", views.overview, name="dashboard"),
    path("cards/<slug:key>.csv", views.card_csv, name="card_csv"),
    path("runs/<int:pk>/", views.run_detail, name="run_detail"),
    path("runs/<int:pk>/<slug:key>.csv", views.run_csv, name="run_csv"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/<int:pk>/", datasets.dataset, name="dataset"),
    path("datasets/<int:pk>/steps/", datasets.add_step, name="dataset_step"),
    path(
        "datasets/<int:pk>/steps/<int:position>/remove/",
        datasets.remove_step,
        name="dataset_step_remove",
    ),
    path("datasets/<int:pk>/ask/<slug:method>/", datasets.ask, name="dataset_ask"),
    path("datasets/<int:pk>/trash/", datasets.trash, name="dataset_trash"),
    path("datasets/<int:pk>/restore/", datasets.restore, name="dataset_restore"),
    path("datasets/analyses/<int:pk>/", datasets.analysis, name="analysis"),
    path("datasets/analyses/<int:pk>/answer.json", datasets.analysis_file, name="analysis_file"),
    path("warehouse/", warehouse.overview, name="warehouse"),
    path("warehouse/start/", warehouse.start, name="warehouse_start"),
    path("warehouse/<str:day>/<slug:table>.parquet", warehouse.download, name="warehouse_file"),
    path("<slug:name>/", views.method, name="method"),
    path("<slug:name>/start/", views.start, name="start"),
]
