"""What platforms call the columns of their exports, in English and Chinese.

Google Ads, Meta Ads Manager, Microsoft Advertising, LinkedIn Campaign Manager, TikTok Ads
Manager, Ocean Engine, Baidu and Tencent; names that several of them use stand once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from customers.imports.guessing import guess_source
from customers.imports.headers import Names, plain
from customers.imports.signs import SIGNS, SIGNS_OF_KIND, SURE_SIGNS_OF_KIND
from marketing.platforms import BRANDS, OTHER

# The level at which spend is kept comes first: a campaign's columns before those of its parts.
# Each level has its names and its ids.
LEVELS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("Campaign name", "Campaign", "CampaignName", "Campaign group name", "广告系列名称",
      "广告系列", "推广计划名称", "推广计划", "项目名称", "营销计划名称"),
     ("Campaign ID", "CampaignId", "Campaign group ID", "广告系列编号", "广告系列 ID", "推广计划ID",
      "项目ID", "营销计划ID")),
    (("广告组名称", "广告组"), ("广告组ID", "广告组编号")),
    (("广告计划名称", "计划名称", "计划"), ("广告计划ID", "计划ID")),
    (("广告名称", "推广名称"), ("广告ID", "广告编号")),
)  # fmt: skip
SPEND: Names = {
    "day": (
        "Day", "By day", "Date", "Report date", "Stat time day", "TimePeriod", "Time period",
        "Gregorian date", "segments.date", "日期", "时间-天", "时间", "天", "单日", "统计日期",
        "报告日期", "数据日期",
    ),
    "starts_on": (
        "Reporting starts", "Start date (in UTC)", "Start date", "date_start", "报告开始日期",
        "开始日期", "起始日期",
    ),
    "ends_on": (
        "Reporting ends", "End date (in UTC)", "End date", "date_stop", "报告结束日期", "结束日期",
    ),
    "week": ("Week", "Week (Mon-Sun)", "时间-周", "周", "自然周"),
    "month": ("Month", "时间-月", "月", "月份"),
    "campaign": tuple(name for names, _ids in LEVELS for name in names),
    "campaign_id": tuple(one for _names, ids in LEVELS for one in ids),
    "channel": ("Platform", "Source", "Media", "平台", "媒体", "投放平台", "媒体平台", "渠道"),
    "amount": (
        "Cost", "Amount spent", "Total spent", "Spend", "Costs", "Ad spend", "费用", "花费",
        "消耗", "消费", "已花费金额", "花费金额", "总花费", "总消耗", "总费用", "金额",
    ),
    "micros": ("Cost micros", "metrics.cost_micros", "Cost (micros)"),
    "currency": ("Currency code", "Account currency", "货币代码", "货币", "币种", "账户币种"),
    "impressions": (
        "Impr.", "Impressions (total)", "metrics.impressions", "展示次数", "展示数", "展示量",
        "展现", "展现量", "展现数", "曝光次数", "曝光量", "曝光数",
    ),
    "clicks": (
        "Clicks", "Clicks (destination)", "Link clicks", "Clicks (all)", "metrics.clicks",
        "点击次数", "点击数", "点击量", "点击", "链接点击量", "点击量（全部）",
    ),
    "conversions": (
        "Conv.", "Results", "metrics.conversions", "转化次数", "转化数", "转化量", "转化",
        "目标转化量", "目标转化数", "总转化", "成效",
    ),
}  # fmt: skip

_OF_PLATFORM: dict[str, tuple[str, ...]] = {
    "google": (
        "Campaign status", "Campaign state", "Campaign type", "Impr.", "Avg. CPC", "Avg. cost",
        "Interactions", "Interaction rate", "Currency code", "Cost / conv.", "Conv. rate",
        "Search impr. share", "Bid strategy type", "广告系列状态", "广告系列类型", "货币代码",
        "平均每次点击费用", "费用", "互动次数", "metrics.cost_micros",
    ),
    "meta": (
        "Reporting starts", "Reporting ends", "Amount spent", "Link clicks", "Clicks (all)",
        "Results", "Result indicator", "Campaign delivery", "Ad set name", "Ad set budget", "Reach",
        "Frequency", "Attribution setting", "报告开始日期", "报告结束日期", "已花费金额",
        "花费金额", "链接点击量", "点击量（全部）", "成效", "覆盖人数", "频次",
    ),
    "microsoft": (
        "TimePeriod", "CampaignName", "CampaignId", "CurrencyCode", "AverageCpc", "Gregorian date",
        "GregorianDate", "Ad distribution", "AdDistribution", "Account number", "AccountNumber",
        "Spend", "Average CPC", "AdGroupName", "Device type", "DeviceType",
    ),
    "linkedin": (
        "Start Date (in UTC)", "Total Spent", "Campaign Group Name", "Campaign Group ID",
        "Campaign Objective", "Average CPM", "Total Engagements", "Total Social Actions",
        "Creative Name", "Account Name",
    ),
    "tiktok": (
        "By Day", "Stat time day", "Clicks (destination)", "CTR (destination)", "CPC (destination)",
        "Cost per conversion", "Conversion rate (CVR)", "Result rate", "Ad group name",
        "Primary status",
    ),
    "oceanengine": (
        "时间-天", "时间-小时", "消耗", "展示数", "点击数", "转化数", "平均千次展现费用",
        "平均点击单价", "项目名称", "项目ID", "广告主名称", "抖音号", "深度转化数", "总花费",
        "转化成本",
    ),
    "baidu": (
        "展现", "点击", "消费", "平均点击价格", "千次展现消费", "推广单元", "网页转化",
        "上方位展现", "展现量", "推广设备",
    ),
    "tencent": (
        "曝光次数", "曝光量", "目标转化量", "目标转化成本", "营销单元名称", "点击均价",
        "千次展现均价", "千次曝光成本", "广告版位", "投放版位", "花费",
    ),
}  # fmt: skip
SIGNS.update({BRANDS[key]: names for key, names in _OF_PLATFORM.items()})
SURE_SIGNS_OF_KIND["ad_spend"] = tuple(
    name for key in ("amount", "micros", "impressions", "clicks") for name in SPEND[key]
)
SIGNS_OF_KIND["ad_spend"] = tuple(name for names in SPEND.values() for name in names)

_UNIT = re.compile(r"\s*[(（]\s*([A-Z]{3}|元|人民币|¥|\$|€|£)\s*[)）]$")
_CODES = {"元": "CNY", "人民币": "CNY", "¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
# What a row begins with that sums the others, or says whose the file is.
_NOTE = re.compile(
    r"(?:grand |sub|overall )?totals?\b.*"
    r"|(?:总计|合计|小计|汇总|总和|总共)(?:\W.*)?|共\s*\d+.*|©.*",
    re.IGNORECASE | re.DOTALL,
)


def bare(title: str) -> str:
    """A column's name without its unit: “Amount spent (USD)” is “Amount spent”."""
    return _UNIT.sub("", title)


def unit_of(title: str) -> str:
    """The currency that a column's name tells; "" for none."""
    found = _UNIT.search(title)
    return _CODES.get(found[1], found[1]) if found else ""


def platform_of(header: Sequence[str]) -> str:
    """Whose export this is, as a channel of spend."""
    source = guess_source([bare(title) for title in header])
    return next((key for key, brand in BRANDS.items() if brand == source), OTHER)


def level_of(title: str, *, ids: bool) -> int | None:
    """At which level a column names its row, or holds its id."""
    name = plain(title)
    for level, columns in enumerate(LEVELS):
        if name in {plain(one) for one in columns[ids]}:
            return level
    return None


def is_note(cells: Sequence[str]) -> bool:
    said = (cell.strip() for cell in cells)
    return bool(_NOTE.fullmatch(next((text for text in said if text), "")))
