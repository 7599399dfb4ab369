"""Every address × every role × own, team's, other's and trashed records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.records.resources import resources
from tests.architecture.access_table import ACTIONS, KINDS, PAGES, PUBLIC, Kind, Reach
from tests.architecture.records import SCOPES, World, make_record

ROLES = ("rep", "manager", "agent", "admin")
# Addresses of libraries, with tests of their own: Django's admin (administrators only, see
# below) and allauth's account pages (one's own account only).
OUTSIDE = ("admin/", "accounts/", "static/")
RESOURCE_PAGES = (
    "list", "create", "options", "detail", "edit", "field", "history", "trash", "restore",
    "bulk", "export",
)  # fmt: skip
# A value of each kind that is edited in place by everyone who may edit the record.
FIELDS = {
    "customers:": ("city", "Kunming"),
    "customers:contact_": ("title", "Buyer"),
    "customers:need_": ("product", "Tea"),
    "sales:deal_": ("note", "Wants a discount"),
    "communications:": ("outcome", "interested"),
    "communications:follow_up_": ("kind", "visit"),
    "service:request_": ("requester", "Somebody"),
}


def addresses(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if route.startswith(OUTSIDE):
            continue
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


def api_name(kind: str) -> str:
    """``api:price_list_``: where programs read the kind."""
    resource = next(r for r in resources.values() if r.name("") == kind)
    return f"api:{resource.api.replace('-', '_')}_"


def test_it_lists_every_address() -> None:
    listed = {kind + page for kind in KINDS for page in RESOURCE_PAGES}
    listed |= {api_name(kind) + page for kind in KINDS for page in ("list", "detail")}
    listed |= set(ACTIONS) | set(PAGES) | set(PUBLIC)
    assert set(addresses(get_resolver())) - listed == set()


def marker(scope: str) -> str:
    return f"marker{scope}zz"


def row_hash(record: Any) -> str:
    table = record._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT md5(t::text) FROM "{table}" AS t WHERE id = %s', [record.pk])  # noqa: S608  # a table of ours
        row = cursor.fetchone()
    return row[0] if row else "gone"


def reaches(reach: Reach, role: str, scope: str) -> bool:
    return scope in reach.get(role, set())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_what_the_table_says(world: World, client: Client, kind: str, role: str) -> None:
    rule = KINDS[kind]
    records = {scope: make_record(world, kind, scope, marker(scope)) for scope in SCOPES}
    client.force_login(world.cast.user(role))
    for scope, record in records.items():
        seen = reaches(rule.see, role, scope)
        for page in ("detail", "history"):
            response = client.get(reverse(kind + page, args=[record.pk]))
            assert response.status_code == (200 if seen else 404), (page, scope)
            assert seen or marker(scope) not in response.content.decode()
        told = client.get(reverse(api_name(kind) + "detail", args=[record.pk]))
        assert told.status_code == (200 if seen else 404), scope
        assert seen or marker(scope) not in told.content.decode()
        edits = client.get(reverse(kind + "edit", args=[record.pk])).status_code
        editable = reaches(rule.edit, role, scope)
        assert edits == (200 if editable else 403 if seen else 404), scope


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_lists_what_the_table_says(world: World, client: Client, kind: str, role: str) -> None:
    rule = KINDS[kind]
    records = {scope: make_record(world, kind, scope, marker(scope)) for scope in SCOPES}
    client.force_login(world.cast.user(role))
    listing = client.get(reverse(kind + "list"))
    options = client.get(reverse(kind + "options"))
    assert listing.status_code == options.status_code == (200 if role in rule.readers else 404)
    told = client.get(reverse(api_name(kind) + "list"))
    assert told.status_code == listing.status_code
    rows = {row["id"] for row in told.json().get("results", ())}
    page, choices = listing.content.decode(), options.content.decode()
    find = client.get(reverse("home:search"), {"q": "marker"}).content.decode()
    for scope, record in records.items():
        seen = reaches(rule.see, role, scope)
        assert (f'"{record.get_absolute_url()}"' in page) is seen, scope
        assert (f'"value": {record.pk},' in choices) is seen, scope
        assert (record.pk in rows) is seen, scope
        assert seen or f'"{record.get_absolute_url()}"' not in find, scope


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_offers_creation_to_those_of_the_table(
    world: World, client: Client, kind: str, role: str
) -> None:
    client.force_login(world.cast.user(role))
    expected = {True: 200, False: 404}[role in KINDS[kind].create]
    assert client.get(reverse(kind + "create")).status_code == expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_leaves_rows_alone_when_a_write_is_denied(
    world: World, client: Client, kind: str, role: str
) -> None:
    rule: Kind = KINDS[kind]
    client.force_login(world.cast.user(role))
    for scope in SCOPES:
        record = make_record(world, kind, scope, marker(scope))
        before = row_hash(record)
        for page, reach in (("edit", rule.edit), ("trash", rule.trash)):
            if reaches(reach, role, scope):
                continue
            response = client.post(reverse(kind + page, args=[record.pk]), {"name": "Taken over"})
            assert response.status_code in {403, 404}, (page, scope)
            assert row_hash(record) == before, (page, scope)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", FIELDS)
def test_it_edits_values_in_place_as_the_table_says(
    world: World, client: Client, kind: str, role: str
) -> None:
    name, value = FIELDS[kind]
    client.force_login(world.cast.user(role))
    for scope in SCOPES:
        record = make_record(world, kind, scope, marker(scope))
        url = reverse(kind + "field", args=[record.pk, name])
        before = row_hash(record)
        allowed = reaches(KINDS[kind].edit, role, scope)
        denied = 403 if reaches(KINDS[kind].see, role, scope) else 404
        form = client.get(url, headers={"HX-Request": "true"}).status_code
        saved = client.post(url, {name: value, "expected_version": 1}).status_code
        assert (form, saved) == ((200, 200) if allowed else (denied, denied)), scope
        assert (row_hash(record) != before) is allowed, scope


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_restores_only_ones_own_deletions(
    world: World, client: Client, kind: str, role: str
) -> None:
    """The record was deleted by a stranger: administrators and nobody else bring it back."""
    record = make_record(world, kind, "trashed", marker("trashed"))
    before = row_hash(record)
    client.force_login(world.cast.user(role))
    response = client.post(reverse(kind + "restore", args=[record.pk]))
    restored = role == "admin"
    assert response.status_code == (302 if restored else 404)
    assert (row_hash(record) == before) is not restored


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_trashes_what_the_table_says(world: World, client: Client, kind: str, role: str) -> None:
    client.force_login(world.cast.user(role))
    for scope in ("own", "team", "other"):
        if not reaches(KINDS[kind].trash, role, scope):
            continue
        record = make_record(world, kind, scope, marker(scope))
        assert client.post(reverse(kind + "trash", args=[record.pk])).status_code == 302
        record.refresh_from_db()
        assert record.trashed_by == world.cast.user(role)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACTIONS)
def test_it_acts_on_what_the_table_says(world: World, client: Client, name: str, role: str) -> None:
    action = ACTIONS[name]
    client.force_login(world.cast.user(role))
    for scope in SCOPES if action.kind in KINDS else SCOPES[:3]:  # no trash for the others
        record = make_record(world, action.kind, scope, marker(scope))
        before = row_hash(record)
        send = client.post if action.method == "post" else client.get
        response = send(reverse(name, args=[record.pk, *action.more]), action.data)
        for close in response._resource_closers:  # of a download's file
            close()
        if reaches(action.reach, role, scope):
            assert response.status_code < 400 or response.status_code in action.also, (name, scope)
        else:
            assert response.status_code in {403, 404}, (name, scope)
            assert row_hash(record) == before, (name, scope)
            assert marker(scope) not in response.content.decode()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", PAGES)
def test_it_opens_pages_to_those_of_the_table(
    world: World, client: Client, name: str, role: str
) -> None:
    page = PAGES[name]
    client.force_login(world.cast.user(role))
    send = client.post if page.method == "post" else client.get
    status = send(reverse(name, args=page.args), page.data).status_code
    assert (status < 400 or status == 422) is (role in page.roles), status
    assert role in page.roles or status in {403, 404}


@pytest.mark.django_db
def test_it_asks_strangers_to_sign_in(client: Client) -> None:
    for name in [*(kind + "list" for kind in KINDS), *(n for n in PAGES if not PAGES[n].args)]:
        send = client.post if name in PAGES and PAGES[name].method == "post" else client.get
        response = send(reverse(name))
        if name == "api:schema":  # programs are told so instead
            assert response.status_code == 401
            continue
        assert response.status_code == 302, name
        assert "/accounts/login/" in response["Location"], name


@pytest.mark.parametrize("role", ROLES)
def test_it_keeps_the_admin_to_administrators(world: World, client: Client, role: str) -> None:
    client.force_login(world.cast.user(role))
    response = client.get("/admin/customers/customer/")
    assert response.status_code == (200 if role == "admin" else 302)


SQL = ["' OR 1=1 --", "1; SELECT pg_sleep(5)", "\x00", "%27", "𝕏" * 500, "-1", "9" * 40, "{{7*7}}"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_survives_hostile_parameters(world: World, client: Client, kind: str) -> None:
    client.force_login(world.cast.admin)
    url = reverse(kind + "list")
    names = [*client.get(url).context["filterset"].filters, "sort", "after", "before", "size"]
    names += ["owner__password__startswith", "state"]
    for turn, name in enumerate(names):
        for text in SQL[turn % 3 :: 3]:  # all of them over the names: 3 000 pages are enough
            assert client.get(url, {name: text}).status_code in {200, 400}, (name, text)
