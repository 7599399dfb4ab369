from django.urls import path

from crm.records.views import resource_urls
from marketing import views
from marketing.resources import ACTIVITIES, CAMPAIGNS

app_name = "marketing"
urlpatterns = [
    *resource_urls(CAMPAIGNS, "campaigns/"),
    path("campaigns/<int:pk>/customers/", views.add_customers, name="campaign_add_customers"),
    *resource_urls(ACTIVITIES, "activities/"),
    path("activities/<int:pk>/result/<slug:result>/", views.set_result, name="activity_result"),
    path("spend/", views.spend, name="spend"),
    path("spend/table.csv", views.spend_csv, name="spend_csv"),
    path("segments/", views.segments, name="segments"),
]
