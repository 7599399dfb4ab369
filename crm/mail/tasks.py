"""Sending what waits in the outbox, and tidying it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.jobs.context import JobContext
from crm.jobs.errors import JobProblemError
from crm.jobs.models import Job
from crm.jobs.registry import handler
from crm.jobs.schedule import every, nightly
from crm.mail.models import Mail, MailFile
from crm.mail.services import JOB_KIND, message_of
from crm.mail.wire import NotTakenError, UnsureError, hand_over

MOST_ATTEMPTS = 12  # with doubling pauses from 5 s on: about six hours
KEEP_DAYS = 180
State = Mail.State


@handler(JOB_KIND, title=gettext_lazy("Send a mail"), max_attempts=MOST_ATTEMPTS)
def send(context: JobContext) -> dict[str, Any]:
    """Send one letter, at most once; a letter that may have arrived is never sent again by us."""
    mail = _claim(context)
    if mail is None:
        return {}
    try:
        hand_over(message_of(mail), lambda: _handing(context, mail))
    except NotTakenError as problem:
        _put_back(context, mail, problem)
        raise JobProblemError(problem.reason, permanent=problem.permanent) from problem
    except UnsureError as problem:
        _settle(mail, State.UNSURE, problem.reason)
        return {"message": _("Nobody knows whether the mail arrived.")}
    # Known to be sent: said even if another worker took the job over meanwhile.
    _settle(mail, State.SENT)
    return {"message": _("Sent.")}


def _claim(context: JobContext) -> Mail | None:
    """The letter, marked as being sent; None when nothing is to be done any more."""
    with context.guard():
        found = Mail.objects.select_for_update(of=("self",)).select_related("user")
        mail = found.filter(pk=context.params["mail"]).first()
        if mail is None or mail.state not in {State.WAITING, State.SENDING}:
            return None
        if mail.handed_at is not None:
            mail.state, mail.error = State.UNSURE, _("The sending process was stopped midway.")
        elif mail.user is not None and not mail.user.is_active:
            mail.state, mail.error = State.CANCELLED, _("The colleague may no longer sign in.")
        elif not settings.MAIL_IS_SENT:
            mail.state, mail.error = State.KEPT, ""  # its page says why
        else:
            mail.state, mail.attempts = State.SENDING, mail.attempts + 1
        mail.save(update_fields=["state", "error", "attempts"])
    return mail if mail.state == State.SENDING else None


def _handing(context: JobContext, mail: Mail) -> None:
    """Committed before the text leaves: whoever finds it later does not send again."""
    with context.guard():
        Mail.objects.filter(pk=mail.pk).update(handed_at=Now())


def _put_back(context: JobContext, mail: Mail, problem: NotTakenError) -> None:
    over = problem.permanent or context.attempt >= MOST_ATTEMPTS
    with context.guard():
        Mail.objects.filter(pk=mail.pk, state=State.SENDING).update(
            state=State.FAILED if over else State.WAITING, handed_at=None, error=problem.reason
        )


def _settle(mail: Mail, state: str, error: str = "") -> None:
    unsettled = Mail.objects.filter(pk=mail.pk, state__in=[State.SENDING, State.UNSURE])
    unsettled.update(state=state, error=error, sent_at=Now() if state == State.SENT else None)


@handler("mail_recover", title=gettext_lazy("Look after unfinished mail"), atomic=True)
def recover(context: JobContext) -> dict[str, Any]:
    """Letters whose job ended without them: said to be not sent, or perhaps sent."""
    ended = [Job.State.FAILED, Job.State.CANCELLED, Job.State.SUCCEEDED]
    left = Mail.objects.filter(
        Q(job=None) | Q(job__state__in=ended), state__in=[State.WAITING, State.SENDING]
    )
    reason = _("The sending process was stopped.")
    unsure = left.filter(handed_at__isnull=False).update(state=State.UNSURE, error=reason)
    failed = left.update(state=State.FAILED, error=reason)
    return {"table": [[_("Perhaps sent"), unsure], [_("Not sent"), failed]]}


@handler("mail_tidy", title=gettext_lazy("Remove old mail"), atomic=True)
def tidy(context: JobContext) -> dict[str, Any]:
    old = Mail.objects.filter(created_at__lt=Now() - timedelta(days=KEEP_DAYS))
    old = old.exclude(state__in=[State.WAITING, State.SENDING])
    files = list(MailFile.objects.filter(mail__in=old))
    removed, _by_model = old.delete()
    kept = set(
        MailFile.objects.filter(content__in=[f.content.name for f in files]).values_list(
            F("content"), flat=True
        )
    )
    for file in files:
        if file.content.name not in kept:
            file.content.delete(save=False)
    return {"removed": removed}


every("mail_recover", seconds=300)
nightly("mail_tidy", hour=3, minute=20)
