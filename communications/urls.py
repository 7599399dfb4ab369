from django.urls import path

from communications import quick, views
from communications.resources import COMMUNICATIONS, FOLLOW_UPS
from crm.records.views import resource_urls

app_name = "communications"
urlpatterns = [
    *resource_urls(FOLLOW_UPS, "follow-ups/"),
    path("follow-ups/<int:pk>/done/", views.follow_up_done, name="follow_up_done"),
    path("follow-ups/<int:pk>/undo/", views.follow_up_undo_done, name="follow_up_undo_done"),
    path("follow-ups/<int:pk>/snooze/", views.follow_up_snooze, name="follow_up_snooze"),
    path("follow-ups/<int:pk>/due/<int:stamp>/", views.follow_up_due, name="follow_up_due"),
    path("<int:pk>/need/", views.make_need, name="make_need"),
    path("quick/<int:customer_pk>/", quick.quick, name="quick"),
    path("quick/<int:customer_pk>/more/", quick.more, name="quick_more"),
    *resource_urls(COMMUNICATIONS),
]
