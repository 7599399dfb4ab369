"""A browser, a small company, a page signed in as a role; complaints fail the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crm.accounts.models import User
from tests.browser import chromium
from tests.browser.watching import Watch
from tests.factories.company import demo_template

DESKTOP, PHONE = (1440, 900), (390, 844)
PATIENCE_MS = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the browser tests of this process."""
    path = chromium.executable()
    chromium.require_bundles()
    # Beside Playwright's loop Django keeps other connections: those of before would stay open,
    # unseen, and break when the database is made anew.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread; the queries of a test are none of its
        # business, but Django refuses them while it sees one.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(
                executable_path=path, args=chromium.ARGUMENTS, timeout=60_000
            )
            yield started
            started.close()


@pytest.fixture(scope="package")
def company_template(own_database: Callable[..., Any], django_db_blocker: Any) -> str:
    """The name of a database with a demo company."""
    name = "small_company"
    with django_db_blocker.unblock():
        demo_template(name, customers=60, seed=1)
    return name


@dataclass(frozen=True)
class Company:
    """The people of the demo company; ``rep`` has the password ``demo-rep``, and so on."""

    rep: User
    agent: User
    manager: User
    admin: User

    def user(self, role: str) -> User:
        return getattr(self, role)


@pytest.fixture
def company(
    company_template: str, own_database: Callable[..., Any], transactional_db: None
) -> Iterator[Company]:
    """A fresh copy of the company in the test's database."""
    with own_database(company_template):
        yield Company(**{role: User.objects.get(username=role) for role in Company.__annotations__})


@pytest.fixture
def address(company: Company, live_server: Any) -> str:
    """Where the product is served."""
    return str(live_server.url)


@pytest.fixture
def worker(
    company: Company,
    start_worker: Callable[..., Any],
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    """A real worker that shares the files of the web server."""
    settings.MEDIA_ROOT = tmp_path / "media"
    start_worker(CRM_VAR_DIR=str(tmp_path))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Collects what every page of the test complains about; the test fails if that is anything."""
    collected = Watch()
    yield collected
    assert not collected.problems, "\n".join(dict.fromkeys(collected.problems))


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser, watch: Watch, address: str) -> Iterator[OpenContext]:
    """A watched context without a session; ``size`` in pixels, ``colors`` light or dark."""
    opened: list[BrowserContext] = []

    def start(size: tuple[int, int] = DESKTOP, colors: Any = "light") -> BrowserContext:
        context = browser.new_context(
            locale="zh-CN",
            base_url=address,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=colors,
            reduced_motion="reduce",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        watch.attach(context)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


def session_of(user: User) -> SessionBase:
    client = Client()
    client.force_login(user)
    return client.session


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(open_context: OpenContext, company: Company, address: str) -> SignIn:
    """``sign_in("rep", language="zh-hans")`` gives a page with the session of that person.

    The theme follows the browser's, so that ``emulate_media`` switches it.
    """

    def start(role: str, *, language: str = "en", **options: Any) -> Page:
        user = company.user(role)
        User.objects.filter(pk=user.pk).update(language=language, theme="auto")
        context = open_context(**options)
        key = session_of(user).session_key
        context.add_cookies([{"name": "sessionid", "value": str(key), "url": address}])
        return context.new_page()

    return start
