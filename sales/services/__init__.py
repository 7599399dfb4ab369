"""Every write about products, deals, orders and targets."""

from sales.services.deals import (
    deal_create,
    deal_move,
    deal_restore,
    deal_trash,
    deal_update,
    need_convert,
    pipeline_set_up,
)
from sales.services.handover import follow_customer
from sales.services.leads import lead_convert
from sales.services.norms import stage_norms_refresh, stage_norms_request
from sales.services.orders import (
    LineItem,
    order_create,
    order_refund,
    order_restore,
    order_trash,
    order_update,
)
from sales.services.prices import (
    PriceLine,
    price_list_create,
    price_list_restore,
    price_list_trash,
    price_list_update,
)
from sales.services.products import (
    product_create,
    product_restore,
    product_trash,
    product_update,
)
from sales.services.quotes import (
    quote_accept,
    quote_create,
    quote_decline,
    quote_from_deal,
    quote_order,
    quote_restore,
    quote_revise,
    quote_send,
    quote_trash,
    quote_update,
    quote_win,
    quotes_expire,
)
from sales.services.targets import target_create, target_restore, target_trash, target_update

__all__ = [
    "LineItem",
    "PriceLine",
    "deal_create",
    "deal_move",
    "deal_restore",
    "deal_trash",
    "deal_update",
    "follow_customer",
    "lead_convert",
    "need_convert",
    "order_create",
    "order_refund",
    "order_restore",
    "order_trash",
    "order_update",
    "pipeline_set_up",
    "price_list_create",
    "price_list_restore",
    "price_list_trash",
    "price_list_update",
    "product_create",
    "product_restore",
    "product_trash",
    "product_update",
    "quote_accept",
    "quote_create",
    "quote_decline",
    "quote_from_deal",
    "quote_order",
    "quote_restore",
    "quote_revise",
    "quote_send",
    "quote_trash",
    "quote_update",
    "quote_win",
    "quotes_expire",
    "stage_norms_refresh",
    "stage_norms_request",
    "target_create",
    "target_restore",
    "target_trash",
    "target_update",
]
