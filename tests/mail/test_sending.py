"""Letters through a real SMTP server: each at most once, and it is known what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.mail.models import Mail, MailFile
from crm.mail.services import Attachment, Letter, mail_queue, mail_send_again
from crm.mail.tasks import MOST_ATTEMPTS
from tests.factories.cast import Cast
from tests.mail.server import Server

State = Mail.State
LETTER = Letter("Your report", "Sales: 1", "<p>Sales: 1</p>")


@pytest.fixture
def queue(cast: Cast) -> Callable[..., Mail]:
    def write(**changes: object) -> Mail:
        return mail_queue(**{"kind": "test", "letter": LETTER, "user": cast.rep} | changes)  # type: ignore[arg-type]  # a test's shorthand

    return write


def run(mail: Mail) -> Mail:
    """One attempt, as if the pause before it were over."""
    Job.objects.filter(pk=mail.job_id).update(not_before=None)
    job_run(mail.job_id)  # type: ignore[arg-type]  # it has a job
    mail.refresh_from_db()
    return mail


def test_it_sends_words_headers_and_files(queue: Callable[..., Mail], server: Server) -> None:
    file = Attachment("销售报表.csv", "text/csv", "地区,销售额".encode())
    letter = Letter("销售\r\n报表", "文字", "<p>文字</p>")
    mail = queue(letter=letter, files=[file], headers={"List-Unsubscribe": "<https://crm/x>"})
    assert run(mail).state == State.SENT
    assert mail.sent_at is not None
    (sent,) = server.letters
    assert (sent["Subject"], sent["To"]) == ("销售 报表", "rep@example.com")
    assert (sent["Message-ID"], sent["Auto-Submitted"]) == (mail.message_id, "auto-generated")
    assert sent["List-Unsubscribe"] == "<https://crm/x>"
    (part,) = sent.iter_attachments()
    assert part.get_filename() == "销售报表.csv"
    assert part.get_content().replace("\r\n", "\n") == "地区,销售额"


def test_it_sends_once_however_often_the_bell_rings(
    queue: Callable[..., Mail], server: Server
) -> None:
    mail = queue()
    for _ring in range(3):
        run(mail)
    Job.objects.filter(pk=mail.job_id).update(state="queued", attempts=0)
    run(mail)
    assert len(server.letters) == 1


def test_it_writes_once_per_key(queue: Callable[..., Mail]) -> None:
    assert queue(key="report:1").pk == queue(key="report:1").pk
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("mood", ["421", "451", "hang before"])
def test_it_tries_again_what_was_surely_not_taken(
    queue: Callable[..., Mail], server: Server, mood: str
) -> None:
    server.misbehave(mood)
    mail = run(queue())
    assert (mail.state, server.letters) == (State.WAITING, [])
    assert mail.error
    server.behave()
    assert run(mail).state == State.SENT
    assert (len(server.letters), mail.attempts, mail.error) == (1, 2, "")


def test_it_tries_again_when_the_server_is_away(
    queue: Callable[..., Mail], server: Server, settings: LazySettings
) -> None:
    settings.EMAIL_PORT = 1
    mail = run(queue())
    assert mail.state == State.WAITING
    settings.EMAIL_PORT = server.port
    assert run(mail).state == State.SENT


def test_it_gives_up_what_is_refused_for_good(queue: Callable[..., Mail], server: Server) -> None:
    server.misbehave("550")
    mail = run(queue())
    assert (mail.state, mail.error) == (State.FAILED, "550 5.1.1 nobody here")
    server.behave()
    assert run(mail).state == State.FAILED
    assert server.letters == []


def test_it_gives_up_after_the_last_attempt(queue: Callable[..., Mail], server: Server) -> None:
    server.misbehave("421")
    mail = queue()
    Job.objects.filter(pk=mail.job_id).update(attempts=MOST_ATTEMPTS - 1)
    assert run(mail).state == State.FAILED


@pytest.mark.parametrize("mood", ["drop", "hang after"])
def test_it_never_repeats_what_may_have_arrived(
    queue: Callable[..., Mail], server: Server, mood: str
) -> None:
    server.misbehave(mood)
    mail = run(queue())
    assert mail.state == State.UNSURE
    server.behave()
    Job.objects.filter(pk=mail.job_id).update(state="queued", attempts=0)
    assert run(mail).state == State.UNSURE
    assert len(server.letters) == 1


def test_it_counts_the_answer_not_the_goodbye(queue: Callable[..., Mail], server: Server) -> None:
    server.misbehave("drop at the end")
    assert run(queue()).state == State.SENT


def test_it_says_perhaps_when_a_process_died_midway(
    queue: Callable[..., Mail], server: Server
) -> None:
    mail = queue()
    Mail.objects.filter(pk=mail.pk).update(state=State.SENDING, handed_at=timezone.now())
    assert run(mail).state == State.UNSURE
    assert server.letters == []


def test_it_sends_nothing_to_those_who_left(
    queue: Callable[..., Mail], server: Server, cast: Cast
) -> None:
    mail = queue()
    cast.rep.is_active = False
    cast.rep.save(update_fields=["is_active"])
    assert run(mail).state == State.CANCELLED
    assert server.letters == []


def test_it_keeps_mail_where_no_server_is_set_up(
    queue: Callable[..., Mail], server: Server, settings: LazySettings
) -> None:
    settings.MAIL_IS_SENT = False
    assert run(queue()).state == State.KEPT
    assert server.letters == []


def test_it_sends_again_as_a_letter_of_its_own(
    queue: Callable[..., Mail], server: Server, cast: Cast
) -> None:
    server.misbehave("550")
    first = run(queue(files=[Attachment("a.txt", "text/plain", b"a")]))
    server.behave()
    second = mail_send_again(pk=first.pk, actor=cast.rep)
    assert mail_send_again(pk=first.pk, actor=cast.rep).pk == second.pk
    assert run(second).state == State.SENT
    (sent,) = server.letters
    assert sent["Message-ID"] == second.message_id != first.message_id
    assert [part.get_content().strip() for part in sent.iter_attachments()] == ["a"]


def test_it_settles_letters_whose_job_ended_without_them(queue: Callable[..., Mail]) -> None:
    from crm.jobs.services import job_enqueue

    before, midway, alive = queue(), queue(), queue()
    Mail.objects.filter(pk=midway.pk).update(state=State.SENDING, handed_at=timezone.now())
    Job.objects.filter(pk__in=[before.job_id, midway.job_id]).update(state="failed")
    job_run(job_enqueue(kind="mail_recover", params={}, actor=None).pk)
    states = [Mail.objects.get(pk=mail.pk).state for mail in (before, midway, alive)]
    assert states == [State.FAILED, State.UNSURE, State.WAITING]


def test_it_removes_old_letters_with_their_files(queue: Callable[..., Mail]) -> None:
    from crm.jobs.services import job_enqueue

    old, young = (queue(files=[Attachment("a.txt", "text/plain", b"a")]) for _n in range(2))
    content = MailFile.objects.get(mail=old).content
    Mail.objects.filter(pk=old.pk).update(
        state=State.SENT, created_at=timezone.now() - timedelta(days=200)
    )
    job_run(job_enqueue(kind="mail_tidy", params={}, actor=None).pk)
    assert list(Mail.objects.all()) == [young]
    assert not content.storage.exists(content.name)
    assert MailFile.objects.get().content.storage.exists(MailFile.objects.get().content.name)
