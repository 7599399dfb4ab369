from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from crm.jobs.lease import claim
from crm.jobs.models import Job
from crm.jobs.runner import job_run

State = Job.State
Enqueue = Callable[..., Job]
PAGES = ["detail", "status"]
ACTIONS = ["cancel", "retry"]


@pytest.fixture
def job(enqueue: Enqueue) -> Job:
    job = enqueue()
    Job.objects.update(title="Marker 4711")
    return job


@pytest.fixture
def visit(client: Client) -> Callable[..., Any]:
    def go(user: User, name: str, job: Job, *, post: bool = False) -> Any:
        client.force_login(user)
        send = client.post if post else client.get
        return send(reverse(f"jobs:{name}", args=[job.pk]))

    return go


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("admin", 200), ("outsider", 404)])
def test_it_shows_a_job_to_its_owner_and_administrators(
    request: pytest.FixtureRequest, visit: Any, job: Job, page: str, who: str, status: int
) -> None:
    assert visit(request.getfixturevalue(who), page, job).status_code == status


@pytest.mark.parametrize(("who", "seen"), [("owner", True), ("admin", True), ("outsider", False)])
def test_it_lists_visible_jobs(
    request: pytest.FixtureRequest, client: Client, job: Job, who: str, seen: bool
) -> None:
    client.force_login(request.getfixturevalue(who))
    page = client.get(reverse("jobs:list"))
    assert ("Marker 4711" in page.content.decode()) is seen


@pytest.mark.parametrize("page", [*PAGES, *ACTIONS])
def test_it_sends_a_stranger_to_sign_in(client: Client, job: Job, page: str) -> None:
    response = client.post(reverse(f"jobs:{page}", args=[job.pk]))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("action", ACTIONS)
def test_it_hides_the_actions_from_an_outsider(
    visit: Any, job: Job, outsider: User, action: str
) -> None:
    before = Job.objects.values().get()
    assert visit(outsider, action, job, post=True).status_code == 404
    assert Job.objects.values().get() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_it_never_writes_on_get(visit: Any, job: Job, owner: User, action: str) -> None:
    assert visit(owner, action, job).status_code == 405


def test_it_asks_again_until_the_job_is_over(visit: Any, job: Job, owner: User) -> None:
    assert 'hx-trigger="every 1s"' in visit(owner, "status", job).content.decode()
    job_run(job.pk)
    done = visit(owner, "status", job).content.decode()
    assert "hx-trigger" not in done
    assert "4 steps" in done


def test_it_leaves_the_buttons_alone_until_they_change(visit: Any, job: Job, owner: User) -> None:
    claim(job.pk)
    assert "<button" not in visit(owner, "status", job).content.decode()
    Job.objects.update(cancel_requested=True)
    stopping = visit(owner, "status", job).content.decode()
    assert "hx-swap-oob" in stopping
    assert "Stopping at the next step" in stopping


def test_it_speaks_the_readers_language(visit: Any, job: Job, owner: User) -> None:
    User.objects.update(language="zh-hans")
    page = visit(owner, "detail", job).content.decode()
    assert "等待中" in page
    assert "后台任务" in page


def test_it_shows_how_far_a_running_job_is(visit: Any, job: Job, owner: User) -> None:
    claim(job.pk)
    Job.objects.update(progress_done=1500, progress_total=2000, progress_note="Row by row")
    page = visit(owner, "status", job).content.decode()
    assert '<progress max="2000" value="1500"' in page
    assert "Row by row" in page


def test_it_links_to_the_result(visit: Any, job: Job, owner: User) -> None:
    Job.objects.update(state=State.SUCCEEDED, url="/customers/?import=7")
    assert 'href="/customers/?import=7"' in visit(owner, "detail", job).content.decode()


@pytest.mark.parametrize("end", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
def test_it_shows_the_page_anew_that_waits_for_the_result(
    client: Client, job: Job, owner: User, end: str
) -> None:
    Job.objects.update(state=end, url="/customers/")
    job.refresh_from_db()
    client.force_login(owner)
    status = reverse("jobs:status", args=[job.pk])
    for page, anew in ((job.url, True), (job.get_absolute_url(), False)):
        answer = client.get(status, HTTP_HX_CURRENT_URL=f"http://testserver{page}")
        assert ("HX-Refresh" in answer) == anew


def test_it_cancels_and_tries_again(visit: Any, job: Job, owner: User) -> None:
    visit(owner, "cancel", job, post=True)
    assert Job.objects.get().state == State.CANCELLED
    assert "Try again" in visit(owner, "detail", job).content.decode()
    visit(owner, "retry", job, post=True)
    assert Job.objects.get().state == State.QUEUED


def test_it_escapes_what_people_wrote(visit: Any, job: Job, owner: User) -> None:
    hostile = "<script>alert(1)</script>"
    Job.objects.update(title=hostile, state=State.FAILED, error=hostile)
    assert hostile not in visit(owner, "detail", job).content.decode()


def test_it_pages_through_many_jobs(client: Client, owner: User, enqueue: Enqueue) -> None:
    made = {str(enqueue().pk) for _n in range(60)}
    client.force_login(owner)
    first = client.get(reverse("jobs:list"))
    second = client.get(reverse("jobs:list"), {"before": first.context["more"].pk})
    pages = [{str(job.pk) for job in page.context["jobs"]} for page in (first, second)]
    assert (len(pages[0]), len(pages[1]), pages[0] | pages[1]) == (50, 10, made)
    assert client.get(reverse("jobs:list"), {"before": "' OR 1=1"}).status_code == 200


def test_it_lists_with_a_fixed_number_of_queries(
    client: Client, admin: User, enqueue: Enqueue, django_assert_max_num_queries: Any
) -> None:
    for _n in range(20):
        enqueue()
    client.force_login(admin)
    with django_assert_max_num_queries(6):
        client.get(reverse("jobs:list"))


@pytest.mark.parametrize(
    ("came_from", "to"),
    [("http://testserver/products/?q=1", "http://testserver/products/?q=1"),
     ("https://elsewhere.example/", None), ("", None)],
)  # fmt: skip
def test_it_goes_back_to_where_it_was_cancelled(
    client: Client, job: Job, owner: User, came_from: str, to: str | None
) -> None:
    client.force_login(owner)
    url = reverse("jobs:cancel", args=[job.pk])
    response = client.post(url, headers={"Referer": came_from})
    assert response["Location"] == (to or job.get_absolute_url())
    job.refresh_from_db()
    assert job.state == State.CANCELLED
