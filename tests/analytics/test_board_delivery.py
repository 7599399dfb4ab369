"""Dashboards on paper and by mail: everybody's own figures, at their own hour, once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pypdf
import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from analytics.boards import paper, services
from analytics.boards.models import Board
from analytics.boards.starts import STARTS
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from crm.records.models import Export
from sales.models import ReportDelivery, ReportSchedule
from sales.reports.delivery import MAIL_KIND, enqueue_due
from sales.reports.saving import schedule_create
from tests.factories.cast import Cast, make_cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import OrderFactory
from tests.mail.server import Server, running_server

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EIGHT = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)  # 08:01 in Shanghai
CARDS = [
    {"kind": "metric", "key": "sales"},
    {"kind": "chart", "key": "sales", "by": "region", "form": "bar"},
]


@pytest.fixture
def cast(db: None) -> Cast:
    cast = make_cast()
    for user in (cast.rep, cast.colleague, cast.manager, cast.agent):
        user.email, user.language = f"{user.username}@example.com", "en"
        user.save()
    for owner, amount in ((cast.rep, 100), (cast.colleague, 50)):
        OrderFactory(
            customer=CustomerFactory(owner=owner, team=owner.team, region="华东"), owner=owner,
            team=owner.team, lines=[(1, amount)],
            ordered_at=datetime(2026, 11, 23, 4, tzinfo=UTC),
        )  # fmt: skip
    return cast


@pytest.fixture
def server(settings: LazySettings) -> Iterator[Server]:
    with running_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 2
        yield server


def compose(cast: Cast, cards: Any = CARDS) -> Board:
    return services.board_create(
        actor=cast.manager, name="Morning", sharing="private", cards=cards,
        query="period=yesterday",
    )  # fmt: skip


def mailing(cast: Cast, board: Board, *recipients: Any, **values: Any) -> ReportSchedule:
    given = {"frequency": "daily", "hour": 8, "format": "none"} | values
    schedule = schedule_create(
        actor=cast.manager, report=board.pk, kind="board", recipients=recipients, **given
    )
    ReportSchedule.objects.update(active_since=LONG_AGO)
    return schedule


def run(now: datetime) -> None:
    """What the clock and the workers do at that moment."""
    enqueue_due(now)
    for kind in (MAIL_KIND, "mail_send"):
        for job in Job.objects.filter(kind=kind, state="queued"):
            job_run(job.pk)


def test_it_mails_everybody_their_own_figures_once(cast: Cast, server: Server) -> None:
    mailing(cast, compose(cast), cast.rep, cast.manager)
    for minutes in (0, 5, 600):
        run(EIGHT + timedelta(minutes=minutes))
    texts = {
        letter["To"]: letter.get_body(("plain",)).get_content() for letter in server.letters
    }  # fmt: skip
    assert len(server.letters) == 2
    assert "Sales: CN¥100" in texts[cast.rep.email]
    assert "Sales: CN¥150" in texts[cast.manager.email]
    assert "华东: CN¥100" in texts[cast.rep.email]


def test_it_leaves_out_empty_ones_and_refuses_other_roles(cast: Cast, server: Server) -> None:
    board = compose(cast)
    mailing(cast, board, cast.manager)
    schedule = ReportSchedule.objects.get()
    schedule.recipients.create(user=cast.agent)
    run(EIGHT + timedelta(days=3))  # nothing was sold the day before
    states = dict(ReportDelivery.objects.values_list("user", "state"))
    assert states == {cast.manager.pk: "skipped", cast.agent.pk: "refused"}
    assert server.letters == []


def test_it_rests_while_the_dashboard_is_away(cast: Cast, server: Server) -> None:
    board = compose(cast)
    mailing(cast, board, cast.manager)
    services.board_trash(pk=board.pk, actor=cast.manager)
    run(EIGHT)
    services.board_restore(pk=board.pk, actor=cast.manager)
    run(EIGHT + timedelta(minutes=5))
    assert server.letters == []


def test_it_is_set_up_stopped_and_deleted_on_its_page(client: Client, cast: Cast) -> None:
    board = compose(cast)
    client.force_login(cast.manager)
    url = reverse("analytics:board_mail", args=[board.pk])
    form = client.get(url).context["form"]
    assert {value for value, _label in form.fields["format"].choices} == {"pdf", "none"}
    data = {"recipients": [cast.rep.pk, cast.manager.pk], "frequency": "weekly", "weekday": 1,
            "monthday": 1, "hour": 8, "format": "pdf", "skip_empty": "on", "active": "on",
            "submission": str(form["submission"].value())}  # fmt: skip
    for _click in range(2):
        assert client.post(url, data)["Location"] == url
    schedule = ReportSchedule.objects.get()
    assert (schedule.kind, schedule.subject) == ("board", board)
    client.force_login(cast.rep)  # gets it, though the dashboard is private
    assert client.get(url).context["form"] is None
    stop = reverse("sales:schedule_stop", args=[schedule.pk])
    assert client.post(stop)["Location"] == url
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404
    client.force_login(cast.manager)
    edit = reverse("sales:schedule_edit", args=[schedule.pk])
    assert client.post(edit, {**data, "hour": 9, "expected_version": 1})["Location"] == url
    assert client.post(edit, {**data, "hour": 7, "expected_version": 1}).status_code == 409
    assert client.post(reverse("sales:schedule_delete", args=[schedule.pk]))["Location"] == url


def test_it_prints_every_card_with_the_reader_s_figures(client: Client, cast: Cast) -> None:
    cards = [*CARDS, {"kind": "chart", "key": "sales"}, *STARTS[0].cards, *STARTS[2].cards[8:]]
    board = compose(cast, cards[: services.MOST_CARDS])
    client.force_login(cast.manager)
    url = reverse("analytics:board_pdf", args=[board.pk])
    query = "period=custom&start=2026-11-01&until=2026-11-30"
    assert client.post(url, {"query": query}).status_code == 302
    export = Export.objects.get()
    assert export.job is not None
    job_run(export.job.pk)
    export.refresh_from_db()
    with export.file.open() as file:
        text = "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(file.read())).pages)
    export.file.delete(save=False)
    assert "Morning" in text
    assert "CN¥150" in text
    assert "华东" in text
    assert client.post(url, {"query": "period=never"}).status_code == 400
    client.force_login(cast.stranger)
    assert client.post(url, {"query": query}).status_code == 404


def test_it_scales_pictures_from_zero_to_a_round_value() -> None:
    spec = {"type": "bar", "x": ["a", "b"], "series": [{"name": "s", "data": [0, 87]}]}
    made = paper.picture(spec)
    assert made is not None
    assert [tick.text for tick in made.ticks] == ["0", "25", "50", "75", "100"]
    (bar,) = made.marks
    zero, hundred = made.ticks[0].place, made.ticks[-1].place
    assert bar.height == pytest.approx((zero - hundred) * 0.87, abs=0.1)
    assert bar.y + bar.height == pytest.approx(zero, abs=0.1)
    assert paper.picture({**spec, "series": [{"name": "s", "data": [None, None]}]}) is None


def test_it_writes_as_large_on_half_a_page_as_on_a_whole_one() -> None:
    """The units of a picture are those of its width; labels of the time keep their distance."""
    days = [f"2026-01-{n:02}" for n in range(1, 31)]
    spec = {"type": "line", "x": days, "series": [{"name": "s", "data": [1] * 30}]}
    half, whole = paper.picture(spec), paper.picture(spec, wide=True)
    assert half is not None
    assert whole is not None
    assert half.width * 2 == pytest.approx(whole.width, rel=0.05)
    for made in (half, whole):
        places = [label.x for label in made.labels]
        assert min(b - a for a, b in pairwise(places)) >= 75
        assert places[-1] < made.right


def test_it_stacks_what_is_stacked() -> None:
    series = [{"name": "a", "data": [10, 20]}, {"name": "b", "data": [5, None]}]
    made = paper.picture({"type": "stacked", "x": ["1", "2"], "series": series})
    assert made is not None
    first, second = (mark for mark in made.marks if mark.x == made.marks[0].x)
    assert second.y + second.height == pytest.approx(first.y, abs=0.1)
