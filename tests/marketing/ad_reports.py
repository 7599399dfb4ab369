"""Reports as advertising platforms export them: small, with the traps of each."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import Workbook

GOOGLE = (
    "Campaign report\n"
    '"November 1, 2026 - November 2, 2026"\n'
    "Campaign status\tCampaign\tCampaign ID\tAd group\tDay\tCurrency code\tImpr.\tClicks\t"
    "Avg. CPC\tCost\tConversions\n"
    'Enabled\tBrand\t111\tA\t2026-11-01\tCNY\t"1,000"\t50\t2.00\t"1,100.50"\t2.50\n'
    "Enabled\tBrand\t111\tB\t2026-11-01\tCNY\t200\t10\t2.00\t20.25\t0.00\n"
    "Enabled\tBrand\t111\tA\t2026-11-02\tCNY\t300\t -- \t --\t --\t0.00\n"
    'Total: Campaigns\t --\t --\t --\t --\tCNY\t"1,500"\t60\t2.00\t"1,120.75"\t2.50\n'
    'Total: Account\t --\t --\t --\t --\tCNY\t"1,500"\t60\t2.00\t"1,120.75"\t2.50\n'
)
META = (
    "Reporting starts,Reporting ends,Campaign name,Campaign ID,Campaign delivery,"
    "Amount spent (USD),Impressions,Link clicks,Results,Result indicator\n"
    "2026-11-01,2026-11-07,Brand,120200000000000001,active,70.03,700,71,,\n"
)
MICROSOFT = (
    '"Report Name: Campaigns"\n"Report Time: 11/1/2026,11/2/2026"\n"Time Zone: Various"\n'
    '"Last Completed Available Day: 11/3/2026 7:20:00 AM (GMT)"\n'
    '"Last Completed Available Hour: 11/3/2026 7:20:00 AM (GMT)"\n'
    '"Report Aggregation: Daily"\n"Report Filter: "\n"Potential Incomplete Data: false"\n'
    '"Rows: 2"\n\n'
    '"TimePeriod","CampaignName","CampaignId","CurrencyCode","Impressions","Clicks","Spend",'
    '"Conversions"\n'
    '"11/1/2026","Brand","[333]","CNY","100","10","12.5","1"\n'
    '"11/2/2026","Brand","[333]","CNY","100","10","7.5","0"\n\n'
    '"©2026 Microsoft Corporation. All rights reserved. "\n'
)
LINKEDIN = (
    "Campaign Performance Report (in UTC)\n"
    '"Report Start: November 1, 2026, 12:00 AM"\n"Report End: November 2, 2026, 11:59 PM"\n'
    '"Date Generated: November 5, 2026, 9:00 AM"\n\n'
    "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign Name\tCampaign ID"
    "\tTotal Spent\tImpressions\tClicks\tConversions\n"
    "11/1/2026\tYunmai\tCNY\tGroup\tBrand\t444\t30.00\t300\t3\t0\n"
    "11/2/2026\tYunmai\tCNY\tGroup\tBrand\t444\t10.00\t100\t1\t1\n"
)
TIKTOK = [
    ["Campaign name", "Campaign ID", "By Day", "Cost", "Impressions", "Clicks (destination)",
     "Conversions", "Currency"],
    ["Brand", "1790000000000001", "2026-11-01", 25.5, 1000, 12, 3, "CNY"],
    ["Brand", "1790000000000001", "2026-11-02", 14.5, 900, 8, 1, "CNY"],
    ["Total of 2 results", "-", "-", 40, 1900, 20, 4, "-"],
]  # fmt: skip
OCEAN = (
    "时间-天,项目名称,项目ID,消耗(元),展示数,点击数,转化数\n"
    '2026-11-01,Brand,\t7300000000001,"1,025.50",1000,12,3\n'
    "2026-11-02,Brand,\t7300000000001,14.50,900,8,1\n"
    '总计,-,-,"1,040.00",1900,20,4\n'
)
BAIDU = (
    "推广计划报告\n账户：云脉\n时间范围：2026/11/1 至 2026/11/30\n\n"
    "日期,账户,推广计划,推广计划ID,展现,点击,消费,平均点击价格\n"
    "2026年11月,云脉,Brand,555,3000,300,90.10,0.30\n"
    "合计,,,,3000,300,90.10,0.30\n"
)
TENCENT = (
    "日期,推广计划名称,推广计划ID,曝光次数,点击次数,花费,目标转化量\n"
    "20261101,Brand,666,500,5,¥60.00,--\n"
    "合计-1条,,,500,5,60.00,--\n"
)
GENERIC = (
    "Date;Platform;Campaign;Cost micros;Impressions;Clicks\n"
    "2026-11-02 - 2026-11-03;Radio;Brand;10000000;7;1\n"
)


def _book(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@dataclass(frozen=True)
class Report:
    """``sums``: rows, created, updated, skipped, rejected. ``days`` with spend, their sum in the
    file's currency, impressions and clicks, all as one reads them in the file."""

    name: str
    content: Callable[[], bytes]
    channel: str
    sums: tuple[int, int, int, int, int]
    days: int
    billed: str
    currency: str
    impressions: int
    clicks: int
    campaign_id: str


REPORTS = {
    "google": Report("g.csv", lambda: GOOGLE.encode("utf-16"), "google", (5, 3, 0, 2, 0), 2,
                     "1120.75", "CNY", 1500, 60, "111"),
    "meta": Report("m.csv", lambda: META.encode("utf-8-sig"), "meta", (1, 1, 0, 0, 0), 7,
                   "70.03", "USD", 700, 71, "120200000000000001"),
    "microsoft": Report("b.csv", MICROSOFT.encode, "microsoft", (3, 2, 0, 1, 0), 2, "20.00",
                        "CNY", 200, 20, "333"),
    "linkedin": Report("l.csv", lambda: LINKEDIN.encode("utf-16"), "linkedin", (2, 2, 0, 0, 0),
                       2, "40.00", "CNY", 400, 4, "444"),
    "tiktok": Report("t.xlsx", lambda: _book(TIKTOK), "tiktok", (3, 2, 0, 1, 0), 2, "40.00",
                     "CNY", 1900, 20, "1790000000000001"),
    "ocean": Report("o.csv", lambda: OCEAN.encode("utf-8-sig"), "oceanengine", (3, 2, 0, 1, 0),
                    2, "1040.00", "CNY", 1900, 20, "7300000000001"),
    "baidu": Report("d.csv", lambda: BAIDU.encode("gb18030"), "baidu", (2, 1, 0, 1, 0), 30,
                    "90.10", "CNY", 3000, 300, "555"),
    "tencent": Report("q.csv", TENCENT.encode, "tencent", (2, 1, 0, 1, 0), 1, "60.00", "CNY",
                      500, 5, "666"),
    "generic": Report("x.csv", GENERIC.encode, "Radio", (1, 1, 0, 0, 0), 2, "10.00", "CNY", 7, 1,
                      ""),
}  # fmt: skip
