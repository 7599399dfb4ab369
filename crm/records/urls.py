from django.urls import path

from crm.records.views import files, saved

app_name = "records"
urlpatterns = [
    path("views/", saved.view_list, name="view_list"),
    path("views/counts/", saved.view_counts, name="view_counts"),
    path("views/new/", saved.view_create, name="view_create"),
    path("views/<int:pk>/edit/", saved.view_edit, name="view_edit"),
    path("views/<int:pk>/replace/", saved.view_replace, name="view_replace"),
    path("views/<int:pk>/delete/", saved.view_delete, name="view_delete"),
    path("views/<int:pk>/pin/", saved.view_pin, name="view_pin"),
    path("changes/<int:pk>/", saved.bulk_detail, name="bulk_detail"),
    path("changes/<int:pk>/undo/", saved.bulk_undo, name="bulk_undo"),
    path("files/of/<int:pk>/<str:kind>/", files.files, name="files"),
    path("files/<int:pk>/", files.download, name="file"),
    path("files/<int:pk>/trash/", files.trash, name="file_trash"),
    path("files/<int:pk>/restore/", files.restore, name="file_restore"),
    path("exports/<int:pk>/", saved.export_detail, name="export_detail"),
    path("exports/<int:pk>/file/", saved.export_file, name="export_file"),
]
