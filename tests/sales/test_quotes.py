"""Quotes: from a deal to an order, on paper in the customer's language."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from crm.common import formats, pdf
from crm.common.errors import RefusedError
from crm.jobs.models import Job
from crm.jobs.runner import job_run
from sales import quote_documents
from sales.models import Deal, ExchangeRate, Order, Quote, QuoteLine, Stage
from sales.services import (
    LineItem,
    quote_accept,
    quote_create,
    quote_decline,
    quote_from_deal,
    quote_revise,
    quote_send,
    quote_update,
    quotes_expire,
)
from tests.factories.cast import Cast
from tests.factories.customers import CustomerFactory
from tests.factories.sales import DealFactory, ProductFactory

Stages = dict[str, Stage]


@pytest.fixture
def deal(cast: Cast, stages: Stages) -> Deal:
    customer = CustomerFactory(owner=cast.rep, team=cast.team, name="苏州远帆仪器有限公司")
    return DealFactory(
        customer=customer, stage=stages["new"], name="年度采购", amount=Decimal(5000)
    )


@pytest.fixture
def quote(cast: Cast, deal: Deal) -> Quote:
    lines = [
        LineItem(Decimal(3), Decimal("19.99"), ProductFactory(), "Cable", Decimal(10), Decimal(13)),
        LineItem(Decimal("1.5"), Decimal(200), None, "安装服务", Decimal(0), Decimal(6)),
    ]
    return quote_create(actor=cast.rep, customer=deal.customer, deal=deal, lines=lines)


def test_it_adds_up_net_and_tax_line_by_line(quote: Quote) -> None:
    # 3 × 19.99 × 0.9 = 53.973 → 53.97, its tax 7.0161 → 7.02; 300, its tax 18
    assert (quote.net, quote.tax, quote.total) == (
        Decimal("353.97"), Decimal("25.02"), Decimal("378.99"),
    )  # fmt: skip
    quote.lines.first().delete()  # type: ignore[union-attr]  # there are two
    quote.refresh_from_db()
    assert (quote.net, quote.tax, quote.total) == (300, 18, 318)


def test_it_is_made_of_a_deal_in_one_click(cast: Cast, client: Client, deal: Deal) -> None:
    url = reverse("sales:deal_quote", args=[deal.pk])
    client.force_login(cast.rep)
    first, second = client.post(url), client.post(url)
    quote = Quote.objects.get()
    assert first["Location"] == second["Location"] == quote.get_absolute_url()
    line = quote.lines.get()
    assert (line.description, line.net, line.tax_rate) == ("年度采购", 5000, 13)
    assert quote.number.startswith("QT-")
    assert str(quote) in client.get(deal.get_absolute_url()).content.decode()
    client.force_login(cast.colleague)
    assert client.post(url).status_code == 404


def test_it_is_written_on_its_form(cast: Cast, client: Client, deal: Deal) -> None:
    product = ProductFactory(price=Decimal(40))
    values = {
        "customer": deal.customer_id, "currency": "CNY", "quoted_on": "2026-03-01",
        "valid_until": "2026-03-31", "language": "en", "lines-TOTAL_FORMS": 2,
        "lines-INITIAL_FORMS": 0, "lines-0-product": product.pk, "lines-0-quantity": "2",
        "lines-0-discount": "25", "lines-0-tax_rate": "13", "lines-1-tax_rate": "13",
    }  # fmt: skip
    client.force_login(cast.rep)
    wrong = client.post(reverse("sales:quote_create"), {**values, "valid_until": "2026-02-01"})
    assert wrong.status_code == 422
    assert "valid on its own day" in wrong.content.decode()
    client.post(reverse("sales:quote_create"), values)
    quote = Quote.objects.get()
    assert (quote.net, quote.tax, quote.lines.count(), quote.owner) == (60, Decimal("7.8"), 1,
                                                                         cast.rep)  # fmt: skip
    edited = {**values, "expected_version": 1, "lines-INITIAL_FORMS": 1, "lines-0-discount": ""}
    client.post(reverse("sales:quote_edit", args=[quote.pk]), edited)
    quote.refresh_from_db()
    assert quote.net == 80


def test_a_file_of_quotes_names_them_as_the_list_does(
    cast: Cast, client: Client, quote: Quote
) -> None:
    client.force_login(cast.manager)
    response = client.post("/sales/quotes/export/", {"format": "csv"})
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # a streamed answer has it
    assert text.splitlines()[1].startswith(f"{quote.label},苏州远帆仪器有限公司,")


def test_it_says_why_a_decided_quote_no_longer_changes(
    cast: Cast, client: Client, quote: Quote
) -> None:
    quote_accept(pk=quote.pk, actor=cast.rep)
    for who, status, told in ((cast.rep, 400, True), (cast.agent, 404, False)):
        client.force_login(who)
        response = client.get(f"/sales/quotes/{quote.pk}/edit/")
        page = response.content.decode()
        assert (response.status_code, "Only a draft can be changed" in page) == (status, told)


def test_it_becomes_one_order_when_accepted(cast: Cast, client: Client, quote: Quote) -> None:
    url = reverse("sales:quote_order", args=[quote.pk])
    client.force_login(cast.rep)
    assert client.post(url).status_code == 400
    client.post(reverse("sales:quote_accept", args=[quote.pk]))
    first, second = client.post(url), client.post(url)
    order = Order.objects.get()
    assert first["Location"] == second["Location"] == order.get_absolute_url()
    assert (order.total, order.quote, order.deal) == (quote.net, quote, quote.deal)
    assert [line.discount for line in order.lines.order_by("position")] == [10, 0]


def test_it_keeps_a_sent_version_and_counts_up(cast: Cast, quote: Quote) -> None:
    with pytest.raises(RefusedError):
        quote_revise(pk=quote.pk, actor=cast.rep)
    quote_send(pk=quote.pk, actor=cast.rep)
    with pytest.raises(RefusedError):
        quote_update(pk=quote.pk, actor=cast.rep, changes={"terms": "Others"})
    made = quote_revise(pk=quote.pk, actor=cast.rep)
    assert quote_revise(pk=quote.pk, actor=cast.rep) == made
    quote.refresh_from_db()
    assert (made.number, made.revision, made.status) == (quote.number, 2, "draft")
    assert (quote.status, made.total) == ("replaced", quote.total)
    with pytest.raises(RefusedError):
        quote_accept(pk=quote.pk, actor=cast.rep)


def test_it_expires_after_its_last_day(cast: Cast, deal: Deal) -> None:
    today = timezone.localdate()
    quote = quote_from_deal(deal_pk=deal.pk, actor=cast.rep)
    quote_send(pk=quote.pk, actor=cast.rep)
    Quote.objects.update(quoted_on=today - timedelta(days=9), valid_until=today)
    assert quotes_expire(today) == 0
    assert quotes_expire(today + timedelta(days=1)) == 1
    with pytest.raises(RefusedError):
        quote_accept(pk=quote.pk, actor=cast.rep)
    assert quote_revise(pk=quote.pk, actor=cast.rep).valid_until > today


def test_it_is_declined_once_and_for_all(cast: Cast, quote: Quote) -> None:
    quote_decline(pk=quote.pk, actor=cast.rep)
    assert quote_decline(pk=quote.pk, actor=cast.rep).status == "declined"
    with pytest.raises(RefusedError):
        quote_accept(pk=quote.pk, actor=cast.rep)


def test_it_needs_a_rate_for_its_currency(cast: Cast, deal: Deal) -> None:
    values: dict[str, Any] = {
        "actor": cast.rep, "customer": deal.customer, "currency": "EUR",
        "lines": [LineItem(Decimal(1), Decimal(1), description="x")],
    }  # fmt: skip
    with pytest.raises(RefusedError):
        quote_create(**values)
    ExchangeRate.objects.create(currency="EUR", from_date="2020-01-01", rate=Decimal("7.8"))
    assert quote_create(**values).currency == "EUR"


def printed(client: Client, quote: Quote) -> Job:
    client.post(reverse("sales:quote_pdf", args=[quote.pk]))
    job = Job.objects.get(kind="quote_pdf")
    job_run(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "报价单"), ("en", "Quotation")])
def test_it_is_printed_with_chinese_inside(
    cast: Cast, client: Client, quote: Quote, language: str, title: str, tmp_path: Any
) -> None:
    Quote.objects.filter(pk=quote.pk).update(language=language)
    more = [
        QuoteLine(quote=quote, position=place, quantity=1, unit_price="0.0525")
        for place in range(9, 49)
    ]
    QuoteLine.objects.bulk_create(more)
    client.force_login(cast.rep)
    with translation.override("en"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", str(tmp_path))
        assert client.get(reverse("sales:quote_file", args=[quote.pk])).status_code == 404
        job = printed(client, quote)
        assert job.state == "succeeded", job.error
        page = client.get(quote.get_absolute_url()).content.decode()
        assert reverse("sales:quote_file", args=[quote.pk]) in page
        answer = client.get(reverse("sales:quote_file", args=[quote.pk]))
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file
        client.force_login(cast.colleague)
        assert client.get(reverse("sales:quote_file", args=[quote.pk])).status_code == 404
    reader = PdfReader(io.BytesIO(content))
    text = reader.pages[0].extract_text()
    assert title in text
    assert "苏州远帆仪器有限公司" in text
    assert "安装服务" in text
    assert "0.0525" in text
    last = reader.pages[-1].extract_text()
    quote.refresh_from_db()
    with translation.override(language):
        total = formats.money(quote.total, quote.currency)
    assert (total in text, total in last) == (False, True)
    assert embedded_fonts(reader)


def test_it_is_printed_anew_when_it_changes_meanwhile(
    cast: Cast, client: Client, quote: Quote, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Marked as sent while the first PDF is being made."""
    times = []

    def slow_render(html: str) -> bytes:
        if not times:
            quote_send(pk=quote.pk, actor=cast.rep)
        times.append(html)
        return b"%PDF"

    monkeypatch.setattr(settings, "MEDIA_ROOT", str(tmp_path))
    monkeypatch.setattr(quote_documents, "render_pdf", slow_render)
    client.force_login(cast.rep)
    assert printed(client, quote).state == "succeeded"
    assert len(times) == 2
    page = client.get(quote.get_absolute_url()).content.decode()
    assert reverse("sales:quote_file", args=[quote.pk]) in page


def embedded_fonts(reader: PdfReader) -> list[str]:
    """The Chinese fonts whose outlines are in the file."""
    resources: Any = reader.pages[0]["/Resources"]
    found = []
    for entry in resources["/Font"].values():
        font = entry.get_object()
        for descendant in font.get("/DescendantFonts", []):
            descriptor = descendant.get_object()["/FontDescriptor"].get_object()
            if {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
                found.append(str(descriptor["/FontName"]))
    return [name for name in found if "CJK" in name or "Han" in name]


def test_it_says_what_to_install_where_no_chinese_font_is(
    cast: Cast, client: Client, quote: Quote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "CHINESE_FONTS", ("A family that nobody has",))
    client.force_login(cast.rep)
    job = printed(client, quote)
    assert (job.state, job.attempts) == ("failed", 1)
    page = client.get(quote.get_absolute_url())
    assert page.status_code == 200
    assert "fonts-noto-cjk" in page.content.decode()
