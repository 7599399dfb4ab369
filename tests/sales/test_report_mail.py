"""Reports by mail: everybody's own figures, at their own hour, once, through a real server."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from crm.common.roles import Role
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.mail.models import Mail
from sales.models import ReportDelivery, ReportSchedule, SavedReport
from sales.reports import clock
from sales.reports.delivery import MAIL_KIND, enqueue_due
from sales.reports.saving import report_trash, schedule_create, schedule_stop
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory
from tests.mail.server import Server, running_server

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Server]:
    with running_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 2
        yield server


@pytest.fixture
def sold(cast: Cast) -> None:
    """Of yesterday (23 Nov 2026): 100 of the representative, 50 of the colleague."""
    for user in (cast.rep, cast.colleague, cast.manager):
        user.email = f"{user.username}@example.com"
        user.save()
    for owner, amount in ((cast.rep, 100), (cast.colleague, 50)):
        OrderFactory(
            customer=CustomerFactory(owner=owner, region="华东"), owner=owner, lines=[(1, amount)],
            ordered_at=datetime(2026, 11, 23, 4, tzinfo=UTC),
        )  # fmt: skip


def mailing(
    cast: Cast, *recipients: User, query: str = "by=region&period=yesterday", **values: Any
) -> ReportSchedule:
    report = SavedReport.objects.create(name="日报", query=query, owner=cast.manager)
    given = {"frequency": "daily", "hour": 8, "format": "none"} | values
    schedule = schedule_create(actor=cast.manager, report=report.pk, recipients=recipients, **given)
    ReportSchedule.objects.update(active_since=LONG_AGO)
    schedule.refresh_from_db()
    return schedule


def run(now: datetime) -> None:
    """What the clock and the workers do at that moment."""
    enqueue_due(now)
    for kind in (MAIL_KIND, "mail_send"):
        for job in Job.objects.filter(kind=kind, state="queued"):
            job_run(job.pk)


EIGHT = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)  # 08:01 in Shanghai


@pytest.mark.usefixtures("sold")
def test_it_mails_everybody_their_own_figures(cast: Cast, server: Server) -> None:
    mailing(cast, cast.rep, cast.manager)
    run(EIGHT)
    letters = {letter["To"]: letter for letter in server.letters}
    assert set(letters) == {cast.rep.email, cast.manager.email}
    for user, total in ((cast.rep, "CN¥100"), (cast.manager, "CN¥150")):
        text = letters[user.email].get_body(("plain",)).get_content()
        assert f"Total: 1 · {total}" in text or f"Total: 2 · {total}" in text
        assert "华东" in letters[user.email].get_body(("html",)).get_content()
    assert "CN¥50" not in letters[cast.rep.email].as_string()


@pytest.mark.usefixtures("sold")
def test_it_speaks_each_recipient_s_language(cast: Cast, server: Server) -> None:
    cast.rep.language = "zh-hans"
    cast.rep.save()
    mailing(cast, cast.rep)
    run(EIGHT)
    (letter,) = server.letters
    assert letter["Subject"].strip() == "日报 · 2026年11月23日 · 对比 2026年11月22日"
    assert "合计" in letter.get_body(("plain",)).get_content()


@pytest.mark.usefixtures("sold")
def test_it_strikes_at_each_recipient_s_own_hour(cast: Cast, server: Server) -> None:
    cast.manager.time_zone = "Europe/Berlin"
    cast.manager.save()
    mailing(cast, cast.rep, cast.manager)
    run(datetime(2026, 11, 23, 23, 59, tzinfo=UTC))
    assert server.letters == []
    run(EIGHT)
    assert [letter["To"] for letter in server.letters] == [cast.rep.email]
    run(datetime(2026, 11, 24, 7, 1, tzinfo=UTC))  # 08:01 in Berlin
    assert [letter["To"] for letter in server.letters] == [cast.rep.email, cast.manager.email]


@pytest.mark.usefixtures("sold")
def test_it_mails_each_turn_once(cast: Cast, server: Server) -> None:
    mailing(cast, cast.rep, skip_empty=False)
    for minutes in (0, 5, 600):
        run(EIGHT + timedelta(minutes=minutes))
    Job.objects.filter(kind=MAIL_KIND).update(state="queued", attempts=0)  # as if it had been lost
    run(EIGHT + timedelta(minutes=700))
    assert len(server.letters) == ReportDelivery.objects.count() == 1
    run(EIGHT + timedelta(days=1))
    assert len(server.letters) == 2


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize(("format", "kind"), [("xlsx", "xlsx"), ("pdf", "pdf"), ("csv", "csv")])
def test_it_attaches_the_file(cast: Cast, server: Server, format: str, kind: str) -> None:
    mailing(cast, cast.rep, format=format)
    SavedReport.objects.update(name="A/B 日报: 11月")
    run(EIGHT)
    (part,) = server.letters[0].iter_attachments()
    assert part.get_filename() == f"A-B 日报- 11月.{kind}"
    content = part.get_content()
    if kind == "xlsx":
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
        assert rows[1][:3] == ("华东", 1, 100)
    elif kind == "pdf":
        assert "华东" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    else:
        assert "华东,1,100.00" in content


def test_it_leaves_out_what_is_empty_and_says_so(cast: Cast, sold: None, server: Server) -> None:
    schedule = mailing(cast, cast.rep, cast.manager)
    now = EIGHT + timedelta(days=3)
    run(now)
    assert server.letters == []
    states = {(turn.state, turn.mail) for turn in ReportDelivery.objects.all()}
    assert states == {("skipped", None)}
    ReportSchedule.objects.filter(pk=schedule.pk).update(skip_empty=False)
    run(now + timedelta(days=1))
    assert len(server.letters) == 2


@pytest.mark.usefixtures("sold")
def test_it_mails_nothing_to_those_who_left_stopped_or_may_not(cast: Cast, server: Server) -> None:
    schedule = mailing(cast, cast.rep, cast.colleague, cast.manager)
    schedule_stop(pk=schedule.pk, actor=cast.rep, stopped=True)
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    User.objects.filter(pk=cast.manager.pk).update(role=Role.AGENT)
    run(EIGHT)
    assert server.letters == []
    schedule_stop(pk=schedule.pk, actor=cast.rep, stopped=False)
    run(EIGHT)
    assert len(server.letters) == 1


def test_it_is_stopped_by_its_recipient_who_does_not_see_the_report(
    cast: Cast, client: Client, sold: None, server: Server
) -> None:
    schedule = mailing(cast, cast.rep)
    run(EIGHT)
    client.force_login(cast.rep)
    url = reverse("sales:report_mail", args=[schedule.report_id])
    assert f"<http://localhost:8000{url}>" == server.letters[0]["List-Unsubscribe"]
    page = client.get(url)
    assert page.status_code == 200
    assert page.context["form"] is None
    assert client.post(url, {"frequency": "daily"}).status_code == 404
    stop = reverse("sales:schedule_stop", args=[schedule.pk])
    assert client.post(stop).status_code == 302
    run(EIGHT + timedelta(days=1))
    assert len(server.letters) == 1
    client.force_login(cast.colleague)
    assert (client.get(url).status_code, client.post(stop).status_code) == (404, 404)


@pytest.mark.usefixtures("sold")
def test_it_looks_again_when_the_turn_comes(cast: Cast, server: Server) -> None:
    schedule = mailing(cast, cast.rep)
    enqueue_due(EIGHT)
    schedule_stop(pk=schedule.pk, actor=cast.rep, stopped=True)
    run(EIGHT)
    assert server.letters == []


@pytest.mark.usefixtures("sold")
def test_it_rests_while_the_report_is_deleted(cast: Cast, server: Server) -> None:
    schedule = mailing(cast, cast.rep)
    report_trash(pk=schedule.report_id, actor=cast.manager)
    run(EIGHT)
    assert server.letters == []


@pytest.mark.usefixtures("sold")
def test_it_says_why_a_turn_was_not_possible(cast: Cast, server: Server) -> None:
    User.objects.filter(pk=cast.rep.pk).update(email="")
    mailing(cast, cast.rep, cast.manager, query=f"by=region&owner={cast.stranger.pk}")
    run(EIGHT)
    reasons = dict(ReportDelivery.objects.values_list("user", "reason"))
    assert "no e-mail address" in reasons[cast.rep.pk]
    assert "cannot be made: Owner: Select a valid choice" in reasons[cast.manager.pk]
    assert set(ReportDelivery.objects.values_list("state", flat=True)) == {"refused"}


@pytest.mark.usefixtures("sold")
def test_it_counts_from_the_day_it_fell_due(cast: Cast, server: Server) -> None:
    """Done twelve hours late, “yesterday” is still the day before it was due."""
    mailing(cast, cast.rep)
    run(EIGHT + timedelta(hours=17))
    assert "23 Nov 2026" in server.letters[0]["Subject"]


@pytest.mark.usefixtures("sold")
def test_it_is_tried_on_oneself(cast: Cast, client: Client, server: Server) -> None:
    schedule = mailing(cast, cast.rep, skip_empty=False, query="by=region&period=all")
    client.force_login(cast.manager)
    response = client.post(reverse("sales:schedule_now", args=[schedule.pk]))
    assert response.status_code == 302
    ReportSchedule.objects.update(active=False)
    run(EIGHT)
    assert [letter["To"] for letter in server.letters] == [cast.manager.email]
    shown = client.get(response["Location"]).content.decode()
    assert Mail.objects.get().get_absolute_url() in shown


def test_it_sends_to_whom_one_may_name(cast: Cast, client: Client) -> None:
    report = SavedReport.objects.create(name="R", owner=cast.rep, sharing="team", team=cast.team)
    url = reverse("sales:report_mail", args=[report.pk])
    data = {"frequency": "weekly", "weekday": 1, "monthday": 1, "hour": 8, "format": "pdf"}
    for actor, recipient, status in (
        (cast.rep, cast.rep, 302), (cast.rep, cast.colleague, 422), (cast.manager, cast.rep, 302),
        (cast.manager, cast.stranger, 422), (cast.manager, cast.agent, 422),
    ):  # fmt: skip
        client.force_login(actor)
        response = client.post(url, data | {"recipients": [recipient.pk]})
        assert response.status_code == status, (actor, recipient)
    assert ReportSchedule.objects.count() == 2


def test_it_makes_one_mailing_of_a_form_that_is_sent_twice(cast: Cast, client: Client) -> None:
    report = SavedReport.objects.create(name="R", owner=cast.rep)
    client.force_login(cast.rep)
    url = reverse("sales:report_mail", args=[report.pk])
    submission = client.get(url).context["form"]["submission"].value()
    data = {"frequency": "daily", "weekday": 1, "monthday": 1, "hour": 8, "format": "pdf",
            "recipients": [cast.rep.pk], "submission": submission}  # fmt: skip
    for _click in range(2):
        assert client.post(url, data).status_code == 302
    assert ReportSchedule.objects.count() == 1


def test_it_refuses_the_second_of_two_changes(cast: Cast, client: Client, sold: None) -> None:
    schedule = mailing(cast, cast.rep)
    client.force_login(cast.manager)
    url = reverse("sales:schedule_edit", args=[schedule.pk])
    data = {"frequency": "monthly", "weekday": 1, "monthday": 31, "hour": 9, "format": "pdf",
            "recipients": [cast.rep.pk], "active": "on", "expected_version": 1}  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"frequency": "weekly"}).status_code == 409
    schedule.refresh_from_db()
    assert (schedule.frequency, schedule.monthday) == ("monthly", 31)


def plan(**values: Any) -> ReportSchedule:
    given = {"frequency": "daily", "hour": 8, "active_since": LONG_AGO} | values
    return ReportSchedule(**given)


def test_it_strikes_once_on_the_days_on_which_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    # 02:30 does not exist in spring, and 02:00 comes twice in autumn.
    assert clock.strikes(plan(hour=2), spring, berlin) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert clock.strikes(plan(hour=2), autumn, berlin) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    again = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 02:30
    assert clock.due_day(plan(hour=2), berlin, again) == autumn
    assert clock.strikes(plan(), spring, berlin) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert clock.strikes(plan(), date(2026, 3, 28), berlin).hour == 7


@pytest.mark.parametrize(
    ("values", "now", "due"),
    [
        ({}, "2026-11-24 00:00", "2026-11-24"),
        ({}, "2026-11-23 23:59", None),  # a minute to eight: yesterday's is too late
        ({}, "2026-11-24 19:59", "2026-11-24"),
        ({"active_since": datetime(2026, 11, 24, 0, 30, tzinfo=UTC)}, "2026-11-24 01:00", None),
        ({"frequency": "workdays"}, "2026-11-28 03:00", None),  # a Saturday, too late for Friday
        ({"frequency": "weekly", "weekday": 1}, "2026-11-25 03:00", "2026-11-23"),
        ({"frequency": "weekly", "weekday": 1}, "2026-11-27 03:00", None),
        ({"frequency": "monthly", "monthday": 31}, "2026-11-30 03:00", "2026-11-30"),
        ({"frequency": "monthly", "monthday": 31}, "2026-11-29 03:00", None),
    ],
)
def test_it_knows_the_turn_that_is_due(values: dict[str, Any], now: str, due: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    if values.get("frequency") == "workdays":
        moment += timedelta(hours=2)
    found = clock.due_day(plan(**values), ZoneInfo("Asia/Shanghai"), moment)
    assert (f"{found}" if found else None) == due
