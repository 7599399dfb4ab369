"""Writing mail: a row in the caller's transaction and a job that sends it after the commit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.common.errors import RefusedError
from crm.jobs.services import job_enqueue
from crm.mail.models import Mail, MailFile

JOB_KIND = "mail_send"
_NO_NAME = re.compile(r'[/\\:*?"<>|]+')  # what no file on some machine may be called


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What a mail says, as text and as HTML."""

    subject: str
    text: str
    html: str = ""

    @classmethod
    def rendered(cls, name: str, context: dict[str, Any]) -> Letter:
        """From ``templates/email/<name>/``: subject.txt, body.txt, body.html."""
        given = {"base_url": settings.BASE_URL, **context}
        parts = [
            render_to_string(f"email/{name}/{part}", given).strip()
            for part in ("subject.txt", "body.txt", "body.html")
        ]
        return cls(" ".join(parts[0].split()), parts[1], parts[2])


@transaction.atomic
def mail_queue(
    *,
    kind: str,
    letter: Letter,
    user: Any = None,
    to: str = "",
    files: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
    reply_to: str = "",
    sender: str = "",
    key: str | None = None,
    actor: Any = None,
) -> Mail:
    """Put a letter into the outbox; it goes out after the caller's commit.

    Parameters
    ----------
    kind
        What sort of mail: ``report``, ``reply`` …
    user, to
        A colleague, whose address is taken, or an address. Nothing goes to a colleague who may
        no longer sign in when its time comes.
    headers
        More header lines: ``In-Reply-To``, ``References``, ``List-Unsubscribe`` …
    key
        A second call with the same key gives the first call's mail.

    Raises
    ------
    RefusedError
        There is no address.
    """
    twin = Mail.objects.filter(key=key).first() if key else None
    if twin is not None:
        return twin
    address = to or getattr(user, "email", "")
    if not address:
        raise RefusedError(_("%(name)s has no e-mail address.") % {"name": user or _("Somebody")})
    mail = Mail(
        kind=kind, key=key, message_id=new_message_id(), user=user, to=address, sender=sender,
        reply_to=reply_to, subject=" ".join(letter.subject.split())[:300], text=letter.text,
        html=letter.html, headers=dict(headers or {}), created_by=actor,
    )  # fmt: skip
    mail.full_clean(exclude=["job", "user", "created_by"])
    mail.save()
    for file in files:
        content = ContentFile(file.content, name=uuid.uuid4().hex)
        MailFile.objects.create(
            mail=mail, name=_NO_NAME.sub("-", file.name), content=content,
            content_type=file.content_type, size=len(file.content),
        )  # fmt: skip
    return _start(mail)


@transaction.atomic
def mail_send_again(*, pk: int, actor: Any) -> Mail:
    """A new letter with the same words, for one that did not go out or perhaps did not.

    Raises PermissionDenied when the actor does not see the mail, RefusedError when it was sent or
    is on its way. A second call gives the first call's letter.
    """
    mail = Mail.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if mail is None:
        raise PermissionDenied
    if not mail.may_go_again:
        raise RefusedError(_("This mail was sent already, or is on its way."))
    key = f"again:{pk}"
    twin = Mail.objects.filter(key=key).first()
    if twin is not None:
        return twin
    files = list(mail.files.all())
    mail.pk = None
    mail._state.adding = True
    mail.key, mail.message_id, mail.state = key, new_message_id(), Mail.State.WAITING
    mail.attempts, mail.error, mail.handed_at, mail.job = 0, "", None, None
    mail.save()
    for file in files:
        file.pk, file.mail = None, mail
    MailFile.objects.bulk_create(files)
    return _start(mail)


def _start(mail: Mail) -> Mail:
    mail.job = job_enqueue(
        kind=JOB_KIND, params={"mail": mail.pk}, actor=None, title=mail.subject,
        url=reverse("mail:detail", args=[mail.pk]),
    )  # fmt: skip
    mail.save(update_fields=["job"])
    return mail


def new_message_id() -> str:
    """Unique in the world: ``<…@the domain we send from>``."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return make_msgid(domain=address.rpartition("@")[2] or "localhost")


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The letter as it goes over the wire."""
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers}
    message = EmailMultiAlternatives(
        mail.subject, mail.text, mail.sender or settings.DEFAULT_FROM_EMAIL, [mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None, headers=headers,
    )  # fmt: skip
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.files.all():
        with file.content.open("rb") as content:
            message.attach(file.name, content.read(), file.content_type)
    return message
