from django.urls import path

from crm.records.views import resource_urls
from sales.resources import DEALS, ORDERS, PRICE_LISTS, PRODUCTS, QUOTES, TARGETS
from sales.views import board, deals, forecasts, orders, prices, quotes, reports, targets

app_name = "sales"
urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/file/", reports.report_file, name="report_file"),
    path("board/", board.board, name="board"),
    path("board/set-up/", board.set_up_pipeline, name="set_up_pipeline"),
    path("board/usual-times/", board.measure_stays, name="measure_stays"),
    path("forecast/", forecasts.forecast_page, name="forecast"),
    path("forecast/months.csv", forecasts.forecast_csv, name="forecast_csv"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal_move"),
    path("leads/<int:pk>/convert/", deals.convert_lead, name="lead_convert"),
    path("needs/<int:pk>/convert/", deals.convert_need, name="need_convert"),
    path("orders/<int:pk>/refund/", orders.refund_order, name="order_refund"),
    path("prices/line/", prices.line_price, name="line_price"),
    path("deals/<int:pk>/quote/", quotes.from_deal, name="deal_quote"),
    path("quotes/<int:pk>/send/", quotes.send, name="quote_send"),
    path("quotes/<int:pk>/accept/", quotes.accept, name="quote_accept"),
    path("quotes/<int:pk>/decline/", quotes.decline, name="quote_decline"),
    path("quotes/<int:pk>/revise/", quotes.revise, name="quote_revise"),
    path("quotes/<int:pk>/order/", quotes.order, name="quote_order"),
    path("quotes/<int:pk>/print/", quotes.make_pdf, name="quote_pdf"),
    path("quotes/<int:pk>/document/", quotes.document, name="quote_document"),
    path("quotes/<int:pk>/pdf/", quotes.download, name="quote_file"),
    *resource_urls(DEALS, "deals/"),
    *resource_urls(ORDERS, "orders/", create=orders.LinesCreate, edit=orders.LinesEdit),
    *resource_urls(QUOTES, "quotes/", create=orders.LinesCreate, edit=orders.LinesEdit),
    *resource_urls(PRICE_LISTS, "price-lists/", create=orders.LinesCreate, edit=orders.LinesEdit),
    *resource_urls(PRODUCTS, "products/"),
    *resource_urls(TARGETS, "targets/", detail=targets.TargetDetail),
]
