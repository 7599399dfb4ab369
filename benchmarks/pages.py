"""The pages that people open all day: time, queries, bytes, and the bare SQL of the same rows."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from benchmarks import bare
from benchmarks.bare import Statement
from benchmarks.machine import Machine, load
from crm.embedded.web import settle

RECORDS = 40  # details and phones rotate over so many, so that no page lives on one cached row


@dataclass(frozen=True)
class Page:
    """A page, who opens it, and the bare SQL of what it shows (one list per address, or one)."""

    key: str
    role: str
    urls: Sequence[str]
    bare: Sequence[Sequence[Statement]] = field(default=())


@dataclass(frozen=True)
class People:
    """The demo's sign-ins: id, team and session by role."""

    ids: dict[str, int]
    teams: dict[str, int]
    sessions: dict[str, str]


def sign_in() -> People:
    """A session for each role, as the sign-in page makes it."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    ids, teams, sessions = {}, {}, {}
    for user in get_user_model()._default_manager.filter(
        username__in=("admin", "manager", "rep", "agent")
    ):
        client = Client()
        client.force_login(user)
        name = user.username
        ids[name], teams[name] = user.pk, user.team_id
        sessions[name] = client.cookies["sessionid"].value
    return People(ids, teams, sessions)


def pages(people: People) -> list[Page]:
    """What is measured; addresses depend on the records."""
    from django.urls import reverse

    rep, team = people.ids["rep"], people.teams["rep"]
    names = _samples(team)
    listing = reverse("customers:list")
    cursor, mark = _cursor(team, page=500)
    details = [(reverse("customers:detail", args=[pk]), pk) for pk in names["ids"]]
    search, talks = reverse("home:search"), reverse("communications:list")
    deep = [
        Page("customer list, page 500", "rep", [f"{listing}?after={cursor}"],
             [bare.deep_page(team, *mark)])
    ] if mark else []  # fmt: skip
    return [
        Page("customer list", "rep", [listing], [bare.customer_list(team)]),
        Page("customer list, filtered", "rep", [f"{listing}?lifecycle=active&value_min=5000"],
             [bare.customer_list(team, "AND c.lifecycle = 'active' AND c.order_value >= 5000")]),
        Page("customer list, own", "rep", [f"{listing}?owner={rep}"],
             [bare.customer_list(team, "AND c.owner_id = %s", rep)]),
        Page("customer list, rare region", "rep", [f"{listing}?region=Middle+East"]),
        Page("customer list, by value", "rep", [f"{listing}?sort=-value"]),
        Page("customer list, by last contact", "rep", [f"{listing}?sort=-contact"]),
        *deep,
        Page("search, two characters", "rep", [f"{search}?q={quote(t)}" for t in names["two"]],
             [bare.search(team, f"'{text}'") for text in names["two"]]),
        Page("search, phone", "rep", [f"{search}?q={quote(t)}" for t in names["phone"]],
             [bare.search(team, f"'{text}':*") for text in names["phone"]]),
        Page("search, beginning of a name", "rep", [f"{search}?q={t}" for t in names["latin"]],
             [bare.search(team, f"'{text}':*") for text in names["latin"]]),
        Page("customer", "rep", [url for url, _ in details],
             [bare.customer_detail(pk) for _, pk in details]),
        Page("board", "rep", [reverse("sales:board")], [bare.board(rep)]),
        Page("board, manager", "manager", [reverse("sales:board")]),
        Page("deal list", "manager", [reverse("sales:deal_list")], [bare.deal_list(team)]),
        Page("order list", "manager", [reverse("sales:order_list")], [bare.order_list(team)]),
        Page("request queue", "agent", [reverse("service:queue")],
             [bare.queue(people.ids["agent"])]),
        Page("request list", "agent", [reverse("service:request_list")],
             [bare.request_list(people.ids["agent"], people.teams["agent"])]),
        Page("request", "agent", _addresses("service:request_detail", names["requests"])),
        Page("deal", "rep", _addresses("sales:deal_detail", names["deals"])),
        Page("follow-up list", "rep", [reverse("communications:follow_up_list")]),
        Page("communication list", "rep", [talks]),
        Page("communication list, rare", "rep",
             [f"{talks}?region=Middle+East", f"{talks}?happened_from=2100-01-01"]),
        Page("communication list, agent", "agent", [talks]),
        Page("my day", "rep", [reverse("home:my_day")]),
        Page("my day, agent", "agent", [reverse("home:my_day")]),
        Page("dashboard", "manager", [reverse("analytics:dashboard")]),
    ]  # fmt: skip


def _addresses(name: str, keys: Sequence[int]) -> list[str]:
    from django.urls import reverse

    return [reverse(name, args=[pk]) for pk in keys]


def _samples(team: int) -> dict[str, Any]:
    """Records spread over the tables, and words from them to search for."""
    from customers.models import Customer
    from sales.models import Deal
    from service.models import ServiceRequest

    customers = Customer.objects.alive().filter(team=team)
    ids = _spread(customers)
    found = list(customers.filter(pk__in=ids))
    owner = "rep"
    return {
        "ids": ids,
        "two": [c.name[:2] for c in found if _is_chinese(c.name[:2])][:RECORDS] or ["科技"],
        "phone": [c.phone.removeprefix("+86") for c in found if c.phone.startswith("+86")],
        "latin": _beginnings(Customer),
        "deals": _spread(Deal.objects.alive().filter(owner__username=owner)),
        "requests": _spread(ServiceRequest.objects.alive().filter(owner__username="agent")),
    }


def _spread(queryset: Any) -> list[int]:
    """Some ids at equal distances."""
    keys = list(queryset.order_by("pk").values_list("pk", flat=True))
    return keys[:: max(len(keys) // RECORDS, 1)][:RECORDS]


def _is_chinese(text: str) -> bool:
    return len(text) == 2 and all("\u4e00" <= char <= "\u9fff" for char in text)


def _beginnings(customer: Any) -> list[str]:
    names = customer.objects.alive().filter(name__regex="^[A-Z][a-z]{4}")
    found = {name[:4].lower() for name in names.values_list("name", flat=True)[:500]}
    return sorted(found)[:RECORDS] or ["acme"]


def _cursor(team: int, *, page: int) -> tuple[str, tuple[Any, int] | None]:
    """The address part that opens a page far down, made as the page before it would make it."""
    from crm.records.keyset import Sort, paginate
    from crm.records.views import DEFAULT_PAGE_SIZE
    from customers.models import Customer

    rows = Customer.objects.alive().filter(team=team).order_by("-updated_at", "-pk")
    first = (page - 2) * DEFAULT_PAGE_SIZE
    before = rows[first : first + 1].first()
    if before is None:
        return "", None
    cut = rows.filter(updated_at__lte=before.updated_at)
    shown = paginate(cut, Sort("updated", "updated_at"), descending=True, size=DEFAULT_PAGE_SIZE)
    last = shown.rows[-1]
    return shown.next_cursor or "", (last.updated_at, last.pk)


def measure(
    found: Machine, people: People, listed: Sequence[Page], *, times: int
) -> list[dict[str, Any]]:
    """Every page through the WSGI handler in this process, which collects garbage as the web's."""
    settle()
    connection = found.connect()
    connection.autocommit = True
    try:
        return [_try_page(connection, people, page, times) for page in listed]
    finally:
        connection.close()


