"""What people fill in about deals, orders, products and the plan."""

from sales.forms.catalogue import ProductForm
from sales.forms.deals import ChooseStageForm, DealForm, MoveForm
from sales.forms.orders import OrderForm
from sales.forms.prices import PriceListForm
from sales.forms.quotes import QuoteForm
from sales.forms.targets import TargetForm

__all__ = [
    "ChooseStageForm",
    "DealForm",
    "MoveForm",
    "OrderForm",
    "PriceListForm",
    "ProductForm",
    "QuoteForm",
    "TargetForm",
]
