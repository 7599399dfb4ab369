from django.urls import path

from crm.records.views import resource_urls
from sales.resources import DEALS, ORDERS, PRODUCTS, TARGETS
from sales.views import board, deals, orders, targets

app_name = "sales"
urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/set-up/", board.set_up_pipeline, name="set_up_pipeline"),
    path("board/usual-times/", board.measure_stays, name="measure_stays"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal_move"),
    path("leads/<int:pk>/convert/", deals.convert_lead, name="lead_convert"),
    path("needs/<int:pk>/convert/", deals.convert_need, name="need_convert"),
    path("orders/<int:pk>/refund/", orders.refund_order, name="order_refund"),
    *resource_urls(DEALS, "deals/"),
    *resource_urls(ORDERS, "orders/", create=orders.OrderCreate, edit=orders.OrderEdit),
    *resource_urls(PRODUCTS, "products/"),
    *resource_urls(TARGETS, "targets/", detail=targets.TargetDetail),
]
