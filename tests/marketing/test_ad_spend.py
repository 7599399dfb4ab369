"""Spend from advertising platforms: read from each one's report, summed, replaced, undone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import Client

from analytics.charts import term_label
from analytics.frames import Scope
from analytics.marketing_frames import marketing_weeks
from analytics.marketing_runs import fit_effects
from crm.jobs.direct import DirectWork
from customers.imports.running import import_run
from customers.models import ImportBatch
from marketing.measures import CAMPAIGN
from marketing.models import Campaign, MarketResult, Spend
from sales.models import ExchangeRate
from tests.factories.marketing import CampaignFactory
from tests.marketing.ad_reports import GOOGLE, REPORTS, Report
from tests.marketing.spend_steps import IMPORT, bring, choose, sums, upload, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]
DAILY = "Day,Campaign,Cost,Impressions,Clicks\n"


def stored() -> list[dict[str, Any]]:
    return list(Spend.objects.order_by("pk").values())


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_it_reads_each_platforms_report(client: Client, brand: Campaign, report: Report) -> None:
    ExchangeRate.objects.create(currency="USD", from_date="2026-01-01", rate="7")
    batch = bring(client, report.content(), report.name)
    assert sums(batch) == report.sums, batch.reasons
    found = Spend.objects.aggregate(
        billed=Sum("billed"), amount=Sum("amount"), impressions=Sum("impressions"),
        clicks=Sum("clicks"),
    )  # fmt: skip
    rate = 7 if report.currency == "USD" else 1
    assert found == {
        "billed": Decimal(report.billed), "amount": Decimal(report.billed) * rate,
        "impressions": report.impressions, "clicks": report.clicks,
    }  # fmt: skip
    first, last = Spend.objects.earliest("starts_on"), Spend.objects.latest("starts_on")
    assert (last.starts_on - first.starts_on).days == report.days - 1 == Spend.objects.count() - 1
    assert first.starts_on in {date(2026, 11, 1), date(2026, 11, 2)}
    assert (first.channel, first.currency) == (report.channel, "CNY")
    brand.refresh_from_db()
    assert brand.external_id == report.campaign_id
    assert brand.ad_spend == brand.cost == found["amount"]
    again = bring(client, report.content(), report.name)
    rows = report.sums[0]
    assert sums(again) == (rows, 0, 0, rows, 0)


def test_it_sums_ads_wherever_they_stand(client: Client, brand: Campaign, monkeypatch: Any) -> None:
    monkeypatch.setattr("marketing.imports.spend.SpendRows.chunk", 1)
    bring(client, GOOGLE)
    first = Spend.objects.get(starts_on="2026-11-01")
    assert (first.amount, first.impressions, first.clicks) == (Decimal("1120.75"), 1200, 60)
    assert first.conversions == Decimal("2.50")


def test_it_replaces_what_a_report_said_before(client: Client, brand: Campaign) -> None:
    bring(client, DAILY + "2026-11-01,Brand,10,1,1\n2026-11-02,Brand,10,1,1\n")
    batch = bring(client, DAILY + "2026-11-02,Brand,4,1,1\n2026-11-02,Brand,8,1,1\n"
                                  "2026-11-03,Brand,1,1,1\n")  # fmt: skip
    assert sums(batch) == (3, 1, 2, 0, 0)
    brand.refresh_from_db()
    assert brand.ad_spend == Decimal(23)


def test_it_undoes_exactly_what_it_did(client: Client, brand: Campaign) -> None:
    bring(client, DAILY + "2026-11-01,Brand,10,5,1\n")
    before = stored()
    batch = bring(
        client, DAILY + "2026-11-01,Brand,12,6,1\n2026-11-02,Fresh,3,1,1\n",
        answer_adds_campaigns="on",
    )  # fmt: skip
    assert batch.objects_made == {"campaigns": 1, "spends": 1}
    listed = f"/marketing/campaigns/?imported={batch.pk}"
    assert listed in client.get(f"{IMPORT}{batch.pk}/").content.decode()
    assert [row.name for row in client.get(listed).context["page"].rows] == ["Fresh"]
    client.post(f"{IMPORT}{batch.pk}/undo/")
    batch = work(batch)
    assert (batch.state, batch.undo["kept"]) == ("undone", [])
    assert stored() == before
    assert list(Campaign.objects.values_list("name", "ad_spend")) == [("brand", Decimal(10))]


def test_it_goes_on_after_an_interruption(
    client: Client, brand: Campaign, monkeypatch: Any
) -> None:
    monkeypatch.setattr("marketing.imports.spend.SpendRows.chunk", 1)
    text = DAILY + "".join(f"2026-11-0{1 + n % 2},Brand,{n},1,1\n" for n in range(6))
    batch = upload(client, text)
    choose(client, batch)
    batch.state = ImportBatch.State.RUNNING
    batch.save()
    checkpoint: dict[str, Any] = {}

    class Stops(DirectWork):
        def set_checkpoint(self, value: dict[str, Any]) -> None:
            if value["rows"] > 3:
                raise InterruptedError
            checkpoint.update(value)

    with pytest.raises(InterruptedError):
        import_run(batch=ImportBatch.objects.get(pk=batch.pk), work=Stops())

    goes_on = DirectWork()
    goes_on.checkpoint = checkpoint
    import_run(batch=ImportBatch.objects.get(pk=batch.pk), work=goes_on)
    batch.refresh_from_db()
    assert sums(batch) == (6, 6, 0, 0, 0)
    assert Spend.objects.aggregate(s=Sum("amount"))["s"] == 15


def test_a_dry_run_says_what_the_import_will(client: Client, brand: Campaign) -> None:
    text = DAILY + "2026-11-01,Brand,1,1,1\n2026-11-01,New,1,1,1\n2026-11-01,New,2,1,1\n,,,,\n"
    batch = upload(client, text)
    choose(client, batch, answer_adds_campaigns="on")
    client.post(f"{IMPORT}{batch.pk}/dry-run/")
    batch = work(batch)
    assert (batch.trial["created"], Spend.objects.count()) == (3, 0)
    assert b"New" in client.get(f"{IMPORT}{batch.pk}/preview/").content
    client.post(f"{IMPORT}{batch.pk}/start/")
    assert sums(work(batch)) == (3, 3, 0, 0, 0)
    made = Campaign.objects.get(name="New")
    assert (made.ad_spend, made.starts_on, made.team) == (3, date(2026, 11, 1), brand.team)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-11-01,Unknown,1,1,1", "no_campaign"),
        ("2026-11-01,,1,1,1", "names_no_campaign"),
        (",Brand,1,1,1", "no_day"),
        ("soon,Brand,1,1,1", "bad_date"),
        ("2026-11-09 ~ 2026-11-01,Brand,1,1,1", "bad_period"),
        ("2020-01-01 ~ 2026-11-01,Brand,1,1,1", "bad_period"),
        ("2026-11-01,Brand,-1,1,1", "bad_number"),
        ("2026-11-01,Brand,much,1,1", "bad_number"),
        ("2026-11-01,Theirs,1,1,1", "no_campaign"),
        ("2026-11-01,Whole,1,1,1", "foreign_campaign"),
        ("2026-11-01,Twice,1,1,1", "ambiguous_campaign"),
        ("2026-11-01,Dollars,1,1,1", "campaign_currency"),
    ],
)
def test_it_rejects_a_row_with_its_reason(
    client: Client, brand: Campaign, cast: dict[str, Any], row: str, reason: str
) -> None:
    ExchangeRate.objects.create(currency="EUR", from_date="2020-01-01", rate="8")
    own = {"owner": brand.owner, "team": brand.team}
    CampaignFactory(name="Theirs", owner=cast["outsider"], team=cast["outsider"].team)
    CampaignFactory(name="Whole", owner=cast["admin"], team=None)
    CampaignFactory(name="Dollars", currency="USD", **own)
    CampaignFactory.create_batch(2, name="Twice", **own)
    head = DAILY.replace("Cost", "Cost (EUR)")
    batch = bring(client, f"{head}2026-11-01,Brand,2,1,1\n{row}\n")
    assert sums(batch) == (2, 1, 0, 0, 1)
    assert list(batch.reasons) == [reason]
    assert Spend.objects.get().amount == 16


def test_it_finds_a_campaign_by_the_platforms_id(client: Client, brand: Campaign) -> None:
    """Renamed there, or the same under two ids: it is one campaign and one sum."""
    head = "Day,Campaign,Campaign ID,Cost\n"
    bring(client, head + "2026-11-01,Brand,77,5\n")
    batch = bring(client, head + '2026-11-01,Renamed,="77",4\n2026-11-01,Brand,78,3\n'
                                 "2026-11-02,Brand,1.2E+17,1\n")  # fmt: skip
    assert sums(batch) == (3, 1, 2, 0, 0)
    assert list(Spend.objects.order_by("starts_on").values_list("amount", flat=True)) == [7, 1]
    brand.refresh_from_db()
    assert (brand.external_id, brand.ad_spend) == ("77", 8)


def test_it_adds_currencies_in_the_companys(client: Client, brand: Campaign) -> None:
    ExchangeRate.objects.create(currency="USD", from_date="2026-11-02", rate="7")
    ExchangeRate.objects.create(currency="USD", from_date="2026-01-01", rate="6")
    bring(client, "Day,Campaign,Cost,Currency\n2026-11-01,Brand,1,USD\n2026-11-01,Brand,2,CNY\n"
                  "2026-11-02,Brand,1,usd\n")  # fmt: skip
    found = Spend.objects.order_by("starts_on").values_list("amount", "billed", "billed_currency")
    assert list(found) == [(8, 8, "CNY"), (7, 1, "USD")]


@pytest.mark.parametrize(
    ("column", "said", "first", "days"),
    [
        ("Week", "2026-11-02", date(2026, 11, 2), 7),
        ("Month", "November 2026", date(2026, 11, 1), 30),
        ("月份", "2026-02", date(2026, 2, 1), 28),
        ("Month", "2026-11-01", date(2026, 11, 1), 30),
        ("日期", "2026/11/2 至 2026/11/4", date(2026, 11, 2), 3),
        ("Date", "Nov 2, 2026", date(2026, 11, 2), 1),
    ],
)
def test_it_lays_a_period_over_its_days(
    client: Client, brand: Campaign, column: str, said: str, first: date, days: int
) -> None:
    bring(client, f'{column},Campaign,Cost,Clicks\n"{said}",Brand,10.03,5\n')
    found = Spend.objects.order_by("starts_on")
    assert (found[0].starts_on, len(found)) == (first, days)
    assert sum(spend.amount for spend in found) == Decimal("10.03")
    assert sum(spend.clicks or 0 for spend in found) == 5
    assert max(s.amount for s in found) - min(s.amount for s in found) <= Decimal("0.01")


def test_it_warns_of_spend_that_stands_there_by_week(client: Client, brand: Campaign) -> None:
    Spend.objects.create(channel="google", team=brand.team, amount=1, starts_on="2026-10-26",
                         ends_on="2026-11-02")  # fmt: skip
    assert bring(client, GOOGLE).options["warnings"] == ["recorded_by_week"]
    assert bring(client, REPORTS["baidu"].content()).options["warnings"] == []


def test_it_is_explained_by_the_regression(client: Client, brand: Campaign) -> None:
    week = date(2026, 11, 2)
    own = {"team": brand.team, "starts_on": week, "ends_on": week + timedelta(days=7)}
    MarketResult.objects.create(revenue=1000, **own)
    bring(client, GOOGLE.replace("2026-11-01", "2026-11-03"))
    frame = marketing_weeks(Scope(team_id=brand.team_id))
    assert frame.attrs["channels"] == ["google"]
    assert frame["google"].tolist() == [1120.75]


def test_any_name_of_a_platform_can_be_explained(client: Client, brand: Campaign) -> None:
    names = ["a`b~c", "week", "Kid's (CPC) + x"]
    bring(client, "Day,Campaign,Platform,Cost\n" + "".join(
        f"2026-{month:02}-{day:02},Brand,{name},{(month * day * n) % 29}\n"
        for month in range(1, 11) for day in (2, 9, 16, 23) for n, name in enumerate(names, 3)
    ))  # fmt: skip
    for n in range(45):
        first = date(2026, 1, 1) + timedelta(days=7 * n)
        MarketResult.objects.create(team=brand.team, revenue=1000 + n * 17 % 23, starts_on=first,
                                    ends_on=first + timedelta(days=7))  # fmt: skip
    frame = marketing_weeks(Scope(team_id=brand.team_id))
    _found, result = fit_effects(frame)
    labels = {term_label(row["name"]) for row in result["adjusted"]}
    assert labels == {"a-b-c", "week", "Kid's (CPC) + x"}


def test_it_leaves_out_counts_that_cannot_be_read_but_no_money(
    client: Client, brand: Campaign
) -> None:
    head = "Day,Reporting ends,Campaign,Cost,Currency,Clicks\n"
    rows = "".join(f"2026-11-01,,Brand,{cost},{code},{clicks}\n" for cost, code, clicks in [
        (1, "CNY", "many"), (2, "yuan", 1), ("much", "CNY", 1), (4, "CNY", 3),
    ])  # fmt: skip
    batch = bring(client, head + rows, lenient="on")
    assert sums(batch)[4] == 2
    assert sorted(batch.reasons) == ["bad_currency", "bad_number"]
    assert (Spend.objects.get().amount, Spend.objects.get().clicks) == (5, 3)


def test_it_wants_a_rate(client: Client, brand: Campaign) -> None:
    batch = bring(client, DAILY.replace("Cost", "Cost (EUR)") + "2026-11-01,Brand,2,1,1\n")
    assert (list(batch.reasons), Spend.objects.count()) == (["missing_rate"], 0)


def test_it_takes_dollars_for_a_campaign_in_dollars(client: Client, brand: Campaign) -> None:
    ExchangeRate.objects.create(currency="USD", from_date="2020-01-01", rate="7")
    Campaign.objects.filter(pk=brand.pk).update(currency="USD", actual_cost=5)
    batch = bring(client, DAILY.replace("Cost", "Cost (USD)") + "2026-11-01,Brand,2,1,1\n")
    assert batch.options["warnings"] == ["costs_by_hand"]
    brand.refresh_from_db()
    assert (brand.ad_spend, brand.cost, Spend.objects.get().amount) == (2, 7, 14)
    assert Campaign.objects.aggregate(cost=CAMPAIGN["cost"]) == {"cost": brand.cost}
    form = {"name": "b", "channel": "email", "status": "planned", "starts_on": "2026-11-01",
            "ends_on": "2026-11-02", "budget": 0, "actual_cost": 0, "expected_revenue": 0,
            "currency": "CNY", "version": brand.version}  # fmt: skip
    response = client.post(f"/marketing/campaigns/{brand.pk}/edit/", form)
    assert "Spend was imported for this campaign in USD" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Campaign,Cost,Clicks\nBrand,1,2\n", "Day"),
        ("Day,Cost,Clicks\n2026-11-01,1,2\n", "Campaign"),
    ],
)
def test_it_names_the_column_that_is_missing(
    client: Client, brand: Campaign, text: str, missing: str
) -> None:
    file = SimpleUploadedFile("a.csv", text.encode())
    response = client.post(IMPORT, {"file": file, "kind": "ad_spend"})
    batch = ImportBatch.objects.latest("pk")
    assert response.status_code == 302
    refused = choose(client, batch)
    assert refused.status_code == 422
    assert f"the column “{missing}” is missing" in refused.content.decode()


def test_the_command_line_answers_too(cast: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_text(DAILY + "2026-11-01,Fresh,3,1,1\n")
    import_it = partial(
        call_command, "import_csv", "ad_spend", str(path), user=cast["manager"].username,
        stdout=StringIO(),
    )  # fmt: skip
    import_it()
    assert not Spend.objects.exists()
    with pytest.raises(CommandError, match=r"adds_campaigns=yes is no answer.*adds_campaigns=0"):
        import_it(answer=["adds_campaigns=yes"])
    import_it(answer=["adds_campaigns=1", "channel=baidu"])
    assert Spend.objects.get().channel == "baidu"
    assert Campaign.objects.get().team == cast["manager"].team


def test_it_asks_for_platform_and_campaigns(client: Client, brand: Campaign) -> None:
    batch = upload(client, REPORTS["baidu"].content())
    page = client.get(f"{IMPORT}{batch.pk}/columns/").content.decode()
    assert "This looks like an export from Baidu Ads." in page
    assert '<option value="baidu" selected>' in page
    assert "Create campaigns that are not there yet" in page
    assert "Known records are found by" not in page
