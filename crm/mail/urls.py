from django.urls import path

from crm.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/files/<int:number>/", views.mail_file, name="file"),
    path("<int:pk>/again/", views.again, name="again"),
]
