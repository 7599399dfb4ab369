from django.urls import path

from crm.records.views import resource_urls
from service import views
from service.resources import REQUESTS

app_name = "service"
urlpatterns = [
    *resource_urls(REQUESTS, "requests/"),
    path("", views.desk, name="desk"),
    path("desk/<slug:key>.csv", views.desk_csv, name="desk_csv"),
    path("queue/", views.queue, name="queue"),
    path("requests/<int:pk>/status/<slug:status>/", views.set_status, name="request_status"),
    path("requests/<int:pk>/take/", views.take, name="request_take"),
    path("requests/<int:pk>/assign/", views.assign, name="request_assign"),
    path("requests/<int:pk>/reply/", views.reply, name="request_reply"),
    path("requests/<int:pk>/undo/<str:token>/", views.undo, name="request_undo"),
]
