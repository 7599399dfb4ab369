"""The outbox: what went out, what waits, what did not go, to be read here."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import SignedInRequest
from crm.mail.models import Mail
from crm.mail.selectors import mail_page
from crm.mail.services import mail_send_again


@require_GET
@never_cache
def outbox(request: SignedInRequest) -> HttpResponse:
    asked = request.GET
    before = asked.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 18 else None
    state = asked.get("state", "")
    rows, more = mail_page(user=request.user, state=state, before=number)
    context = {"rows": rows, "more": more, "state": state, "states": Mail.State.choices,
               "is_sent": settings.MAIL_IS_SENT}  # fmt: skip
    return render(request, "mail/list.html", context)


def _visible(request: SignedInRequest, pk: int) -> Mail:
    mail = Mail.objects.visible_to(request.user).select_related("user").filter(pk=pk).first()
    if mail is None:
        raise Http404
    return mail


@require_GET
@never_cache
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    mail = _visible(request, pk)
    context = {"mail": mail, "files": list(mail.files.all()), "is_sent": settings.MAIL_IS_SENT}
    return render(request, "mail/detail.html", context)


@require_GET
@never_cache
def mail_file(request: SignedInRequest, pk: int, number: int) -> FileResponse:
    """A file of the letter, with the letter's own permission."""
    file = _visible(request, pk).files.filter(pk=number).first()
    if file is None:
        raise Http404
    try:
        content = file.content.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content, as_attachment=True, filename=file.name, content_type=file.content_type
    )


@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    _visible(request, pk)
    mail = mail_send_again(pk=pk, actor=request.user)
    messages.success(request, _("A new mail with the same words is on its way."))
    return redirect(mail)
