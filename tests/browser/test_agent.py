"""An agent answers a request."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from service.models import ServiceRequest
from tests.browser.conftest import PHONE, Company, SignIn


def waiting_request(company: Company) -> ServiceRequest:
    return ServiceRequest.objects.create(
        subject="打印机无法联网", team=company.agent.team, opened_at=timezone.now(),
        resolution_due_at=timezone.now(),
    )  # fmt: skip


def test_it_takes_and_resolves_a_request_and_could_undo(sign_in: SignIn, company: Company) -> None:
    request = waiting_request(company)
    page = sign_in("agent", language="zh-hans")
    page.goto("/service/queue/?tab=unassigned")
    row = page.locator(f"#request-{request.pk}")
    row.get_by_role("button", name="领取").click()
    expect(row).to_contain_text("处理中")
    row.get_by_role("button", name="已处理").click()
    expect(row.get_by_role("button", name="重新打开")).to_be_visible()
    request.refresh_from_db()
    assert (request.status, request.owner) == ("resolved", company.agent)
    with page.expect_navigation():
        page.locator("#toasts").get_by_role("button", name="撤销").last.click()
    request.refresh_from_db()
    assert (request.status, request.owner) == ("in_progress", company.agent)


def test_it_starts_an_own_request_on_its_page(sign_in: SignIn, company: Company) -> None:
    request = waiting_request(company)
    ServiceRequest.objects.filter(pk=request.pk).update(owner=company.agent)
    page = sign_in("agent", size=PHONE)
    page.goto(request.get_absolute_url())
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("main")).to_contain_text("In progress")
    expect(page.locator("#toasts")).to_contain_text(request.number)
    request.refresh_from_db()
    assert request.status == "in_progress"
