"""The page of spend: by campaign, by platform, and as a file that comes back unchanged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.accounts.models import User
from marketing.models import Campaign, Spend
from sales.models import ExchangeRate
from tests.factories.marketing import CampaignFactory
from tests.marketing.ad_reports import GOOGLE, REPORTS
from tests.marketing.spend_steps import bring

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_it_lists_spend_with_a_fixed_number_of_queries(
    client: Client, brand: Campaign, django_assert_num_queries: Any
) -> None:
    client.get("/marketing/spend/")  # what is kept for all pages
    for count in (2, 5):
        for campaign in CampaignFactory.create_batch(count, team=brand.team):
            for channel in ("google", "meta"):
                Spend.objects.create(campaign=campaign, channel=channel, amount=1,
                                     starts_on="2026-11-01", ends_on="2026-11-02")  # fmt: skip
        with django_assert_num_queries(4):
            client.get("/marketing/spend/?first=&last=")


def test_it_lists_spend_by_campaign(client: Client, brand: Campaign, cast: dict[str, Any]) -> None:
    other = CampaignFactory(owner=cast["outsider"], team=cast["outsider"].team)
    day = {"starts_on": "2026-11-01", "ends_on": "2026-11-02", "amount": 77}
    Spend.objects.create(campaign=other, team=other.team, channel="google", **day)
    bring(client, GOOGLE)
    bring(client, REPORTS["baidu"].content())
    page = client.get("/marketing/spend/?first=2026-11-01&last=2026-11-30")
    lines, total = page.context["lines"], page.context["total"]
    assert [(line.name, line.spent) for line in lines] == [("brand", Decimal("1210.85"))]
    assert (total.spent, total.impressions, total.clicks) == (Decimal("1210.85"), 4500, 360)
    assert total.click_rate == 0.08
    assert round(total.per_click, 2) == Decimal("3.36")
    shown = client.get("/marketing/spend/?first=2026-11-02&last=2026-11-02&platform=baidu")
    assert (shown.context["total"].spent, shown.context["count"]) == (Decimal("3.01"), 1)
    assert '<option value="google">Google Ads</option>' in shown.content.decode()
    assert '<option value="baidu" selected>Baidu Ads</option>' in shown.content.decode()
    assert client.get("/marketing/spend/?platform=none").context["count"] == 0
    detail = client.get(f"/marketing/campaigns/{brand.pk}/")
    assert [line.name for line in detail.context["platforms"]] == ["Google Ads", "Baidu Ads"]
    bad = client.get("/marketing/spend/?first=2026-11-02&last=2026-11-01")
    assert bad.status_code == 422
    assert "The last day lies before the first one." in bad.content.decode()
    client.force_login(cast["rep"])
    assert client.get(f"/marketing/campaigns/{brand.pk}/").context["platforms"] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_takes_its_own_export_back(client: Client, brand: Campaign, language: str) -> None:
    ExchangeRate.objects.create(currency="USD", from_date="2026-01-01", rate="7")
    User.objects.filter(pk=brand.owner_id).update(language=language)
    for name in ("google", "meta", "ocean", "generic"):
        bring(client, REPORTS[name].content())

    def taken_out() -> bytes:
        response: Any = client.get("/marketing/spend/table.csv?first=&last=")
        return b"".join(response.streaming_content)

    before = taken_out()
    assert before.count(b"\n") == 1 + Spend.objects.count()
    assert bring(client, before).skipped == Spend.objects.count()
    Spend.objects.all().delete()
    batch = bring(client, before)
    assert (batch.created, batch.rejected) == (13, 0)
    assert sorted(taken_out().splitlines()) == sorted(before.splitlines())
