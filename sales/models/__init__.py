"""What we sell, the deals on the way, the orders that came of them, and the plan."""

from sales.models.catalogue import Channel, ExchangeRate, Product
from sales.models.deals import Deal, DealSum, Pipeline, Stage, StageChange
from sales.models.forecasts import ForecastSnapshot
from sales.models.funnels import FunnelOutcome, FunnelStay
from sales.models.orders import Order, OrderLine
from sales.models.prices import PriceItem, PriceList, PriceListCustomer
from sales.models.quotes import Quote, QuoteLine
from sales.models.reports import ReportDelivery, ReportRecipient, ReportSchedule, SavedReport
from sales.models.sums import SalesDay
from sales.models.targets import Target

__all__ = [
    "Channel",
    "Deal",
    "DealSum",
    "ExchangeRate",
    "ForecastSnapshot",
    "FunnelOutcome",
    "FunnelStay",
    "Order",
    "OrderLine",
    "Pipeline",
    "PriceItem",
    "PriceList",
    "PriceListCustomer",
    "Product",
    "Quote",
    "QuoteLine",
    "ReportDelivery",
    "ReportRecipient",
    "ReportSchedule",
    "SalesDay",
    "SavedReport",
    "Stage",
    "StageChange",
    "Target",
]
