from django.urls import path

from crm.records.views import resource_urls
from sales import views
from sales.resources import DEALS, ORDERS, PRODUCTS, TARGETS

app_name = "sales"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/set-up/", views.set_up_pipeline, name="set_up_pipeline"),
    path("deals/<int:pk>/move/", views.DealMove.as_view(), name="deal_move"),
    path("needs/<int:pk>/convert/", views.convert_need, name="need_convert"),
    path("orders/<int:pk>/refund/", views.refund_order, name="order_refund"),
    *resource_urls(DEALS, "deals/", list=views.DealList),
    *resource_urls(ORDERS, "orders/", create=views.OrderCreate, edit=views.OrderEdit),
    *resource_urls(PRODUCTS, "products/"),
    *resource_urls(TARGETS, "targets/", list=views.TargetList, detail=views.TargetDetail),
]
