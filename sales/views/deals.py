"""Pages of deals beyond the common ones: moves, conversions, the list with next steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from crm.common.errors import EditConflictError, RefusedError
from customers.models import Customer, Need
from sales.board import BoardQuery, board_card, board_heads, board_query
from sales.forms import ChooseStageForm, MoveForm
from sales.models import Deal, Stage
from sales.services import deal_move, lead_convert, need_convert
from sales.views.board import board_context


class DealMove(View):
    """Moves a deal to another stage; asks why when it is lost."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        deal = self._deal(pk)
        stage = request.GET.get("stage", "")
        if not stage:
            return self._choose(deal, ChooseStageForm(deal=deal, initial={"version": deal.version}))
        stages = Stage.objects.filter(pipeline=deal.pipeline_id)
        target = stages.filter(pk=stage).first() if stage.isdecimal() else None
        if target is None:
            raise Http404
        form = MoveForm(deal=deal, initial={"stage": target.pk, "version": deal.version})
        return self._ask(deal, target, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        deal = self._deal(pk)
        across = "across" in request.POST
        form = (ChooseStageForm if across else MoveForm)(request.POST, deal=deal)
        if not form.is_valid():
            if across:
                return self._choose(deal, form, 422)
            return self._refuse(_("This stage belongs to another pipeline."), 422)
        stage, reason = form.cleaned_data["stage"], form.cleaned_data.get("lost_reason", "")
        if stage.kind == Stage.Kind.LOST and not reason and stage.pk != deal.stage_id:
            return self._ask_why(deal, stage, form)
        try:
            moved = deal_move(
                pk=pk, actor=request.user, stage=stage, lost_reason=reason, across=across,
                expected_version=form.cleaned_data["version"],
            )  # fmt: skip
        except EditConflictError:
            changed = _("Someone else changed this deal. Look at it again, then move it.")
            return self._refuse(changed, 409)
        return self._moved(moved)

    def _deal(self, pk: int) -> Deal:
        user: Any = self.request.user
        deal = Deal.objects.visible_to(user).select_related("stage", "customer").filter(pk=pk)
        found = deal.first()
        if found is None:
            raise Http404
        if not Deal.objects.editable_by(user).filter(pk=pk).exists():
            raise PermissionDenied
        return found

    @property
    def _wants_json(self) -> bool:
        return "application/json" in self.request.headers.get("Accept", "")

    def _choose(self, deal: Deal, form: MoveForm, status: int = 200) -> HttpResponse:
        context = {"deal": deal, "form": form, "back_url": self._back_url(deal), "chooses": True}
        return render(self.request, "sales/deal_move.html", context, status=status)

    def _ask(self, deal: Deal, stage: Stage, form: MoveForm, status: int = 200) -> HttpResponse:
        context = {
            "deal": deal, "stage": stage, "form": form, "back_url": self._back_url(deal),
            "asks_why": stage.kind == Stage.Kind.LOST,
        }  # fmt: skip
        return render(self.request, "sales/deal_move.html", context, status=status)

    def _ask_why(self, deal: Deal, stage: Stage, form: MoveForm) -> HttpResponse:
        """The page that asks; scripts are told to go there."""
        if "asked" in self.request.POST:
            form.add_error("lost_reason", _("Say why the deal was lost."))
            return self._ask(deal, stage, form, 422)
        params = self.request.GET.copy()
        params["stage"] = str(stage.pk)
        location = f"{self.request.path}?{params.urlencode()}"
        return JsonResponse({"location": location}) if self._wants_json else redirect(location)

    def _refuse(self, reason: str, status: int) -> HttpResponse:
        if self._wants_json:
            return JsonResponse({"error": reason}, status=status)
        page = "errors/409.html" if status == 409 else "errors/refused.html"
        return render(self.request, page, {"reason": reason}, status=status)

    def _moved(self, deal: Deal) -> HttpResponse:
        said = _("%(deal)s is in “%(stage)s” now.") % {"deal": deal, "stage": deal.stage.label}
        query = self._board()
        if self._wants_json:
            answer = {"columns": {}, "version": deal.version, "message": said}
            if query:
                answer["columns"] = board_heads(self.request.user, query)
                answer["card"] = board_card(query, deal)
            return JsonResponse(answer)
        if self.request.headers.get("HX-Request") and query:
            context = board_context(self.request, query)
            return render(self.request, "sales/board.html#board", context)
        messages.success(self.request, said)
        return redirect(self._back_url(deal))

    def _board(self) -> BoardQuery | None:
        """The board that the card was moved on, if it was."""
        on_board = self.request.GET.get("back") == "board"
        return board_query(self.request.GET) if on_board else None

    def _back_url(self, deal: Deal) -> str:
        query = self._board()
        if query is None:
            return deal.get_absolute_url()
        return f"{reverse('sales:board')}?{query.encode()}"


@require_POST
def convert_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the deal of a need, or go to the one that there is."""
    user: Any = request.user
    if not Need.objects.visible_to(user).filter(pk=pk).exists():
        raise Http404
    deal = need_convert(pk=pk, actor=user)
    if not Deal.objects.visible_to(user).filter(pk=deal.pk).exists():
        raise RefusedError(_("A colleague has made the deal of this need already."))
    return _to_the_deal(request, deal)


@require_POST
def convert_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lead a customer with a first deal, or go to the one that there is."""
    user: Any = request.user
    if not Customer.objects.visible_to(user).filter(pk=pk).exists():
        raise Http404
    deal = lead_convert(pk=pk, actor=user)
    if not Deal.objects.visible_to(user).filter(pk=deal.pk).exists():
        raise RefusedError(_("A colleague has converted this lead already."))
    return _to_the_deal(request, deal)


def _to_the_deal(request: HttpRequest, deal: Deal) -> HttpResponse:
    if not deal.amount:
        messages.success(request, _("The deal is made. Give it an amount and an expected close."))
    return redirect(deal)
