"""Every icon that Python names is in the sprite (templates' icons are collected by the build)."""

import re
from importlib import import_module

import pytest
from django.conf import settings

from analytics.pages import METHOD_PAGES
from crm.common import registries
from crm.records.bulk import bulk_actions
from crm.records.resources import Resource

SPRITE = settings.BASE_DIR / "static" / "build" / "icons.svg"
APPS = ["customers", "communications", "sales", "service", "marketing"]


@pytest.mark.skipif(not SPRITE.exists(), reason="the front end is not built (`npm run build`)")
def test_it_has_every_icon() -> None:
    named = {page.icon for page in METHOD_PAGES.values()}
    for entries in (
        registries.nav_items,
        registries.quick_creates,
        registries.timeline_sources,
        registries.search_providers,
        bulk_actions,
    ):
        named |= {entry.icon for entry in entries}
    for app in APPS:
        parts = vars(import_module(f"{app}.resources")).values()
        named |= {part.icon for part in parts if isinstance(part, Resource)}
    assert named - set(re.findall(r'id="([a-z0-9-]+)"', SPRITE.read_text())) == set()