def _try_page(connection: Any, people: People, page: Page, times: int) -> dict[str, Any]:
    """A page that fails is a line of the report, not the end of the others' measurements."""
    try:
        return _measure_page(connection, people, page, times)
    except Exception as error:  # noqa: BLE001  # whatever a page raises is its figure
        return {"page": page.key, "role": page.role, "failed": f"{type(error).__name__}: {error}"}


def _measure_page(connection: Any, people: People, page: Page, times: int) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection as django_connection
    from django.test import Client

    client = Client(raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = people.sessions[page.role]
    sizes, queries, captured = _warm(client, page)
    spent, worked = _timed(client, page, times)
    asks = ("SELECT", "EXECUTE")
    reads = [(text, ()) for text in captured if text.lstrip("( ").upper().startswith(asks)]
    asked = django_connection.connection  # it has prepared the page's statements
    middle = statistics.median(spent)
    result = {
        "page": page.key,
        "role": page.role,
        "p50_ms": round(middle, 1),
        "p95_ms": round(_quantile(spent, 0.95), 1),
        "cpu_ms": round(statistics.median(worked), 1),  # of Python; hardly moved by others' load
        "queries": max(queries),
        "bytes": round(statistics.median(sizes)),
        "own_sql_ms": round(bare.milliseconds(asked, reads, max(times // 3, 5)), 1),
        "sql_cpu_ms": round(bare.processor_milliseconds(asked, reads, max(times, 30)), 1),
        "repeated_queries": sum(count > 1 for count in Counter(captured).values()),
        "load": load()[0],
    }
    return result | (_beside(connection, page, times, middle) if page.bare else {})


def _warm(client: Any, page: Page) -> tuple[list[int], list[int], list[str]]:
    """The sizes of some answers, how many queries each took, and the last one's; templates, plans
    and the database's cache are warm then."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(page.urls[0])  # the first of a session also writes when it was last seen
    sizes, queries, captured = [], [], []
    for url in page.urls[:5]:
        with CaptureQueriesContext(connection) as context:
            response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{page.key}: {url} answered {response.status_code}")
        sizes.append(len(response.content))
        queries.append(len(context))
        captured = [entry["sql"] for entry in context.captured_queries]
    return sizes, queries, captured


def _timed(client: Any, page: Page, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer: by the clock, and of this process."""
    spent, worked = [], []
    for number in range(times):
        url = page.urls[number % len(page.urls)]
        began, began_work = time.perf_counter(), time.process_time()
        client.get(url)
        spent.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    return spent, worked


def _beside(connection: Any, page: Page, times: int, middle: float) -> dict[str, float]:
    """The bare SQL of the same rows, and the page's median beside it."""
    floor = statistics.median(
        bare.milliseconds(connection, one, max(times // len(page.bare), 3)) for one in page.bare
    )
    return {
        "bare_sql_ms": round(floor, 2),
        "ratio": round(middle / floor, 1),
        "plus_ms": round(middle - floor, 1),
    }


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
