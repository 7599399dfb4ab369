"""Advertising platforms: what they are called here, and which kind of campaign they carry."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER = "other"
# The channel of spend → its name in English.
BRANDS = {
    "google": "Google Ads", "meta": "Meta Ads", "microsoft": "Microsoft Advertising",
    "linkedin": "LinkedIn Ads", "tiktok": "TikTok Ads", "oceanengine": "Ocean Engine",
    "baidu": "Baidu Ads", "tencent": "Tencent Ads",
}  # fmt: skip
PLATFORMS: dict[str, str | Promise] = {
    **BRANDS,
    "oceanengine": _("Ocean Engine"),
    "baidu": _("Baidu Ads"),
    "tencent": _("Tencent Ads"),
    OTHER: _("Other"),
}
# Words in the name of a channel of spend → the channel of campaigns that it is nearest to.
CAMPAIGN_CHANNELS = {
    "mail": "email", "text": "sms", "google": "search", "baidu": "search", "microsoft": "search",
    "facebook": "social", "meta": "social", "oceanengine": "social", "douyin": "social",
    "linkedin": "social", "tiktok": "social", "tencent": "social",
}  # fmt: skip


def platform_label(channel: str) -> str:
    """A channel of spend as people call it."""
    return str(PLATFORMS.get(channel, channel))


def campaign_channel(name: str, channels: list[str]) -> str:
    """The channel of campaigns that a channel of spend is nearest to."""
    folded = name.casefold()
    for value in channels:
        if value in folded and value != OTHER:
            return value
    return next((kind for word, kind in CAMPAIGN_CHANNELS.items() if word in folded), OTHER)
