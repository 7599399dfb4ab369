"""Pages of orders beyond the common ones: more lines, refunds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.records.views import RecordCreate, RecordEdit
from sales.forms.lines import MORE_LINES, MOST_LINES
from sales.models import Order
from sales.services import order_refund


@require_POST
def refund_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an order back: an order with the same lines, negative."""
    user: Any = request.user
    if not Order.objects.visible_to(user).filter(pk=pk).exists():
        raise Http404
    refund = order_refund(pk=pk, actor=user)
    messages.success(request, _("Refund %(number)s stands.") % {"number": refund})
    return redirect(refund)


class LinesCreate(RecordCreate):
    def post(self, request: HttpRequest) -> HttpResponse:
        if "more_lines" in request.POST:
            form = self.resource.form(with_more_lines(request), user=request.user)
            return self._form(form)
        return super().post(request)


class LinesEdit(RecordEdit):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if "more_lines" in request.POST:
            record = self._editable(pk)
            data = with_more_lines(request)
            return self._form(self.resource.form(data, user=request.user, instance=record), record)
        return super().post(request, pk)


def with_more_lines(request: HttpRequest) -> Any:
    """What was typed, with room for more lines."""
    data = request.POST.copy()
    asked = data.get("lines-TOTAL_FORMS", "0")
    total = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    data["lines-TOTAL_FORMS"] = str(min(total + MORE_LINES, MOST_LINES))
    return data
