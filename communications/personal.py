"""What the tables of this app hold on a person."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from communications.models import (
    Communication,
    ContactDay,
    EmailTemplate,
    FollowUp,
    Mailbox,
    RawMessage,
)
from crm.records.personal.identifiers import Identifiers
from crm.records.personal.registry import (
    RECORD_BLANK,
    Holding,
    Hunt,
    Subject,
    holdings,
    hunts,
    impersonal,
    numbered,
)

_RAW = {"raw": b"", "message_id": numbered("erased"), "error": ""}


def _with_them(subject: Subject) -> Q:
    return Q(customer__in=subject.customers) | Q(contact__in=subject.contacts)


def _mails(subject: Subject) -> Q:
    return Q(communication__customer__in=subject.customers) | Q(
        communication__contact__in=subject.contacts
    )


def _read_mail(message: Any) -> list[str]:
    """A raw mail as texts: its headers, its readable parts, and what else is in it."""
    raw = bytes(message.raw)
    texts = [raw.decode("utf-8", "replace"), message.message_id, message.error]
    try:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        texts += [str(value) for value in mail.values()]
        texts += [part.get_content() for part in mail.walk() if part.get_content_type() in _TEXT]
    except (LookupError, ValueError, KeyError, AttributeError):
        pass  # a broken mail is searched as it came
    return [text for text in texts if isinstance(text, str)]


_TEXT = {"text/plain", "text/html"}


def _forget_mail(message: Any, identifiers: Identifiers) -> bool:
    values = {"raw": b"", "message_id": f"erased #{message.pk}", "error": ""}
    RawMessage.objects.filter(pk=message.pk).update(**values)
    return True


holdings += [
    Holding(
        Communication, _with_them, {**RECORD_BLANK, "subject": "", "content": ""},
    ),
    Holding(
        FollowUp, _with_them,
        {**RECORD_BLANK, "title": numbered(_("Erased follow-up")), "note": ""},
    ),
    Holding(RawMessage, _mails, _RAW, order=30),
]  # fmt: skip
hunts.append(Hunt(RawMessage, ("raw", "message_id", "error"), heal=_forget_mail, read=_read_mail))
impersonal.update(
    {
        ContactDay: "Numbers of communications by day and hour.",
        Mailbox: "Mailboxes of the company.",
        EmailTemplate: "Texts that are written for everybody.",
    }
)
